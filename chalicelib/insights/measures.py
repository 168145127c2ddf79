"""What a meeting's recordings add up to. Pure: the same input gives the same bytes.

People who did not agree to be measured, or no longer do, appear in `others` alone, and not at all where there is but
one of them (D10).
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from chalicelib.insights.balance import entropy, gini
from chalicelib.insights.figures import Measures, Meeting, Others, Person
from chalicelib.insights.intervals import Spans, by_depth, common, length, union, without
from chalicelib.insights.recording import Recording
from chalicelib.insights.timeline import meeting_timeline, person_timeline
from chalicelib.insights.turns import Floor, take_turns, turns_of

OTHERS_MIN = 2  # people: fewer would be told by their absence
DIGITS = 6  # of a share: more would only differ between machines


def measure(meeting: Meeting) -> Measures:
    """Every figure of the report."""
    meeting = believed(meeting)
    measured = {one: meeting.recordings[one] for one in sorted(meeting.recordings)}
    floor = take_turns({one: recording.talk for one, recording in measured.items()})
    people = _with_shares([_person(one, recording, meeting, floor) for one, recording in measured.items()])
    observed = union(span for one in measured.values() for span in one.covered)
    talked, overlapped = by_depth(one.talk for one in measured.values())
    gaps = [gap for one in floor.gaps.values() for gap in one]
    talk = [one.talk_ms or 0 for one in people]
    return Measures(
        span=meeting.span,
        presence_ms=sum(one.presence_ms for one in people),
        coverage=_ratio(sum(one.observed_ms for one in people), sum(one.presence_ms for one in people)),
        talk_ms=sum(talk),
        talked_ms=length(talked),
        silence_ms=length(without(observed, talked)) if observed else None,
        overlap_ms=length(overlapped) if observed else None,
        interruptions=sum(floor.interruptions.values()),
        response_gap_ms=median(gaps) if gaps else None,
        gini=_rounded(gini(talk, [one.observed_ms for one in people])),
        entropy=_rounded(entropy(talk, [one.observed_ms for one in people])),
        shown_ms=length(meeting.shown),
        attention=_ratio(sum(one.attention_ms or 0 for one in people), sum(one.attention_of_ms or 0 for one in people)),
        people=people,
        others=_others(meeting),
        timeline=meeting_timeline(meeting, talked, observed),
    )


def believed(meeting: Meeting) -> Meeting:
    """What of it can be: presence in the meeting, recordings in presence, attention to what was shown."""
    presence = {one: common(union(spans), (meeting.span,)) for one, spans in meeting.presence.items()}
    shown = common(union(meeting.shown), (meeting.span,))
    recordings = {one: _plausible(each, presence.get(one, ()), shown) for one, each in meeting.recordings.items()}
    there = {one: each for one, each in recordings.items() if presence.get(one)}
    return Meeting(meeting.span, presence, there, shown)


def _plausible(recording: Recording, presence: Spans, shown: Spans) -> Recording:
    inside = recording.within(presence)
    return Recording(inside.talk, inside.webcam, common(inside.attention, shown), inside.covered)


def _person(participant_id: str, recording: Recording, meeting: Meeting, floor: Floor) -> Person:
    presence = meeting.presence[participant_id]
    observed_ms, presence_ms = length(recording.covered), length(presence)
    if not observed_ms:
        return Person(participant_id, presence_ms, 0, _ratio(0, presence_ms))
    turns = turns_of(participant_id, recording.talk)
    gaps = floor.gaps.get(participant_id)
    shown_ms = length(common(recording.covered, meeting.shown))
    return Person(
        participant_id,
        presence_ms,
        observed_ms,
        _ratio(observed_ms, presence_ms),
        talk_ms=length(recording.talk),
        turns=len(turns),
        longest_monologue_ms=max((length(common((turn[:2],), presence)) for turn in turns), default=0),
        response_gap_ms=median(gaps) if gaps else None,
        interruptions=floor.interruptions.get(participant_id, 0),
        interrupted=floor.interrupted.get(participant_id, 0),
        webcam_ms=length(recording.webcam),
        attention_ms=length(recording.attention) if shown_ms else None,
        attention_of_ms=shown_ms or None,
        timeline=person_timeline(recording, meeting),
    )


def _with_shares(people: Sequence[Person]) -> list[Person]:
    """Each one's part of what was said, and of the time that was observed: their fair share."""
    all_talk = sum(one.talk_ms or 0 for one in people)
    all_observed = sum(one.observed_ms for one in people)
    return [
        replace(one, talk_share=_ratio(one.talk_ms, all_talk), fair_share=_ratio(one.observed_ms, all_observed))
        if one.talk_ms is not None
        else one
        for one in people
    ]


def _others(meeting: Meeting) -> Others | None:
    unmeasured = [spans for one, spans in meeting.presence.items() if spans and one not in meeting.recordings]
    if len(unmeasured) < OTHERS_MIN:
        return None
    return Others(len(unmeasured), sum(length(spans) for spans in unmeasured))


def _ratio(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DIGITS)
