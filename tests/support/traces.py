"""Where anything of somebody may have been left: every table, queue and log line, and what is sealed in reports."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.insights.meeting_models import find_meeting
from chalicelib.insights.report import read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from tests.support import personal
from tests.support.aws import Aws
from tests.support.canaries import Watch
from tests.support.memory import Memory

# They count acts, or say that something is due, which leads nowhere, and end in a day; so does a join code.
PASSING = ("limits", "expiries")


def in_tables(memory: Memory, texts: Iterable[str]) -> list[str]:
    """The rows that name or hold any of it, whether they have expired or not."""
    kept = [(table, items) for table, items in memory._tables.items() if not table.endswith(PASSING)]
    rows = [f"{table}: {row}" for table, items in kept for row in items.values() if "leads_to" not in row]
    return [row for row in rows if any(one in row for one in texts)]


def in_queues(aws: Aws, texts: Iterable[str]) -> list[str]:
    return [str(one) for one in aws.messages() if any(text in str(one.body) for text in texts)]


def in_reports(memory: Memory, participants: Iterable[str], now: int) -> list[str]:
    """Meetings whose report, opened with its organiser's key, has figures of any of them."""
    return [meeting_id for meeting_id in meetings_of(memory) if _people(meeting_id, now) & set(participants)]


def meetings_of(memory: Memory) -> list[str]:
    return [row["owner"]["S"] for row in memory.items("meetings") if row["entry"]["S"] == "meeting"]


def _people(meeting_id: str, now: int) -> set[str]:
    meeting = find_meeting(meeting_id, now=now)
    key = None if meeting is None else key_of(meeting.account_id, now=now)
    if meeting is None or key is None:
        return set()
    contents = [stored_part(meeting, key, number, now=now) for number in range(int(meeting.parts))]
    return {one.participant_id for content in contents if content for one in read_part(content).people}


@contextmanager
def logged() -> Iterator[Watch]:
    """Every line of every logger, with its fields."""
    watch, root = Watch(frozenset()), logging.getLogger()
    root.addHandler(watch)
    try:
        yield watch
    finally:
        root.removeHandler(watch)


def new_lines(watch: Watch) -> Any:
    """Those since the last call."""
    found, watch.lines = watch.lines, []
    return found


def personal_in(lines: list[str]) -> list[str]:
    return personal.found_in("\n".join(lines))
