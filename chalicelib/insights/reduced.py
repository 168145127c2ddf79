"""A report without people whose figures were erased: what can be told without them is told anew, the rest is missing.

The measurements are gone by then. What was counted over everybody would tell of them by subtraction, so it goes, too:
when anybody talked at all, silence, overlap, interruptions, gaps, the timeline, and tips. Pure (docs/adr/0030).
"""

from collections.abc import Container, Sequence
from dataclasses import replace

from chalicelib.insights.balance import entropy, gini
from chalicelib.insights.figures import Measures, Meeting, MeetingTimeline, Person
from chalicelib.insights.measures import believed, others_of, ratio, rounded
from chalicelib.insights.report import Part


def without(parts: Sequence[Part], meeting: Meeting, gone: Container[str]) -> tuple[Measures, Part]:
    """The figures of those who stay, of whose presence alone `meeting` knows; and the first part as it was."""
    first, everybody = parts[0], [one for part in parts for one in part.people]
    if first.summary is None:
        raise ValueError("the first part of a report has its summary")
    kept = [one for one in everybody if one.participant_id not in gone]
    others = others_of(believed(meeting), {one.participant_id for one in kept})
    if len(kept) == len(everybody):
        return replace(first.summary, others=others, people=kept), first
    people = _compared(kept)
    said, heard = [one.talk_ms or 0 for one in people], [one.heard_ms for one in people]
    told = replace(
        first.summary,
        presence_ms=sum(one.presence_ms for one in people),
        coverage=ratio(sum(one.observed_ms for one in people), sum(one.presence_ms for one in people)),
        talk_ms=sum(said) if any(heard) else None,
        talked_ms=None,
        silence_ms=None,
        overlap_ms=None,
        interruptions=None,
        response_gap_ms=None,
        answers=0,
        attention_by_third=(),
        gini=rounded(gini(said, heard)),
        entropy=rounded(entropy(said, heard)),
        attention=ratio(sum(one.attention_ms or 0 for one in people), sum(one.attention_of_ms or 0 for one in people)),
        timeline=MeetingTimeline(first.summary.timeline.step_ms, (), (), (), (), ()),
        others=others,
        people=people,
        reduced=True,
    )
    return told, replace(first, tips=())


def _compared(people: Sequence[Person]) -> list[Person]:
    """Shares of what is left; what one did to others is not told apart by whom."""
    all_talk, all_heard = sum(one.talk_ms or 0 for one in people), sum(one.heard_ms for one in people)
    return [one if one.talk_ms is None else _alone(one, all_talk, all_heard) for one in people]


def _alone(one: Person, all_talk: int, all_heard: int) -> Person:
    return replace(
        one,
        talk_share=ratio(one.talk_ms or 0, all_talk),
        fair_share=ratio(one.heard_ms, all_heard),
        response_gap_ms=None,
        interruptions=None,
        interrupted=None,
    )
