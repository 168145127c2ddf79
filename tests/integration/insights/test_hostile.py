"""No participant, hostile or merely busy, keeps the organiser from having a report, or others from being in it (D6)."""

from collections.abc import Iterator

import pytest

from chalicelib.insights import assembling
from chalicelib.insights.fold_models import find_folds
from chalicelib.insights.intake import EVENTS_MAX, Batch, Bounds, Event, take_in
from chalicelib.insights.models import batches, new_batch, shard_of
from chalicelib.insights.recording import SPANS_MAX, recorded
from chalicelib.lifetimes import HOUR
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.ids import derived
from chalicelib.runtime.meter import item_size
from tests.support.hand_clock import START_MS
from tests.support.insights import write_meeting
from tests.support.memory import ITEM_MAX, Memory, in_memory

MEETING = derived("hostile", "meeting")
HOSTILE = "hostile"
NEIGHBOUR = next(name for name in map(str, range(1_000)) if shard_of(name) == shard_of(HOSTILE))
NOW = START_MS + HOUR


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Both have agreed; the neighbour talked for a minute."""
    consent.recorded_by(privacy.consented_since)  # as app.py has it
    with in_memory() as made:
        write_meeting(MEETING, "ada", START_MS, NOW)
        for one in (HOSTILE, NEIGHBOUR):
            privacy.record(privacy.guest(one), privacy.now_deciding({"insights": True}, START_MS), now=START_MS)
        store(NEIGHBOUR, 0, Batch([Event("talk", NOW - 60_000, NOW)]))
        yield made


def store(who: str, sequence: int, batch: Batch) -> None:
    taken = take_in(batch, Bounds((START_MS, NOW)), now=NOW)
    assert taken.refused == []
    made = new_batch(MEETING, who, "tab", sequence, taken.recording, person=privacy.guest(who), now=NOW)
    assert batches.create(made, now=NOW)


def slivers(length_ms: int, apart_ms: int) -> list[list[Event]]:
    """Fourteen full batches of talks, one after the other."""
    starts = range(START_MS, START_MS + 14 * EVENTS_MAX * apart_ms, apart_ms)
    events = [Event("talk", start, start + length_ms) for start in starts]
    return [events[at : at + EVENTS_MAX] for at in range(0, len(events), EVENTS_MAX)]


@pytest.mark.parametrize(("length_ms", "apart_ms"), [(1, 2), (1, 101)])
def test_slivers_of_talk_cost_nobody_their_report(memory: Memory, length_ms: int, apart_ms: int) -> None:
    """D6, D14: 28 000 talks of a millisecond: what they fold to is an item within bounds, the neighbour's untouched."""
    for sequence, events in enumerate(slivers(length_ms, apart_ms)):
        store(HOSTILE, sequence, Batch(events))
    assert assembling.fold_shard(MEETING, shard_of(HOSTILE), now=NOW) == 2
    folds = dict(find_folds(MEETING, now=NOW))
    assert max(map(item_size, memory.items("insights"))) <= ITEM_MAX
    assert sum(map(len, folds[HOSTILE].recording.parts)) <= SPANS_MAX
    assert folds[NEIGHBOUR].recording == recorded({"talk": [(NOW - 60_000, NOW)]})
