"""What the schedule calls, and the tasks of the workflows that erase and export."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.privacy import erasing, exporting
from chalicelib.runtime import clock, expiry, lateness
from chalicelib.runtime.expiry_models import Lane
from chalicelib.runtime.workflows import take_step

tasks = Blueprint(__name__)
T = TypeVar("T")


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap")
def reap(_: CloudWatchEvent) -> None:
    """Deletes what has run out. A run that was missed, or comes twice, does no harm."""
    _reap("reap", expiry.TOGETHER)


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap_tabs_0")
def reap_tabs_0(_: CloudWatchEvent) -> None:
    """As `reap`, a quarter of what is staged: side by side, four delete what a million tabs an hour leave."""
    _reap("reap_tabs", expiry.TABS[:1])


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap_tabs_1")
def reap_tabs_1(_: CloudWatchEvent) -> None:
    _reap("reap_tabs", expiry.TABS[1:2])


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap_tabs_2")
def reap_tabs_2(_: CloudWatchEvent) -> None:
    _reap("reap_tabs", expiry.TABS[2:3])


@tasks.schedule(Rate(1, unit=Rate.MINUTES), name="reap_tabs_3")
def reap_tabs_3(_: CloudWatchEvent) -> None:
    _reap("reap_tabs", expiry.TABS[3:])


@tasks.lambda_function(name="erase_held")
def erase_held(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    return {"more": _run(lambda now: erasing.sweep(event["erasure_id"], now=now))}


@tasks.lambda_function(name="check_erased")
def check_erased(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    return {"left": _run(lambda now: erasing.check(event["erasure_id"], now=now))}


@tasks.lambda_function(name="finish_erasure")
def finish_erasure(event: Mapping[str, Any], _: object) -> None:
    _run(lambda now: erasing.finish(event["erasure_id"], now=now))


@tasks.lambda_function(name="gather_export")
def gather_export(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    return {"more": _run(lambda now: exporting.gather(event["export"], now=now))}


@tasks.lambda_function(name="fail_export")
def fail_export(event: Mapping[str, Any], _: object) -> None:
    _run(lambda now: exporting.give_up(event["export"], now=now))


def _reap(reaper: str, lanes: Sequence[Lane]) -> None:
    began = clock.now()
    expiry.reap(now=began, lanes=lanes, spent_ms=lambda: clock.now() - began)
    lateness.beat(reaper)


def _run(step: Callable[[int], T]) -> T:
    return take_step(lambda: step(clock.now()), "a workflow of somebody's rights")
