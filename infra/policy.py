"""What each function may do in AWS, from infra/policies: one file a function, and nothing that is not in its file.

`make policies` writes them from the code (infra/reach), which a test compares them with.

tables:    by short name, the actions; a transaction asks for what it is made of
queues:    likewise
consumes:  the queue that calls the function
workflows: likewise
also:      actions of the services that have one resource each: mail, keys, sockets
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "policies"
CONSUMING = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
KINDS = {"dynamodb": "tables", "sqs": "queues", "states": "workflows"}
INLINE_MAX = 10_240  # characters of a role's inline policies, IAM quota
_ARN = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"
# Of each action that is not about a table, queue or workflow: on what.
_MAIL = [
    {"Fn::Sub": _ARN % ("ses", "identity/*")},  # the sender's, of whatever domain the owner has
    {"Fn::Sub": _ARN % ("ses", "configuration-set/earshot-${Stage}")},
]
RESOURCES: Mapping[str, Any] = {
    "ses:SendEmail": _MAIL,
    "ses:SendRawEmail": _MAIL,  # asked for a mail with headers of its own, whichever version of the API sends it
    "kms:Decrypt": {"Fn::GetAtt": ["OrganiserKey", "Arn"]},
    "kms:GenerateDataKeyWithoutPlaintext": {"Fn::GetAtt": ["OrganiserKey", "Arn"]},
    "execute-api:ManageConnections": {"Fn::Sub": _ARN % ("execute-api", "${WebsocketAPI}/live/*/@connections/*")},
}


def functions() -> list[str]:
    """Those that have a policy, as Chalice names them."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(function: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{function}.yaml").read_text("utf-8")) or {}
    return found


def allowed(function: str) -> set[tuple[str, str]]:
    """Every (action, short name of its resource); of what has one resource, the name is empty."""
    return set(_allowed(read(function)))


def document(function: str) -> dict[str, Any]:
    """The IAM policy, with CloudFormation's functions in it. Whoever may do the same to several has them together."""
    alike: dict[tuple[str, ...], list[Any]] = {}
    by_resource: dict[str, list[str]] = {}
    for action, name in sorted(allowed(function) | set(_always(function))):
        by_resource.setdefault(json.dumps(_resource(action, name), sort_keys=True), []).append(action)
    for resource, actions in sorted(by_resource.items()):
        found = json.loads(resource)
        alike.setdefault(tuple(actions), []).extend(found if isinstance(found, list) else [found])
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": resources} for actions, resources in alike.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _allowed(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for service, kind in KINDS.items():
        for name, actions in (given.get(kind) or {}).items():
            yield from ((f"{service}:{action}", name) for action in actions)
    yield from ((action, "") for action in given.get("also") or ())


def _always(function: str) -> Iterator[tuple[str, str]]:
    """What every function needs to start and to log, and to be called by a queue."""
    yield from (("logs:CreateLogStream", function), ("logs:PutLogEvents", function), ("ssm:GetParameter", ""))
    if queue := read(function).get("consumes"):
        yield from ((f"sqs:{action}", queue) for action in CONSUMING)


def _resource(action: str, name: str) -> Any:
    service = action.partition(":")[0]
    match service:
        case "dynamodb":
            return {"Fn::Sub": _ARN % ("dynamodb", f"table/earshot-${{Stage}}-{name}")}
        case "sqs":
            return {"Fn::Sub": _ARN % ("sqs", f"earshot-${{Stage}}-{name}")}
        case "states" if action == "states:StartExecution":
            return {"Fn::Sub": _ARN % ("states", f"stateMachine:earshot-${{Stage}}-{name}")}
        case "states":
            return {"Fn::Sub": _ARN % ("states", f"execution:earshot-${{Stage}}-{name}:*")}
        case "logs":
            return {"Fn::Sub": _ARN % ("logs", f"log-group:/aws/lambda/earshot-${{Stage}}-{name}:*")}
        case "ssm":
            return {"Fn::Sub": _ARN % ("ssm", "parameter/earshot/${Stage}/secret")}
    return RESOURCES[action]


def write(function: str, acts: Iterable[tuple[str, str]]) -> None:
    """What it may do from now on: each an action, and the short name of its resource."""
    consumes = {"consumes": queue} if (queue := read(function).get("consumes")) else {}
    (FOLDER / f"{function}.yaml").write_text(_text({**consumes, **_written(acts)}), "utf-8")


def _written(acts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for action, name in sorted(acts):
        service, _, act = action.partition(":")
        if kind := KINDS.get(service):
            found.setdefault(kind, {}).setdefault(name, []).append(act)
        else:
            found.setdefault("also", []).append(action)
    return {kind: dict(sorted(one.items())) if isinstance(one, dict) else one for kind, one in found.items()}


def _text(given: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(given), sort_keys=False, default_flow_style=None, width=110)
