"""Schedules: when they fire, and what their handler is given."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Rate
from hypothesis import given, strategies as st

from infra.local import background
from infra.local.background import Background, Unsupported
from infra.local.chalice_app import handlers_of
from infra.local.schedules import UnknownExpression, next_after
from infra.local.testing import Serving
from tests.integration.local_stack.tiny import Tiny
from tests.support.aside import run_aside

INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3_600), ("rate(7 days)", 604_800)],
)
def test_a_rate_fires_one_period_later(expression: str, seconds: int) -> None:
    assert next_after(expression)(1_000.5) == 1_000.5 + seconds


@pytest.mark.parametrize(
    ("expression", "now", "then"),
    [
        ("cron(0 3 * * ? *)", "2026-11-21T02:59:59", "2026-11-21T03:00"),
        ("cron(0 3 * * ? *)", "2026-11-21T03:00:00", "2026-11-22T03:00"),
        ("cron(*/15 * * * ? *)", "2026-11-21T10:46:00", "2026-11-21T11:00"),
        ("cron(5/20 8-9 * * ? *)", "2026-11-21T09:46:00", "2026-11-22T08:05"),
        ("cron(0 0 ? * MON-FRI *)", "2026-11-21T10:00:00", "2026-11-23T00:00"),
        ("cron(0 0 ? * 1,7 *)", "2026-11-22T10:00:00", "2026-11-28T00:00"),
        ("cron(30 12 29 2 ? *)", "2026-01-01T00:00:00", "2028-02-29T12:30"),
        ("cron(0 0 1 JAN ? 2028)", "2026-01-01T00:00:00", "2028-01-01T00:00"),
    ],
)
def test_a_cron_fires_at_its_next_instant(expression: str, now: str, then: str) -> None:
    """Amazon EventBridge User Guide, "Cron expressions reference"; 2026-11-21 is a Saturday."""
    assert next_after(expression)(at(now)) == at(then)


@given(now=INSTANTS, minute=st.integers(0, 59), hour=st.integers(0, 23))
def test_a_daily_cron_is_never_further_than_a_day(now: datetime, minute: int, hour: int) -> None:
    then = datetime.fromtimestamp(next_after(f"cron({minute} {hour} * * ? *)")(now.timestamp()), UTC)

    assert now < then <= now + timedelta(days=1)
    assert (then.minute, then.hour, then.second) == (minute, hour, 0)


@pytest.mark.parametrize(
    "expression", ["rate(5)", "rate(1 week)", "cron(0 0 L * ? *)", "cron(61 * * * ? *)", "cron(* * * * *)", "daily"]
)
def test_what_is_not_understood_is_said(expression: str) -> None:
    with pytest.raises(UnknownExpression):
        next_after(expression)


def test_a_cron_that_never_comes_is_said() -> None:
    with pytest.raises(UnknownExpression):
        next_after("cron(0 0 31 2 ? *)")(at("2026-11-21T00:00:00"))


def test_a_schedule_can_be_fired_by_name(stack: Serving, tiny: Tiny) -> None:
    """Reapers are tried without waiting for their minute."""
    assert stack.fire("every_minute") == "swept"

    [event] = tiny.seen
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")
    assert event["resources"] == ["arn:aws:events:eu-central-1:123456789012:rule/every_minute"]


def test_a_schedule_fires_by_itself_again_and_again(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """B2: the reaper's minute, here without length; one failed round does not end the rounds."""
    fired: list[Any] = []
    enough = asyncio.Event()

    async def run(_handler: Any, event: Any, _context: Any) -> None:
        fired.append(event)
        if len(fired) >= 3:
            enough.set()
        raise RuntimeError

    async def until_enough() -> None:
        rounds = Background(handlers_of(tiny.app), run)  # type: ignore[arg-type]  # a coroutine is awaited like a future
        rounds.start(poll_s=None)
        await asyncio.wait_for(enough.wait(), 10)
        await rounds.stop()

    monkeypatch.setattr(background, "next_after", lambda _expression: lambda now: now)
    run_aside(until_enough())

    assert len(fired) >= 3


def test_an_entry_point_that_nothing_would_call_stops_the_start(tiny: Tiny) -> None:
    """G1: everything the application registers runs here, or the start says what does not."""
    tiny.app.on_sns_message("topic", name="told")(lambda _event: None)

    with pytest.raises(Unsupported, match="told"):
        Background(handlers_of(tiny.app), asyncio.ensure_future)


def test_all_handlers_are_found_in_the_application(tiny: Tiny, tmp_path: Path) -> None:
    tiny.app.schedule(Rate(2, unit=Rate.HOURS), name="another")(lambda _event: None)
    found = handlers_of(tiny.app)

    assert found.sockets.keys() == {"$connect", "$default", "$disconnect"}
    assert [(one.name, one.expression) for one in found.schedules] == [
        ("every_minute", "rate(1 minute)"),
        ("another", "rate(2 hours)"),
    ]
    assert [(one.name, one.queue, one.batch_size) for one in found.queues] == [("later", "earshot-local-later", 10)]
    assert [(one.name, one.table) for one in found.streams] == [("changed", "earshot-local-things")]
    assert found.functions.keys() == {"double_it", "DoubleIt"}
