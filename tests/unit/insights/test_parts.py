"""A part of a report opens in its own place only: of that meeting, revision and attempt, that number of so many."""

from collections.abc import Iterator

import msgspec
import pytest

from chalicelib.insights.figures import MeetingTimeline, Person, Timeline
from chalicelib.insights.meeting_models import MEETING, Meeting
from chalicelib.insights.report import PART_MAX
from chalicelib.insights.report_models import Part, parts, put_parts, read_firsts, read_part
from chalicelib.insights.timeline import STEPS_MAX
from chalicelib.lifetimes import DAY
from chalicelib.runtime.envelope import Unopenable
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory

MEETING_MS, TIPS_MAX = 180 * DAY, 20_000  # bytes of all tips and of figures that are single numbers
KEY, CONTENTS = bytes(32), [b"first", b"second", b"third"]
NOW, LATER = START_MS, START_MS + 60_000


def meeting(name: str = "one", *, revision: int = 1, attempt: str = "a", count: int = 3) -> Meeting:
    made = Meeting(name * 8, MEETING, account_id="account", revision=revision, attempt=attempt, parts=count)
    made.lives_until(LATER)
    return made


@pytest.fixture(autouse=True)
def stored() -> Iterator[None]:
    with in_memory():
        put_parts(meeting(), "a", KEY, CONTENTS)
        yield


def entry(of: Meeting, number: int) -> str:
    return f"{int(of.revision):04}#{of.attempt}#{number:05}"


def move(number: int, into: Meeting, to: int) -> None:
    """What is stored as one part lies, byte for byte, where another would."""
    found = parts.get((meeting().meeting_id, entry(meeting(), number)), now=NOW)
    assert found is not None
    moved = Part(into.meeting_id, entry(into, to), account_id="account", of=found.of, sealed=found.sealed)
    moved.lives_until(LATER)
    parts.put(moved)


def test_each_part_opens_in_its_place() -> None:
    """D13: by itself, and among the first parts of several reports."""
    assert [read_part(meeting(), KEY, number, now=NOW) for number in range(3)] == CONTENTS
    assert read_firsts([meeting()], KEY, now=NOW) == {meeting().meeting_id: b"first"}


@pytest.mark.parametrize(
    ("into", "to"),
    [
        (meeting(), 1),
        (meeting("two"), 0),
        (meeting(revision=2), 0),
        (meeting(attempt="b"), 0),
    ],
    ids=["another number", "another meeting", "another revision", "another attempt"],
)
def test_a_part_that_was_moved_does_not_open(into: Meeting, to: int) -> None:
    """D13: it is associated with its place."""
    move(0, into, to)
    with pytest.raises(Unopenable):
        read_part(into, KEY, to, now=NOW)


def test_the_largest_figures_fit_in_a_part() -> None:
    """D13, D14: of a meeting of 180 days, in which people did everything all the time, an item holds each part."""
    step = [MEETING_MS // STEPS_MAX] * STEPS_MAX
    one = Person("p" * 22, MEETING_MS, MEETING_MS, 1 / 3, timeline=Timeline(step, step, step))
    crowd = [step[0] * 10_000] * STEPS_MAX
    timeline = MeetingTimeline(step[0], [10_000] * STEPS_MAX, crowd, crowd, step, [1 / 3] * STEPS_MAX)
    assert len(msgspec.json.encode(one)) + len(msgspec.json.encode(timeline)) + TIPS_MAX < PART_MAX


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_report_that_lost_or_won_parts_does_not_open(count: int) -> None:
    """D13: and with how many there are."""
    with pytest.raises(Unopenable):
        read_part(meeting(count=count), KEY, 0, now=NOW)
    with pytest.raises(Unopenable):
        read_firsts([meeting(count=count)], KEY, now=NOW)
