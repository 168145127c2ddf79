"""A report's figures, and what they are made of.

All lengths are milliseconds, all shares lie between 0 and 1. A figure is None where there is nothing to tell it by:
what nobody measured is missing, not zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.insights.intervals import Span, Spans


@dataclass(frozen=True)
class Meeting:
    """A meeting, apart from what its participants did."""

    span: Span  # from its opening to its end
    presence: Mapping[str, Spans]  # of every participant, by id
    shown: Spans = ()  # when something was shown


@dataclass(frozen=True)
class Timeline:
    """One person's behaviour, step by step: None where their browser did not measure it, or they were not there."""

    talk_ms: Sequence[int | None]
    webcam_ms: Sequence[int | None]
    attention_ms: Sequence[int | None]  # None, too, while nothing was shown


@dataclass(frozen=True)
class Person:
    """One participant's figures. `observed_ms`: how much of their presence their browser measured; `heard_ms`: how much
    of that with their talk known. Of nothing known, what rests on talk is None."""

    participant_id: str
    presence_ms: int
    observed_ms: int
    coverage: float | None
    heard_ms: int = 0
    talk_ms: int | None = None
    talk_share: float | None = None
    fair_share: float | None = None
    turns: int | None = None
    longest_monologue_ms: int | None = None
    response_gap_ms: float | None = None  # the median
    interruptions: int | None = None  # of others, by them
    interrupted: int | None = None
    webcam_ms: int | None = None
    attention_ms: int | None = None
    attention_of_ms: int | None = None  # how long something was shown to them
    timeline: Timeline | None = None


@dataclass(frozen=True)
class MeetingTimeline:
    """The meeting step by step, a minute each or, of more than a day, whole minutes each, as far as it was measured.

    `present`: the people measured who were there at any time in the step, whoever else was.
    """

    step_ms: int
    present: Sequence[int]
    observed_ms: Sequence[int]  # of all people together
    talk_ms: Sequence[int | None]  # None where nobody's microphone was heard
    silence_ms: Sequence[int | None]  # likewise
    attention: Sequence[float | None]


@dataclass(frozen=True)
class Others:
    """People who are not measured."""

    people: int
    presence_ms: int


@dataclass(frozen=True)
class Measures:
    """A report's figures. Where nobody's microphone was heard, what rests on talk is None.

    `reduced`: those of people who were erased since are not in it; what cannot be told without them is None, and the
    timeline empty.
    """

    span: Span
    presence_ms: int
    coverage: float | None
    talk_ms: int | None  # of all together: two at once count twice
    talked_ms: int | None  # how long anybody talked
    silence_ms: int | None
    overlap_ms: int | None
    interruptions: int | None
    response_gap_ms: float | None
    answers: int  # of which the response gap is the median
    gini: float | None
    entropy: float | None
    shown_ms: int
    attention: float | None
    attention_by_third: Sequence[tuple[int, int]]  # of what was shown: ms attentive, of so many measured, all together
    timeline: MeetingTimeline
    others: Others | None
    people: Sequence[Person]
    reduced: bool = False
