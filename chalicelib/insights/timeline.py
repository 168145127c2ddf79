"""Figures step by step, from the meeting's opening on. What was not measured is None."""

from collections.abc import Sequence

from chalicelib.insights.figures import Meeting, MeetingTimeline, Timeline
from chalicelib.insights.intervals import Span, Spans, by_step, common, length, pieces, without
from chalicelib.insights.recording import Recording

MINUTE_MS = 60_000
STEPS_MAX = 1_440  # a day of minutes; a longer meeting has longer steps
DIGITS = 6


def steps_of(span: Span) -> tuple[int, int]:
    """How many steps a meeting has, the last one begun counted whole, and their length: whole minutes."""
    length_ms = span[1] - span[0]
    step_ms = MINUTE_MS * max(1, -(-length_ms // (MINUTE_MS * STEPS_MAX)))
    return -(-length_ms // step_ms), step_ms


class Timelines:
    """Gives each person's timeline and adds them up for the meeting, so that nobody's need be kept for that."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        steps = steps_of(meeting.span)[0]
        self._present, self._observed, self._talk = [0] * steps, [0] * steps, [0] * steps
        self._watched, self._watchable = [0] * steps, [0] * steps
        self._thirds = pieces(meeting.shown, 3)
        self._by_third = [(0, 0) for _ in self._thirds]

    def add(self, recording: Recording, presence: Spans) -> Timeline:
        """One person's timeline, who counts for the meeting from now on."""
        covered, talk = self._held(recording.covered), self._held(recording.talk)
        heard = self._held(recording.heard)
        shown, attention = self._held(common(recording.covered, self._meeting.shown)), self._held(recording.attention)
        _add(self._present, [int(held > 0) for held in self._held(presence)])
        for sums, held in (
            (self._observed, covered), (self._talk, talk), (self._watched, attention), (self._watchable, shown)
        ):  # fmt: skip
            _add(sums, held)
        self._by_third = [
            (eyes + length(common(recording.attention, third)), of + length(common(recording.covered, third)))
            for (eyes, of), third in zip(self._by_third, self._thirds, strict=True)
        ]
        return Timeline(_where(heard, talk), _where(covered, self._held(recording.webcam)), _where(shown, attention))

    def of_meeting(self, talked: Spans, heard: Spans) -> MeetingTimeline:
        """All together; `talked` and `heard` are when anybody talked, and anybody's microphone was heard."""
        shares = [
            round(eyes / of, DIGITS) if of else None for eyes, of in zip(self._watched, self._watchable, strict=True)
        ]
        known, step_ms = self._held(heard), steps_of(self._meeting.span)[1]
        talk, silence = _where(known, self._talk), _where(known, self._held(without(heard, talked)))
        return MeetingTimeline(step_ms, self._present, self._observed, talk, silence, shares)

    def by_third(self) -> list[tuple[int, int]]:
        """In each third of what was shown: how long all together were attentive, of how long measured."""
        return self._by_third

    def _held(self, spans: Spans) -> list[int]:
        return by_step(spans, self._meeting.span[0], *steps_of(self._meeting.span))


def _add(sums: list[int], more: Sequence[int]) -> None:
    for step, one in enumerate(more):
        sums[step] += one


def _where(known: Sequence[int], figures: Sequence[int]) -> list[int | None]:
    return [figure if there else None for there, figure in zip(known, figures, strict=True)]
