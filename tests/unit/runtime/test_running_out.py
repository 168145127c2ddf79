"""Rows that are over at a known instant: filed by their keys, deleted by the page, and never what was renewed."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.runtime import expiry, running_out
from chalicelib.runtime.meter import metering
from chalicelib.runtime.running_out import GROUP, RunningOut
from chalicelib.sessions.ticket_models import Ticket, tickets
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory, in_memory

END = START_MS + 10 * MINUTE


@pytest.fixture
def rows() -> Iterator[RunningOut]:
    with patch.dict(running_out._kinds), patch.dict(expiry._page_handlers), patch.dict(expiry._lanes):
        made = RunningOut("row", tickets)
        expiry.handled_by_page("row", made.look_after)
        yield made


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory() as found:
        expiry.reap(now=START_MS)
        yield found


def row(name: str, end_ms: int = END) -> Ticket:
    made = Ticket(name, "ticket", opens="session")
    made.lives_until(end_ms)
    return made


def stored(memory: Memory) -> set[str]:
    return {one["owner_id"]["S"] for one in memory.items("sessions")}


def test_they_go_at_their_end_and_not_before(rows: RunningOut, memory: Memory) -> None:
    """The four lifetimes: whatever the number, of one end or of several."""
    some = [row(f"row-{number}", END + number // 30 * MINUTE) for number in range(70)]
    rows.file(some, now=START_MS)
    tickets.put_many(some)
    for minute in range(3):
        expiry.reap(now=END + minute * MINUTE - 1)
        assert len(stored(memory)) == 70 - 30 * minute
        expiry.reap(now=END + minute * MINUTE)
    assert stored(memory) == set()
    assert [one for one in memory.items("expiries") if "#row#" in one["entry"]["S"]] == []


def test_several_of_one_end_share_an_entry(rows: RunningOut, memory: Memory) -> None:
    """G3: filing costs a write for so many."""
    with metering() as metered:
        rows.file([row(f"row-{number}") for number in range(3 * GROUP)], now=START_MS)
    assert metered.units == 3
    assert metered.requests == 1


def test_what_was_renewed_meanwhile_stays_until_its_new_end(rows: RunningOut, memory: Memory) -> None:
    """The four lifetimes: one of an entry; the others go."""
    some = [row("renewed"), row("over")]
    rows.file(some, now=START_MS)
    tickets.put_many([row("renewed", END + HOUR), some[1]])
    expiry.reap(now=END)
    assert stored(memory) == {"renewed"}
    for minute in range(61):
        assert stored(memory) == {"renewed"}, minute
        expiry.reap(now=END + minute * MINUTE)
    assert stored(memory) == set()


@pytest.mark.parametrize("at", [0, 1])
def test_what_is_renewed_while_it_is_looked_at_stays(rows: RunningOut, memory: Memory, at: int) -> None:
    """The four lifetimes: ahead of the look, and between the look and the deletion."""
    rows.file([row("renewed"), row("over")], now=START_MS)
    tickets.put_many([row("renewed"), row("over")])
    [name] = [one["entry"]["S"].split("#", 2)[2] for one in memory.items("expiries") if "#row#" in one["entry"]["S"]]
    with memory.interrupted(at, lambda: tickets.put(row("renewed", END + HOUR))):
        again = rows.look_after([name], END)
    assert stored(memory) == {"renewed"}
    assert list(again) == [name]
