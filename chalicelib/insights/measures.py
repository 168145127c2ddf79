"""What a meeting's recordings add up to. Pure: the same input gives the same bytes.

People of whom nothing was measured, because they did not agree, or no longer do, or nothing of theirs arrived, appear
in `others` alone, and not at all where there is but one of them (D10).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from statistics import median

from chalicelib.insights.balance import entropy, gini
from chalicelib.insights.figures import Measures, Meeting, Others, Person, Timeline
from chalicelib.insights.intervals import Spans, by_depth, common, length, union, without
from chalicelib.insights.recording import Recording
from chalicelib.insights.timeline import Timelines
from chalicelib.insights.turns import Floor, take_turns, turns_of

OTHERS_MIN = 2  # people: fewer would be told by their absence
DIGITS = 6  # of a share: more would only differ between machines


def measure(meeting: Meeting, recordings: Iterable[tuple[str, Recording]]) -> Measures:
    """Every figure of the report. `recordings` are those of all who agreed to be measured, each once, in any order.

    They are taken one by one: of ten thousand people only the talk and the figures are in memory at a time.
    """
    meeting = believed(meeting)
    timelines, alone, talk = Timelines(meeting), list[Person](), dict[str, Spans]()
    heard: Spans = ()
    for participant_id, recording in recordings:
        presence = meeting.presence.get(participant_id, ())
        if presence:
            plausible = _plausible(recording, presence, meeting.shown)
            alone.append(_person(participant_id, plausible, meeting, timelines.add(plausible, presence)))
            talk[participant_id] = plausible.talk
            heard = union([*heard, *plausible.heard])
    floor = take_turns(talk)
    people = _compared(sorted(alone, key=lambda one: one.participant_id), floor)
    talked, overlapped = by_depth(talk.values())
    gaps = [gap for one in floor.gaps.values() for gap in one]
    said, listened = [one.talk_ms or 0 for one in people], [one.heard_ms for one in people]
    return Measures(
        span=meeting.span,
        presence_ms=sum(one.presence_ms for one in people),
        coverage=ratio(sum(one.observed_ms for one in people), sum(one.presence_ms for one in people)),
        talk_ms=sum(said) if heard else None,
        talked_ms=length(talked) if heard else None,
        silence_ms=length(without(heard, talked)) if heard else None,
        overlap_ms=length(overlapped) if heard else None,
        interruptions=sum(floor.interruptions.values()) if heard else None,
        response_gap_ms=median(gaps) if gaps else None,
        answers=len(gaps),
        gini=rounded(gini(said, listened)),
        entropy=rounded(entropy(said, listened)),
        shown_ms=length(meeting.shown),
        attention=ratio(sum(one.attention_ms or 0 for one in people), sum(one.attention_of_ms or 0 for one in people)),
        attention_by_third=timelines.by_third(),
        people=people,
        others=others_of(meeting, set(talk)),
        timeline=timelines.of_meeting(talked, heard),
    )


def was_measured(meeting: Meeting, participant_id: str, recording: Recording) -> bool:
    """Whether anything of them was, while they were in it: before it they may have been there, and measured, too."""
    return bool(common(common(recording.covered, meeting.presence.get(participant_id, ())), (meeting.span,)))


def believed(meeting: Meeting) -> Meeting:
    """Presence, and what was shown, within the meeting."""
    presence = {one: common(union(spans), (meeting.span,)) for one, spans in meeting.presence.items()}
    return Meeting(meeting.span, presence, common(union(meeting.shown), (meeting.span,)))


def _plausible(recording: Recording, presence: Spans, shown: Spans) -> Recording:
    """What of it can be: while they were there, attention while something was shown."""
    inside = recording.within(presence)
    return Recording(inside.talk, inside.webcam, common(inside.attention, shown), inside.covered, inside.heard)


def _person(participant_id: str, recording: Recording, meeting: Meeting, timeline: Timeline) -> Person:
    """What can be said of one without the others."""
    presence = meeting.presence[participant_id]
    observed_ms, presence_ms = length(recording.covered), length(presence)
    if not observed_ms:
        return Person(participant_id, presence_ms, 0, ratio(0, presence_ms))
    shown_ms = length(common(recording.covered, meeting.shown))
    person = Person(
        participant_id,
        presence_ms,
        observed_ms,
        ratio(observed_ms, presence_ms),
        webcam_ms=length(recording.webcam),
        attention_ms=length(recording.attention) if shown_ms else None,
        attention_of_ms=shown_ms or None,
        timeline=timeline,
    )
    return _heard(person, recording, presence)


def _heard(one: Person, recording: Recording, presence: Spans) -> Person:
    """With what they said, as far as there was a microphone."""
    heard_ms = length(recording.heard)
    if not heard_ms:
        return one
    turns = turns_of(one.participant_id, recording.talk)
    monologue_ms = max((length(common((turn[:2],), presence)) for turn in turns), default=0)
    talk_ms = length(recording.talk)
    return replace(one, heard_ms=heard_ms, talk_ms=talk_ms, turns=len(turns), longest_monologue_ms=monologue_ms)


def _compared(people: Sequence[Person], floor: Floor) -> list[Person]:
    """With what each did to the others, and their part of what was said and of the time that was heard."""
    all_talk = sum(one.talk_ms or 0 for one in people)
    all_heard = sum(one.heard_ms for one in people)
    return [one if one.talk_ms is None else _beside(one, all_talk, all_heard, floor) for one in people]


def _beside(one: Person, all_talk: int, all_heard: int, floor: Floor) -> Person:
    gaps = floor.gaps.get(one.participant_id)
    return replace(
        one,
        talk_share=ratio(one.talk_ms or 0, all_talk),
        fair_share=ratio(one.heard_ms, all_heard),
        response_gap_ms=median(gaps) if gaps else None,
        interruptions=floor.interruptions.get(one.participant_id, 0),
        interrupted=floor.interrupted.get(one.participant_id, 0),
    )


def others_of(meeting: Meeting, measured: Container[str]) -> Others | None:
    """Those who were there and are not measured; nobody where there is but one."""
    unmeasured = [spans for one, spans in meeting.presence.items() if spans and one not in measured]
    if len(unmeasured) < OTHERS_MIN:
        return None
    return Others(len(unmeasured), sum(length(spans) for spans in unmeasured))


def ratio(part: int, whole: int) -> float | None:
    """Rounded; None of nothing."""
    return rounded(part / whole) if whole else None


def rounded(figure: float | None) -> float | None:
    """To DIGITS."""
    return None if figure is None else round(figure, DIGITS)
