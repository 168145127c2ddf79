"""The template, read as CloudFormation would, and what is made from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import client
from infra.local.engine import engine
from infra.local.resources import TEMPLATE as REAL, create_resources, create_tables, definition_of
from infra.local.template import Template, Unresolvable, load_yaml
from tests.integration.local_stack.tiny import TABLE, TEMPLATE


def template(resources: dict[str, Any], **parameters: str) -> Template:
    return Template(resources, {"Stage": "dev", **parameters})


def test_everything_of_the_real_template_is_made() -> None:
    """Docs/architecture: one source for deployment, the local stack and the tests."""
    with engine({}):
        made = create_resources(REAL, "local")
        document = load_yaml(REAL)["Resources"].values()
        wanted = [one["Properties"]["TableName"]["Fn::Sub"] for one in document if one["Type"].endswith("Table")]
        assert sorted(made.tables) == sorted(name.replace("${Stage}", "local") for name in wanted)
        assert sorted(made.tables) == sorted(client("dynamodb").list_tables()["TableNames"])
        for name in made.tables:
            ttl = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
        assert len(made.queues) == sum(one["Type"] == "AWS::SQS::Queue" for one in document)


def test_the_delay_of_a_clips_end_comes_from_the_template() -> None:
    """A4: ten seconds, and a dead-letter queue behind."""
    with engine({}):
        url = create_resources(REAL, "local").queues["earshot-local-clip-expiry"]
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    assert found["DelaySeconds"] == "10"
    assert json.loads(found["RedrivePolicy"])["deadLetterTargetArn"].endswith(":earshot-local-clip-expiry-failures")


def test_streams_conditions_and_stages() -> None:
    with engine({}):
        made = create_resources(TEMPLATE, "local")
        described = client("dynamodb").describe_table(TableName=TABLE)["Table"]

    assert made.tables == (TABLE,)
    assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert set(Template.read(TEMPLATE, "prod").of_type("AWS::DynamoDB::Table")) == {"Things", "OnlyDeployed"}


def test_tables_that_are_there_are_kept() -> None:
    """An engine of its own outlives the process; its data must not be in the way."""
    with engine({}):
        create_tables(Template.read(TEMPLATE, "local"))
        client("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": "kept"}})
        create_tables(Template.read(TEMPLATE, "local"))
        assert client("dynamodb").scan(TableName=TABLE)["Count"] == 1


QUEUE = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${Stage}-q"}}}}


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Q"}, "dev-q"),
        ({"Fn::GetAtt": ["Q", "Arn"]}, "arn:aws:sqs:eu-central-1:123456789012:dev-q"),
        ({"Fn::Sub": "${Q.Arn}/${!x}/${AWS::Region}"}, "arn:aws:sqs:eu-central-1:123456789012:dev-q/${x}/eu-central-1"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Stage"}}]}, "dev-dev"),
        ({"Fn::GetAtt": ["FoldShard", "Arn"]}, "arn:aws:lambda:eu-central-1:123456789012:function:FoldShard"),
        ({"a": [{"Ref": "AWS::NoValue"}, 1], "b": {"Ref": "AWS::NoValue"}}, {"a": [1]}),
    ],
)  # fmt: skip
def test_intrinsic_functions(written: Any, resolved: Any) -> None:
    assert template(QUEUE, **{"AWS::Region": "eu-central-1"}).resolve(written) == resolved


@pytest.mark.parametrize("written", [{"Ref": "Nobody"}, {"Fn::ImportValue": "x"}, {"Fn::GetAtt": ["Q", "Colour"]}])
def test_what_is_not_known_is_said(written: Any) -> None:
    with pytest.raises(Unresolvable):
        template(QUEUE).resolve(written)


def test_a_workflow_may_be_written_in_three_ways() -> None:
    states = {"StartAt": "A"}
    folder = Path(TEMPLATE).parent

    assert json.loads(definition_of({"Definition": states}, folder)) == states
    assert json.loads(definition_of({"DefinitionString": json.dumps(states)}, folder)) == states
    filled = definition_of(
        {"DefinitionS3Location": "tiny.asl.yaml", "DefinitionSubstitutions": {"DoubleIt": "arn:x"}}, folder
    )
    assert json.loads(filled)["States"]["Double"]["Resource"] == "arn:x"
