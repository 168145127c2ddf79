"""A report without somebody: nothing of theirs is left in it, also not by subtraction (F4)."""

from dataclasses import fields

import pytest

from chalicelib.insights.figures import Measures, Person
from chalicelib.insights.measures import measure
from chalicelib.insights.reduced import without
from chalicelib.insights.report import Part, read_part, write_report, written
from tests.support.golden import GOLDEN, Golden

MANY = [one for one in GOLDEN if len(list(one.recordings())) > 1]
ANEW = {"presence_ms", "coverage", "talk_ms", "gini", "entropy", "attention"}  # told from those who stay


def parts_of(golden: Golden) -> list[Part]:
    return [read_part(one) for one in write_report(golden.meeting(), golden.recordings(), 0)]


def reduced(golden: Golden) -> tuple[Measures, Part, str]:
    """Without the first of its people."""
    parts = parts_of(golden)
    gone = parts[0].people[0].participant_id
    meeting = golden.meeting()
    kept = {who: spans for who, spans in meeting.presence.items() if who != gone}
    told, first = without(parts, type(meeting)(meeting.span, kept, meeting.shown), {gone})
    return told, first, gone


@pytest.mark.parametrize("golden", MANY, ids=lambda one: one.name)
def test_what_is_told_anew_is_told_of_those_who_stay(golden: Golden) -> None:
    """F4: the same as if they had never been measured; what the others did alone is as it was."""
    told, first, gone = reduced(golden)
    assert told.reduced
    assert list(first.tips) == []
    assert gone not in [one.participant_id for one in told.people]
    rest = [(who, recording) for who, recording in golden.recordings() if who != gone]
    meeting = golden.meeting()
    kept = {who: spans for who, spans in meeting.presence.items() if who != gone}
    never = measure(type(meeting)(meeting.span, kept, meeting.shown), rest)
    assert {name: getattr(told, name) for name in ANEW} == {name: getattr(never, name) for name in ANEW}
    assert told.others == never.others
    for mine, theirs in zip(told.people, never.people, strict=True):
        assert (mine.talk_share, mine.fair_share, mine.turns) == (theirs.talk_share, theirs.fair_share, theirs.turns)


@pytest.mark.parametrize("golden", MANY, ids=lambda one: one.name)
def test_what_only_everybody_together_tells_is_missing(golden: Golden) -> None:
    """F4: whoever subtracts what is left from it learns nothing."""
    told, _, _ = reduced(golden)
    known = {"span", "shown_ms", "people", "others", "timeline", "reduced", "answers", "attention_by_third", *ANEW}
    assert {one.name for one in fields(Measures) if getattr(told, one.name) is not None} <= known
    assert (told.answers, len(told.attention_by_third)) == (0, 0)
    assert not any(told.timeline.talk_ms or told.timeline.present or told.timeline.observed_ms)
    own = {"response_gap_ms", "interruptions", "interrupted"}
    assert own <= {one.name for one in fields(Person)}
    assert all(getattr(one, name) is None for one in told.people for name in own)


def test_whoever_was_not_measured_leaves_the_others_alone() -> None:
    """D10, F4: their presence goes; of two others one is told by the other's absence, so neither is."""
    golden = MANY[0]
    parts, meeting = parts_of(golden), golden.meeting()
    told, first = without(parts, meeting, {"nobody"})
    assert first is parts[0]
    assert parts[0].summary is not None
    assert told.others == parts[0].summary.others
    assert next(read_part(one) for one in written(told, first.tips)).people == parts[0].people
