"""A CloudFormation template read and resolved: just enough of it for what infra/resources.yaml uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

REGION = "eu-central-1"
ACCOUNT = "123456789012"  # moto's
_SERVICE_OF = {
    "AWS::DynamoDB::Table": "dynamodb:{}:table/{}",
    "AWS::SQS::Queue": "sqs:{}:{}",
    "AWS::StepFunctions::StateMachine": "states:{}:stateMachine:{}",
}
_NAME_KEY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
_PLACE = re.compile(r"\$\{(!?)([^}]+)\}")


class Unresolvable(ValueError):
    """The template uses something this reader does not know; the message names it."""


class _Loader(yaml.SafeLoader):
    """Reads the short forms (`!Sub x`) as the long ones (`{"Fn::Sub": x}`)."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load_yaml(path: Path) -> Any:
    """The document at `path`, with CloudFormation's short forms spelt out."""
    return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - _Loader is a SafeLoader


@dataclass(frozen=True)
class Template:
    """A template's resources with their parameters filled in."""

    resources: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str]
    conditions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, stage: str) -> "Template":
        document = load_yaml(path)
        defaults = {name: str(one.get("Default", "")) for name, one in document.get("Parameters", {}).items()}
        pseudo = {
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::StackName": "earshot",
        }
        parameters = {**defaults, **pseudo, "Stage": stage}
        return cls(document.get("Resources", {}), parameters, document.get("Conditions", {}))

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties, resolved, of every resource of that type whose condition holds, by logical id."""
        return {
            logical: self.resolve(one.get("Properties", {}))
            for logical, one in self.resources.items()
            if one["Type"] == kind and ("Condition" not in one or self._holds(one["Condition"]))
        }

    def resolve(self, value: Any) -> Any:
        """`value` with its intrinsic functions replaced. Raises Unresolvable."""
        if isinstance(value, list):
            return [self.resolve(one) for one in value if one != {"Ref": "AWS::NoValue"}]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        return {key: self.resolve(one) for key, one in value.items() if one != {"Ref": "AWS::NoValue"}}

    def _call(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::If":
                return self.resolve(argument[1] if self._holds(argument[0]) else argument[2])
        raise Unresolvable(f"{name} is not known to the local stack")

    def _ref(self, name: str) -> str:
        if name in self.parameters:
            return self.parameters[name]
        if name not in self.resources:
            raise Unresolvable(f"Ref to {name}, which the template does not define")
        return self._physical_name(name)

    def _attribute(self, logical: str, attribute: str) -> str:
        if attribute not in ("Arn", "QueueName", "Name"):
            raise Unresolvable(f"GetAtt {logical}.{attribute} is not known to the local stack")
        return self._arn(logical) if attribute == "Arn" else self._physical_name(logical)

    def _arn(self, logical: str) -> str:
        kind = self.resources.get(logical, {}).get("Type")
        if kind not in _SERVICE_OF:
            # Chalice writes the functions' resources: such a name is a function of the application
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{logical}"
        return "arn:aws:" + _SERVICE_OF[kind].format(f"{REGION}:{ACCOUNT}", self._physical_name(logical))

    def _physical_name(self, logical: str) -> str:
        one = self.resources[logical]
        return str(self.resolve(one.get("Properties", {}).get(_NAME_KEY.get(one["Type"], ""), logical)))

    def _sub(self, argument: Any) -> str:
        text, extra = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in extra:
                return str(self.resolve(extra[name]))
            return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

        return _PLACE.sub(value, text)

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, str):
            return self._holds(self.conditions[condition])
        [(name, argument)] = condition.items()
        match name:
            case "Condition":
                return self._holds(argument)
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return bool(left == right)
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(map(self._holds, argument))
            case "Fn::Or":
                return any(map(self._holds, argument))
        raise Unresolvable(f"condition {name} is not known to the local stack")
