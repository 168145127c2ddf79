"""infra/resources.yaml is the one source of tables and queues; code and template must agree."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from chalice.app import SQSEventConfig
from pynamodb.models import Model

import chalicelib
from chalicelib.joining import crowd
from chalicelib.lifetimes import (
    CONNECTION,
    DAY,
    JOIN_VERDICT,
    LIFETIMES,
    LOG,
    MEETING,
    MINUTE,
    QUEUED_CLIP,
    QUEUED_PAIRS,
    QUEUED_PUSH,
    SECOND,
    SESSION,
    SOUND_CLIP,
    STAGED_CONTENT,
    WORKFLOW_HISTORY,
    Lifetime,
)
from chalicelib.runtime import expiry, holdings
from chalicelib.runtime.expiry_models import Entry
from chalicelib.runtime.lateness import HEARTBEAT, LATE_AFTER_S, METRIC, NAMESPACE
from chalicelib.runtime.settings import STAGES
from chalicelib.runtime.store import Record, Table
from infra.local.chalice_app import handlers_of
from infra.local.resources import TEMPLATE
from infra.local.template import Template
from tests.support.aws import Aws

PREFIX = "earshot-local-"
OF_MEETINGS = {"ShownSpan", "MergedRoom"}  # among what is measured, but of the meeting
# every queue, and the lifetime of what is in it
QUEUED: dict[str, Lifetime] = {
    "ClipExpiryQueue": QUEUED_CLIP,
    "ClipExpiryFailures": QUEUED_CLIP,
    "CrowdQueue": QUEUED_PAIRS,
    "CrowdFailures": QUEUED_PAIRS,
    "PushQueue": QUEUED_PUSH,
    "PushFailures": QUEUED_PUSH,
}
WORKFLOWS = {"ReportWorkflow", "ErasureWorkflow", "ExportWorkflow"}  # Step Functions keeps 90 days of what they did


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        yield importlib.import_module(found.name)


def tables() -> list[Table[Any]]:
    """Every Table of the application, once."""
    found = {id(value): value for module in modules() for value in vars(module).values() if isinstance(value, Table)}
    return list(found.values())


def models(base: type[Any] = Model) -> Iterator[type[Any]]:
    one: type[Any]
    for one in base.__subclasses__():
        if one.__module__.startswith("chalicelib.") and one is not Record:
            yield one
        yield from models(one)


def all_held() -> list[holdings.Holding]:
    list(modules())
    return holdings.held()


def template(stage: str = "local") -> Template:
    return Template.read(TEMPLATE, stage)


def table_properties() -> dict[str, dict[str, Any]]:
    found = template().of_type("AWS::DynamoDB::Table").values()
    return {one["TableName"].removeprefix(PREFIX): one for one in found}


def keys_of(model: Any) -> dict[str, str]:
    """Key attributes and their types, as DynamoDB writes them."""
    attributes = model.get_attributes().values()
    return {one.attr_name: one.attr_type for one in attributes if one.is_hash_key or one.is_range_key}


def test_every_model_is_a_record() -> None:
    """Reads and conditional writes exclude the expired, for every model there is."""
    list(modules())
    found = list(models())
    assert len(found) >= 7
    assert [one.__name__ for one in found if not issubclass(one, Record)] == []


def stored() -> set[type[Record]]:
    """Every record but those that are the common part of others, which are never stored themselves."""
    list(modules())
    return {one for one in models() if not [other for other in models() if one in other.__bases__]}


def test_every_record_is_registered_with_its_lifetime() -> None:
    """F3, F9: every stored kind belongs to a lifetime, and says whose it is; a new one without fails here."""
    found = {one.record: one for one in holdings.held()}
    assert set(found) == stored()
    said = {lifetime for one in found.values() for lifetime in one.lifetimes}
    assert said | {*QUEUED.values(), WORKFLOW_HISTORY, LOG} == set(LIFETIMES)
    assert all(one.lifetimes for one in found.values())


@pytest.mark.parametrize("holding", all_held(), ids=lambda one: one.record.__name__)
def test_what_is_somebodys_can_be_found_shown_and_erased(holding: holdings.Holding) -> None:
    """F3, F4: or there is a reason that nobody looks for it, and then it does not live for longer than a day."""
    subjects = {one.subject for one in holding.lifetimes}
    match holding.fate:
        case "erased":
            assert all((holding.table, holding.find, holding.export, holding.erase))
        case "kept":
            assert all((holding.table, holding.find, holding.export, holding.why))
        case "passing":
            assert holding.why
            assert max(one.length_ms for one in holding.lifetimes) <= holdings.PASSING_MAX_MS
        case "waiting":
            assert (holding.record, bool(holding.why)) == (Entry, True)
        case "nobodys":
            assert holding.why
            assert subjects <= {"nobody", "meeting"} or holding.record.__name__ in OF_MEETINGS


def test_lifetimes_are_those_of_the_product() -> None:
    """The four lifetimes: 10 s, 30 days, 180 days, as promised."""
    assert (SOUND_CLIP.length_ms, SESSION.length_ms, MEETING.length_ms) == (10_000, 2_592_000_000, 15_552_000_000)
    assert STAGED_CONTENT.length_ms == 1_800_000
    assert (JOIN_VERDICT.length_ms, CONNECTION.length_ms) == (60_000, 7_200_000)
    assert len({one.kind for one in LIFETIMES}) == len(LIFETIMES)
    assert all(one.purpose and one.counted_from for one in LIFETIMES)


def test_code_and_template_name_the_same_tables() -> None:
    """Table definitions live once."""
    list(modules())
    assert {table.name for table in tables()} == set(table_properties())


def test_models_have_the_keys_of_their_tables() -> None:
    """A test holds the models to the template."""
    defined = table_properties()
    for table in tables():
        properties = defined[table.name]
        attributes = {one["AttributeName"]: one["AttributeType"] for one in properties["AttributeDefinitions"]}
        roles = {one["AttributeName"]: one["KeyType"] for one in properties["KeySchema"]}
        model = table._model
        assert keys_of(model) == attributes, table.name
        hash_keys = [one.attr_name for one in model.get_attributes().values() if one.is_hash_key]
        assert [name for name, role in roles.items() if role == "HASH"] == hash_keys


def test_every_table_has_its_net_below() -> None:
    """The four lifetimes: every table has TTL on `expires_at`; G8: encrypted at rest."""
    for name, properties in table_properties().items():
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}, name
        assert "SSESpecification" not in properties, name  # under DynamoDB's own key, as every table is
        assert properties["BillingMode"] == "PAY_PER_REQUEST", name


@pytest.mark.parametrize(
    "name",
    ["clips", "sessions", "connections", "limits", "mail-tokens", "expiries", "tabs", "participants", "outreach"],
)
def test_no_backup_keeps_what_should_go(name: str) -> None:
    """Never point-in-time recovery for clips, sessions and connections; no stream carries them."""
    properties = table_properties()[name]
    recovery = properties.get("PointInTimeRecoverySpecification", {})
    assert not recovery.get("PointInTimeRecoveryEnabled", False)
    assert "StreamSpecification" not in properties


@pytest.mark.parametrize("name", ["accounts", "consents"])
def test_what_would_hurt_to_lose_can_be_recovered_for_a_week(name: str) -> None:
    """Point-in-time recovery only where losing data would hurt people."""
    recovery = table_properties()[name]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}


def test_streams_carry_keys_only() -> None:
    """Streams carry keys only."""
    for properties in table_properties().values():
        stream = properties.get("StreamSpecification", {"StreamViewType": "KEYS_ONLY"})
        assert stream["StreamViewType"] == "KEYS_ONLY"


@pytest.mark.parametrize("stage", STAGES)
def test_stages_share_nothing(stage: str) -> None:
    """C2 and common sense: names derive from the stage."""
    resources = template(stage)
    names = [one["TableName"] for one in resources.of_type("AWS::DynamoDB::Table").values()]
    names += [one["QueueName"] for one in resources.of_type("AWS::SQS::Queue").values()]
    assert names
    assert all(name.startswith(f"earshot-{stage}-") for name in names)


def test_every_queue_handler_has_its_queue_and_failures_are_kept() -> None:
    """G2: dead-letter queues; A4: the delay queue waits the clip's 10 s."""
    from app import app

    queues = {one["QueueName"]: one for one in template().of_type("AWS::SQS::Queue").values()}
    handled = [one for one in app.event_sources if isinstance(one, SQSEventConfig)]
    assert handled
    for source in handled:
        queue = queues[source.queue]
        assert queue["RedrivePolicy"]["maxReceiveCount"] <= 5
        failures = queue["RedrivePolicy"]["deadLetterTargetArn"].rsplit(":", 1)[-1]
        assert failures in queues
        tried_s = queue.get("DelaySeconds", 0) + queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
        kept_s = queues[failures]["MessageRetentionPeriod"]  # from when it was sent, not from when it failed
        assert min(kept_s, queue["MessageRetentionPeriod"]) > tried_s
        assert queue["SqsManagedSseEnabled"] is True
    assert queues[f"{PREFIX}clip-expiry"]["DelaySeconds"] == SOUND_CLIP.length_ms // 1_000


def test_what_fails_in_a_crowd_is_tried_again_while_its_clips_live() -> None:
    """A6, A14: a round that waits its second and fails leaves time for another; whose clips are alike is not kept."""
    queues = {one["QueueName"]: one for one in template().of_type("AWS::SQS::Queue").values()}
    queue, failures = queues[f"{PREFIX}{crowd.QUEUE}"], queues[f"{PREFIX}{crowd.QUEUE}-failures"]
    again_s = crowd.ROUND_DELAY_S + queue["VisibilityTimeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] > 1
    assert again_s <= SOUND_CLIP.length_ms / 1_000 / 2
    assert max(queue["MessageRetentionPeriod"], failures["MessageRetentionPeriod"]) <= 300  # seconds


def test_what_the_local_stack_makes_is_what_the_template_says(aws: Aws) -> None:
    """Local stack and tests create from the template, TTL included."""
    client = boto3.client("dynamodb")
    for name, properties in table_properties().items():
        made = client.describe_table(TableName=PREFIX + name)["Table"]
        ttl = client.describe_time_to_live(TableName=PREFIX + name)["TimeToLiveDescription"]
        assert made["KeySchema"] == properties["KeySchema"]
        assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert aws.items() == []


def test_every_workflow_leaves_a_history_that_is_said() -> None:
    """F9: Step Functions keeps it for 90 days; whoever adds one looks whether it names anybody (test_executions.py)."""
    assert set(template().of_type("AWS::StepFunctions::StateMachine")) == WORKFLOWS
    assert WORKFLOW_HISTORY.length_ms == 90 * DAY


def test_every_queue_keeps_its_messages_no_longer_than_is_said() -> None:
    """F9: a queue without a lifetime, or that outlives it, fails here."""
    queues = template().of_type("AWS::SQS::Queue")
    assert set(queues) == set(QUEUED)
    for name, properties in queues.items():
        assert properties["MessageRetentionPeriod"] * 1_000 <= QUEUED[name].length_ms, name


def alarms() -> list[dict[str, Any]]:
    return list(template().of_type("AWS::CloudWatch::Alarm").values())


def test_what_is_late_raises_an_alarm_by_what_is_promised_of_it() -> None:
    """The four lifetimes: clips 90 s at worst, content two minutes, sessions a day; for as long as it is told of."""
    late = {}
    for one in alarms():
        if METRIC in (said := one.get("Metrics", [{}])[0].get("Expression", "")):
            late[said.rpartition("pace = ")[2].strip("'")] = one["Threshold"]
            assert f"FROM SCHEMA({NAMESPACE}, kind, pace)" in said
            assert one["ComparisonOperator"] == "GreaterThanThreshold"
            told_for_ms = one["EvaluationPeriods"] * one["Metrics"][0]["Period"] * SECOND
            assert told_for_ms > expiry.RETRY_MAX_MS + MINUTE
            assert one["DatapointsToAlarm"] == 1
    assert late == LATE_AFTER_S
    assert late["seconds"] == 90
    assert late["minutes"] * SECOND == 2 * MINUTE


def test_a_reaper_that_does_not_run_raises_an_alarm() -> None:
    """G2: any of them, and no word of it is word enough, within five minutes; one run that is missing raises none."""
    from app import app

    schedules = Counter(one.name.rstrip("_0123") for one in handlers_of(app).schedules)
    missing = {one["Dimensions"][0]["Value"]: one for one in alarms() if one.get("MetricName") == HEARTBEAT}
    assert set(missing) == set(schedules)
    for reaper, one in missing.items():
        assert (one["Namespace"], one["Dimensions"][0]["Name"], one["Statistic"]) == (NAMESPACE, "reaper", "Sum")
        assert (one["ComparisonOperator"], one["TreatMissingData"]) == ("LessThanThreshold", "breaching")
        minutes = one["Period"] // 60
        assert one["EvaluationPeriods"] * minutes <= 5
        assert (schedules[reaper] - 1) * minutes < one["Threshold"] <= schedules[reaper] * minutes


def test_a_clip_that_cannot_be_deleted_raises_an_alarm() -> None:
    """The four lifetimes: its message has come to rest."""
    [found] = [one for one in alarms() if one.get("Namespace") == "AWS/SQS"]
    assert found["Dimensions"] == [{"Name": "QueueName", "Value": f"{PREFIX}clip-expiry-failures"}]
    assert (found["ComparisonOperator"], found["Threshold"]) == ("GreaterThanThreshold", 0)
