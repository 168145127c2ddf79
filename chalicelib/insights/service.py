"""Taking insights in: from members who agreed, in meetings whose organiser captures, and nothing else (D2, D3, D10)."""

from dataclasses import dataclass

from chalicelib.accounts import models as accounts
from chalicelib.insights.intake import EVENTS_MAX, Batch, Bounds, Refused, Taken as Believed, take_in
from chalicelib.insights.intervals import Span
from chalicelib.insights.meeting_models import find_meeting, presence_of, stays_of
from chalicelib.insights.models import batches, new_batch, rooms_of
from chalicelib.insights.starting import GRACE_MS
from chalicelib.lifetimes import MINUTE
from chalicelib.privacy import service as privacy
from chalicelib.rooms.merging import last_name
from chalicelib.rooms.models import find_member
from chalicelib.rooms.service import current_room
from chalicelib.runtime import consent, limits
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied, Gone, NotFound, TooLarge, Unavailable
from chalicelib.runtime.ids import ParticipantId, RoomId, TabId
from chalicelib.sessions.models import Session

BATCHES = limits.Window("insights", 120, 10 * MINUTE)  # of one session: a tab sends ten, more after a gap


@dataclass(frozen=True)
class Taken:
    """What became of a batch."""

    accepted: int
    refused: list[Refused]
    duplicate: bool


@dataclass(frozen=True)
class _Meeting:
    """What a batch is of. `account_id`: who runs it, and wanted it captured when it ended; None for nobody."""

    meeting_id: str
    span: Span  # so far
    account_id: str | None


def take_batch(room_id: RoomId, tab_id: TabId, sequence: int, batch: Batch, session: Session, *, now: int) -> Taken:
    """Stores what is believed of a batch, once. Raises NotFound, Gone, Denied, TooLarge, TooMany, Unavailable."""
    if len(batch.events) > EVENTS_MAX:
        raise TooLarge(f"Send at most {EVENTS_MAX} events in a batch.")
    meeting = _meeting(room_id, session, now)
    captured_ms = captured_since(meeting.account_id, now=now)
    if captured_ms is None:
        raise Denied("No insights are captured in this meeting.", kind="capture-off")
    privacy.carry_over(session, now=now)  # whoever has just logged in goes on agreeing
    consented = consent.check(Insights, privacy.person(session), now=now)
    BATCHES.count(session.session_id, now=now)
    bounds = Bounds(meeting.span, consented.since_ms, captured_ms)
    return _store(meeting, tab_id, sequence, take_in(batch, bounds, now=now), session.participant_id, consented, now)


def captures(account_id: str | None, *, now: int) -> bool:
    """Whether somebody runs the meeting, whose account is there and whose switch is on."""
    return captured_since(account_id, now=now) is not None


def captured_since(account_id: str | None, *, now: int) -> int | None:
    """When they last switched it on, 0 if it never was off; None where nothing is captured."""
    account = accounts.find(account_id, now=now) if account_id else None
    return int(account.capture_since_ms) if account is not None and account.capture_insights else None


def _meeting(room_id: RoomId, session: Session, now: int) -> _Meeting:
    """Raises NotFound for who was not in it, Gone where it is over for them, and the grace, too, Unavailable."""
    room = current_room(room_id, now=now)
    if room is None:
        return _ended(last_name(room_id, now=now), session, now)
    if find_member(room.room_id, ParticipantId(session.participant_id), now=now) is None:
        _require_just_left(room.room_id, session, now)
    return _Meeting(room.room_id, (room.opened_at_ms, now), room.organiser.account_id if room.organiser else None)


def _require_just_left(room_id: RoomId, session: Session, now: int) -> None:
    """The last of it may come after the leaving; it is believed as far as they were there."""
    stays = stays_of(session.participant_id, rooms_of(room_id, now=now), now=now)
    if not stays:
        raise NotFound("There is no such meeting, or you are not in it.")
    if now >= stays[-1][1] + GRACE_MS:
        raise _too_late("You have left")


def _ended(room_id: RoomId, session: Session, now: int) -> _Meeting:
    there = bool(presence_of(room_id, now=now, participant_id=session.participant_id))
    meeting = find_meeting(room_id, now=now)
    if meeting is None and (there or find_member(room_id, ParticipantId(session.participant_id), now=now)):
        # everybody is told before all of it is written
        raise Unavailable("The meeting is just being ended.", retry_after_s=1)
    if meeting is None or not there:
        raise NotFound("There is no such meeting, or you were not in it.")
    if now >= meeting.closed_at_ms + GRACE_MS:
        raise _too_late("The meeting is over")
    span = int(meeting.opened_at_ms), int(meeting.closed_at_ms)
    return _Meeting(meeting.meeting_id, span, meeting.account_id if meeting.captured else None)


def _too_late(why: str) -> Gone:
    return Gone(f"{why}; what was measured is taken for {GRACE_MS // MINUTE} minutes after that.")


def _store(
    meeting: _Meeting,
    tab_id: TabId,
    sequence: int,
    taken: Believed,
    participant_id: str,
    consented: Consented[Insights],
    now: int,
) -> Taken:
    person = consented.subject_for(Insights)
    made = new_batch(meeting.meeting_id, participant_id, tab_id, sequence, taken.recording, person=person, now=now)
    made.behind_ms = taken.behind_ms
    return Taken(taken.accepted, taken.refused, duplicate=not batches.create(made, now=now))
