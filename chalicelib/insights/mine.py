"""One's own figures: during the meeting from what was sent so far, afterwards from the report (D10)."""

from collections import defaultdict
from dataclasses import dataclass
from typing import cast

from chalicelib.insights.agreed import agreed
from chalicelib.insights.figures import Meeting as Measured, Person
from chalicelib.insights.intervals import Span, Spans, union
from chalicelib.insights.measures import measure
from chalicelib.insights.meeting_models import Meeting, find_meeting, presence_of, stays_of
from chalicelib.insights.models import batches_of, find_shown, rooms_of
from chalicelib.insights.recording import Recording
from chalicelib.insights.report import read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.insights.schemas import ReportStatus
from chalicelib.insights.service import captures
from chalicelib.insights.sitting import sitting
from chalicelib.insights.timeline import steps_of
from chalicelib.privacy import service as privacy
from chalicelib.rooms.merging import last_name
from chalicelib.rooms.models import find_member, members_of
from chalicelib.rooms.room import Room
from chalicelib.rooms.service import current_room
from chalicelib.rooms.shown import shown_in
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Insights
from chalicelib.runtime.errors import Denied, NotFound
from chalicelib.runtime.ids import ParticipantId, RoomId
from chalicelib.sessions.models import Session


@dataclass(frozen=True)
class Mine:
    """Whether insights are captured here, whether I agreed to be measured, and what was; once it is over, what has
    become of the report."""

    captured: bool
    agreed: bool
    step_ms: int  # of the figures' timeline
    figures: Person | None = None
    report: ReportStatus | None = None


def my_insights(room_id: RoomId, session: Session, *, now: int) -> Mine:
    """Of a meeting I am in, or was in. Raises NotFound for everybody else."""
    privacy.carry_over(session, now=now)
    room = current_room(room_id, now=now)
    if room is None:
        return _afterwards(last_name(room_id, now=now), session, now)
    member = find_member(room.room_id, ParticipantId(session.participant_id), now=now)
    rooms = rooms_of(room.room_id, now=now)
    here = (member.came_at_ms, now) if member is not None and member.here else (now, now)
    stays = union([*stays_of(session.participant_id, rooms, now=now), here])
    if member is None and not stays:
        raise NotFound("There is no such meeting, or you were not in it.")
    agrees = _agrees(session, now)
    captured = captures(room.organiser.account_id if room.organiser else None, now=now)
    found = agreed(batches_of(rooms, session.participant_id, now=now), now=now) if agrees else None
    if found is None:  # as it is of each who comes in: when the meeting began is asked of all who are in it
        return Mine(captured, agrees, steps_of((room.opened_at_ms, now))[1])
    span = _begun_at_ms(room, rooms, now), now
    figures = _so_far(room, span, rooms, session.participant_id, stays, found.recording)
    return Mine(captured, agrees, steps_of(span)[1], figures)


def _begun_at_ms(room: Room, rooms: list[str], now: int) -> int:
    """When the meeting began: a room may have waited for days for a planned one. As if it ended now (history.py)."""
    if room.planned_start_ms is None:
        return room.opened_at_ms
    there = defaultdict[str, list[Span]](list)
    for one in rooms:
        for who, spans in presence_of(one, now=now).items():
            there[who] += spans
    for member in members_of(room.room_id, now=now):
        if member.here:
            there[member.participant_id].append((member.came_at_ms, now))
    held = sitting((union(spans) for spans in there.values()), room.planned_start_ms)
    return room.opened_at_ms if held is None else held[0]


def _so_far(
    room: Room, span: Span, rooms: list[str], participant_id: str, stays: Spans, recording: Recording
) -> Person | None:
    now = span[1]
    still = ((int(one.shown_at_ms), now) for one in shown_in(room.room_id, now=now))
    shown = union([*find_shown(rooms, now=now), *still])
    meeting = Measured(span, {participant_id: stays}, shown)
    return next(iter(measure(meeting, [(participant_id, recording)]).people), None)


def _afterwards(room_id: RoomId, session: Session, now: int) -> Mine:
    meeting = find_meeting(room_id, now=now)
    was_there = meeting and presence_of(room_id, now=now, participant_id=session.participant_id)
    if meeting is None or not was_there:
        raise NotFound("There is no such meeting, or you were not in it.")
    figures = reported(meeting, session.participant_id, now=now) if meeting.status == "ready" else None
    step_ms = steps_of((int(meeting.opened_at_ms), int(meeting.ended_at_ms)))[1]
    return Mine(bool(meeting.captured), _agrees(session, now), step_ms, figures, cast(ReportStatus, meeting.status))


def reported(meeting: Meeting, participant_id: str, *, now: int) -> Person | None:
    """What a report says of one participant. Halving: people are in the order of their ids, part after part."""
    key = key_of(meeting.account_id, now=now)
    first, last = 0, int(meeting.parts) - 1
    while key is not None and first <= last:
        middle = (first + last) // 2
        content = stored_part(meeting, key, middle, now=now)
        people = [] if content is None else read_part(content).people
        if not people:
            return None
        if participant_id < people[0].participant_id:
            last = middle - 1
        elif participant_id > people[-1].participant_id:
            first = middle + 1
        else:
            return next((one for one in people if one.participant_id == participant_id), None)
    return None


def _agrees(session: Session, now: int) -> bool:
    try:
        consent.check(Insights, privacy.person(session), now=now)
    except Denied:
        return False
    return True
