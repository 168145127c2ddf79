"""Figures step by step, from the meeting's opening on. What was not measured is None."""

from collections.abc import Sequence

from chalicelib.insights.figures import Meeting, MeetingTimeline, Timeline
from chalicelib.insights.intervals import Span, Spans, by_step, common, without
from chalicelib.insights.recording import Recording

MINUTE_MS = 60_000
STEPS_MAX = 1_440  # a day of minutes; a longer meeting has longer steps
DIGITS = 6


def steps_of(span: Span) -> tuple[int, int]:
    """How many steps a meeting has, the last one begun counted whole, and their length: whole minutes."""
    length_ms = span[1] - span[0]
    step_ms = MINUTE_MS * max(1, -(-length_ms // (MINUTE_MS * STEPS_MAX)))
    return -(-length_ms // step_ms), step_ms


def person_timeline(recording: Recording, meeting: Meeting) -> Timeline:
    """One person's."""
    covered = _held(recording.covered, meeting)
    shown = _held(common(recording.covered, meeting.shown), meeting)
    return Timeline(
        _where(covered, _held(recording.talk, meeting)),
        _where(covered, _held(recording.webcam, meeting)),
        _where(shown, _held(recording.attention, meeting)),
    )


def meeting_timeline(meeting: Meeting, talked: Spans, observed: Spans) -> MeetingTimeline:
    """All measured people's together; `talked` and `observed` are when anybody talked, and was measured."""
    measured = list(meeting.recordings.values())
    watched = _sums([one.attention for one in measured], meeting)
    watchable = _sums([common(one.covered, meeting.shown) for one in measured], meeting)
    shares = [round(eyes / of, DIGITS) if of else None for eyes, of in zip(watched, watchable, strict=True)]
    return MeetingTimeline(
        steps_of(meeting.span)[1],
        _present(meeting),
        _sums([one.covered for one in measured], meeting),
        _sums([one.talk for one in measured], meeting),
        _where(_held(observed, meeting), _held(without(observed, talked), meeting)),
        shares,
    )


def _present(meeting: Meeting) -> list[int]:
    people = [0] * steps_of(meeting.span)[0]
    for one in meeting.recordings:
        for step, held in enumerate(_held(meeting.presence[one], meeting)):
            people[step] += held > 0
    return people


def _where(known: Sequence[int], figures: Sequence[int]) -> list[int | None]:
    return [figure if there else None for there, figure in zip(known, figures, strict=True)]


def _sums(sets: Sequence[Spans], meeting: Meeting) -> list[int]:
    sums = [0] * steps_of(meeting.span)[0]
    for spans in sets:
        for step, held in enumerate(_held(spans, meeting)):
            sums[step] += held
    return sums


def _held(spans: Spans, meeting: Meeting) -> list[int]:
    return by_step(spans, meeting.span[0], *steps_of(meeting.span))
