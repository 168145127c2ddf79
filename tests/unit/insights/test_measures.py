"""D4, D10: every figure against meetings worked out by hand."""

from typing import Any

import pytest

from chalicelib.insights.figures import Measures, Others
from chalicelib.insights.intake import Batch, Bounds, Event, take_in
from chalicelib.insights.intervals import common
from chalicelib.insights.measures import measure
from chalicelib.insights.recording import KINDS, Recording, fold
from chalicelib.insights.timeline import steps_of
from chalicelib.lifetimes import HOUR, MINUTE
from tests.support.golden import GOLDEN, OPENED_MS, Golden


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: one.name)
def test_the_figures_are_those_worked_out_by_hand(golden: Golden) -> None:
    """D4: per person and for the meeting; D10: who did not agree is one of the others, or not there."""
    found = measure(golden.meeting(), golden.recordings())
    assert {name: _told(found, name) for name in golden.expected} == golden.expected


@pytest.mark.parametrize("wrong_ms", [-HOUR, 0, HOUR])
def test_clocks_that_are_wrong_change_no_figure(wrong_ms: int) -> None:
    """D3, D4: the same meetings, sent minute by minute by browsers whose clocks are an hour behind or ahead."""
    for golden in GOLDEN:
        arrived = [(who, _arrived(one, wrong_ms)) for who, one in golden.recordings()]
        found = measure(golden.meeting(), arrived)
        assert {name: _told(found, name) for name in golden.expected} == golden.expected, golden.name


def _arrived(sent: Recording, wrong_ms: int) -> Recording:
    """What the server makes of it, batch by batch."""
    taken = list[Recording]()
    for from_ms, until_ms in sent.covered:
        for start in range(from_ms, until_ms, MINUTE):
            end = min(start + MINUTE, until_ms)
            events = [
                Event(kind, at + wrong_ms, to + wrong_ms)
                for kind, spans in zip(KINDS, sent.parts, strict=False)
                for at, to in common(spans, ((start, end),))
            ]
            heard = bool(common(sent.heard, ((start, end),)))
            batch = Batch(events, end + wrong_ms, (start + wrong_ms, end + wrong_ms), heard)
            taken.append(take_in(batch, Bounds((OPENED_MS, end)), now=end).recording)
    return fold(taken)


def test_the_figures_of_all_people_add_up_to_the_meetings() -> None:
    """D4: talk and presence of the meeting are those of its people."""
    for golden in GOLDEN:
        found = measure(golden.meeting(), golden.recordings())
        assert (found.talk_ms or 0) == sum(one.talk_ms or 0 for one in found.people)
        assert found.presence_ms == sum(one.presence_ms for one in found.people)
        assert (found.talk_ms or 0) == sum(one or 0 for one in found.timeline.talk_ms)


def _told(found: Measures, name: str) -> Any:
    """The figure of that name, in seconds where it is a time."""
    who, _, rest = name.partition(".")
    owner: Any = next((one for one in found.people if one.participant_id == who), None) if rest else found
    if rest and owner is None:
        owner, rest = found, name
    for part in (rest or name).split("."):
        owner = [getattr(one, part) for one in owner] if isinstance(owner, list) else getattr(owner, part)
    return _in_seconds(owner) if part.endswith("_ms") else _plain(owner)


def _in_seconds(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_seconds(one) for one in value]
    return None if value is None else value / 1000


def _plain(value: Any) -> Any:
    return (value.people, value.presence_ms / 1000) if isinstance(value, Others) else value


@pytest.mark.parametrize(("minutes", "steps", "step_minutes"), [(0, 0, 1), (1, 1, 1), (1440, 1440, 1), (1441, 721, 2)])
def test_a_timeline_has_at_most_a_days_minutes(minutes: int, steps: int, step_minutes: int) -> None:
    """D14: however long the meeting; the last step begun counts whole."""
    assert steps_of((0, minutes * 60_000)) == (steps, step_minutes * 60_000)
    assert steps_of((0, minutes * 60_000 + 1))[0] == (minutes + 1 if step_minutes == 1 and minutes < 1440 else 721)
