"""Figures minute by minute, from the meeting's opening on. What was not measured is None."""

from collections.abc import Sequence

from chalicelib.insights.figures import Meeting, MeetingMinute, Minute
from chalicelib.insights.intervals import MINUTE_MS, Span, Spans, by_minute, common, without
from chalicelib.insights.recording import Recording

DIGITS = 6


def minutes_of(span: Span) -> int:
    """How many minutes it has, the last one begun counted whole."""
    return -(-(span[1] - span[0]) // MINUTE_MS)


def person_minutes(recording: Recording, meeting: Meeting) -> list[Minute]:
    """One person's; nothing where their browser did not measure."""
    held = [_held(spans, meeting) for spans in (*recording.parts, common(recording.covered, meeting.shown))]
    return [
        Minute(talk, webcam, attention if shown else None) if covered else Minute(None, None, None)
        for talk, webcam, attention, covered, shown in zip(*held, strict=True)
    ]


def meeting_minutes(meeting: Meeting, talked: Spans, observed: Spans) -> list[MeetingMinute]:
    """All measured people's together; `talked` and `observed` are when anybody talked, and was measured."""
    measured = list(meeting.recordings.values())
    there = [_held(meeting.presence[one], meeting) for one in meeting.recordings]
    watched = _sums([one.attention for one in measured], meeting)
    watchable = _sums([common(one.covered, meeting.shown) for one in measured], meeting)
    return [
        MeetingMinute(present, covered, talk, silence if seen else None, round(eyes / of, DIGITS) if of else None)
        for present, covered, talk, silence, seen, eyes, of in zip(
            [sum(held > 0 for held in each) for each in zip(*there, strict=True)] or [0] * minutes_of(meeting.span),
            _sums([one.covered for one in measured], meeting),
            _sums([one.talk for one in measured], meeting),
            _held(without(observed, talked), meeting),
            _held(observed, meeting),
            watched,
            watchable,
            strict=True,
        )
    ]


def _sums(sets: Sequence[Spans], meeting: Meeting) -> list[int]:
    sums = [0] * minutes_of(meeting.span)
    for spans in sets:
        for minute, held in enumerate(_held(spans, meeting)):
            sums[minute] += held
    return sums


def _held(spans: Spans, meeting: Meeting) -> list[int]:
    return by_minute(spans, meeting.span[0], minutes_of(meeting.span))
