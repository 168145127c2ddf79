"""The tables, queues and state machines of infra/resources.yaml, made through the AWS API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.aws import client
from infra.local.template import Template, load_yaml

TEMPLATE = Path(__file__).parents[1] / "resources.yaml"
_TABLE_KEYS = (
    "TableName AttributeDefinitions KeySchema BillingMode GlobalSecondaryIndexes LocalSecondaryIndexes "
    "ProvisionedThroughput"
).split()
_QUEUE_KEYS = (
    "DelaySeconds VisibilityTimeout MessageRetentionPeriod ReceiveMessageWaitTimeSeconds MaximumMessageSize "
    "FifoQueue ContentBasedDeduplication"
).split()
_ROLE = "arn:aws:iam::123456789012:role/local"  # required by the API, looked at by nobody here


@dataclass(frozen=True)
class Resources:
    """What was made: table names, queue URLs by name, state machine ARNs by name."""

    tables: tuple[str, ...]
    queues: Mapping[str, str]
    state_machines: Mapping[str, str]


def create_resources(template_path: Path = TEMPLATE, stage: str = "local") -> Resources:
    """Makes everything the template defines for `stage`; tables that are there already are kept as they are."""
    template = Template.read(template_path, stage)
    return Resources(
        tables=create_tables(template),
        queues=create_queues(template),
        state_machines=create_state_machines(template, template_path.parent),
    )


def create_tables(template: Template) -> tuple[str, ...]:
    """The tables' names."""
    found = template.of_type("AWS::DynamoDB::Table")
    if not found:
        return ()
    api = client("dynamodb")
    for properties in found.values():
        _create_table(api, properties)
    return tuple(properties["TableName"] for properties in found.values())


def create_queues(template: Template) -> dict[str, str]:
    """Queue URLs by name. Redrive policies come last: the queue they name must be there."""
    found = list(template.of_type("AWS::SQS::Queue").values())
    if not found:
        return {}
    api = client("sqs")
    urls = {one["QueueName"]: _create_queue(api, one) for one in found}
    for one in found:
        if "RedrivePolicy" in one:
            policy = {"RedrivePolicy": json.dumps(one["RedrivePolicy"])}
            api.set_queue_attributes(QueueUrl=urls[one["QueueName"]], Attributes=policy)
    return urls


def create_state_machines(template: Template, folder: Path) -> dict[str, str]:
    """State machine ARNs by name. Through the API: moto does not execute what its CloudFormation makes."""
    found = template.of_type("AWS::StepFunctions::StateMachine")
    if not found:
        return {}
    api = client("stepfunctions")
    return {
        one["StateMachineName"]: api.create_state_machine(
            name=one["StateMachineName"],
            definition=definition_of(one, folder),
            roleArn=_ROLE,
            type=one.get("StateMachineType", "STANDARD"),
        )["stateMachineArn"]
        for one in found.values()
    }


def definition_of(properties: Mapping[str, Any], folder: Path) -> str:
    """A state machine's definition as JSON, inline or from the file it names, substitutions made."""
    text = properties.get("DefinitionString")
    if text is None:
        written = properties.get("Definition") or load_yaml(folder / properties["DefinitionS3Location"])
        text = json.dumps(written)
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return str(text)


def _create_table(api: Any, properties: Mapping[str, Any]) -> None:
    wanted = {key: properties[key] for key in _TABLE_KEYS if key in properties}
    if "StreamSpecification" in properties:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    try:
        api.create_table(**wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
    else:
        _set_ttl(api, properties)


def _set_ttl(api: Any, properties: Mapping[str, Any]) -> None:
    if "TimeToLiveSpecification" in properties:
        api.update_time_to_live(
            TableName=properties["TableName"], TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )


def _create_queue(api: Any, properties: Mapping[str, Any]) -> str:
    attributes = {key: _text(properties[key]) for key in _QUEUE_KEYS if key in properties}
    return str(api.create_queue(QueueName=properties["QueueName"], Attributes=attributes)["QueueUrl"])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
