"""The tasks of the workflow that makes a report."""

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint

from chalicelib.insights import assembling
from chalicelib.runtime import clock
from chalicelib.runtime.workflows import take_step

tasks = Blueprint(__name__)


@tasks.lambda_function(name="prepare_report")
def prepare_report(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    meeting_id = event["meeting_id"]
    to_fold = _run(lambda now: assembling.prepare(meeting_id, event["revision"], now=now))
    return {"proceed": bool(to_fold), "shares": _run(lambda now: assembling.shared_out(meeting_id, now=now))}


@tasks.lambda_function(name="fold_report")
def fold_report(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """A share of the shards."""
    meeting_id, shards = event["meeting_id"], event["shards"]
    return {"people": _run(lambda now: sum(assembling.fold_shard(meeting_id, one, now=now) for one in shards))}


@tasks.lambda_function(name="assemble_report")
def assemble_report(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    made: assembling.Made = _run(lambda now: assembling.assemble(event["meeting_id"], event["revision"], now=now))
    return made._asdict()


@tasks.lambda_function(name="publish_report")
def publish_report(event: Mapping[str, Any], _: object) -> dict[str, bool]:
    made = assembling.Made(**event["made"])
    return {"settled": _run(lambda now: assembling.publish(event["meeting_id"], event["revision"], made, now=now))}


@tasks.lambda_function(name="notify_organiser")
def notify_organiser(event: Mapping[str, Any], _: object) -> None:
    _run(lambda now: assembling.notify(event["meeting_id"], event["revision"], now=now))


@tasks.lambda_function(name="forget_report")
def forget_report(event: Mapping[str, Any], _: object) -> None:
    """Of what the report was made of, a share of the shards, or the rest."""
    _run(lambda now: assembling.forget(event["meeting_id"], event.get("shards"), now=now))


@tasks.lambda_function(name="fail_report")
def fail_report(event: Mapping[str, Any], _: object) -> dict[str, bool]:
    return {"failed": _run(lambda now: assembling.fail(event["meeting_id"], event["revision"], now=now))}


def _run(step: Callable[[int], Any]) -> Any:
    return take_step(lambda: step(clock.now()), "report")
