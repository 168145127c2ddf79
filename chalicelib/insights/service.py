"""Taking insights in: from members who agreed, in meetings whose organiser captures, and nothing else (D2, D3, D10)."""

from dataclasses import dataclass

from chalicelib.accounts import models as accounts
from chalicelib.insights.intake import EVENTS_MAX, Batch, Refused, take_in
from chalicelib.insights.models import batches, new_batch
from chalicelib.privacy import service as privacy
from chalicelib.rooms.models import find_member
from chalicelib.rooms.room import Room
from chalicelib.rooms.service import current_room
from chalicelib.runtime import consent, limits
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied, NotFound, TooLarge
from chalicelib.runtime.ids import ParticipantId, RoomId, TabId
from chalicelib.sessions.models import Session

BATCHES_A_MINUTE = limits.Window("insights", 60, 60_000)  # of one session: a tab sends one or two, more after a gap


@dataclass(frozen=True)
class Taken:
    """What became of a batch."""

    accepted: int
    refused: list[Refused]
    duplicate: bool


def take_batch(room_id: RoomId, tab_id: TabId, sequence: int, batch: Batch, session: Session, *, now: int) -> Taken:
    """Stores what is believed of a batch, once. Raises NotFound, Denied, TooLarge, TooMany; then nothing is stored."""
    if len(batch.events) > EVENTS_MAX:
        raise TooLarge(f"Send at most {EVENTS_MAX} events in a batch.")
    room = require_member(room_id, session, now=now)
    require_capture(room, now=now)
    consented = consent.check(Insights, privacy.person(session), now=now)
    BATCHES_A_MINUTE.count(session.session_id, now=now)
    return _store(room, tab_id, sequence, batch, session.participant_id, consented, now)


def require_member(room_id: RoomId, session: Session, *, now: int) -> Room:
    """The meeting that the room is now. Raises NotFound for who is not in it."""
    room = current_room(room_id, now=now)
    if room is None or find_member(room.room_id, ParticipantId(session.participant_id), now=now) is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    return room


def require_capture(room: Room, *, now: int) -> None:
    """Raises Denied where nobody runs the meeting, or whoever does captures no insights."""
    if not captures(room, now=now):
        raise Denied("No insights are captured in this meeting.", kind="capture-off")


def captures(room: Room, *, now: int) -> bool:
    """Whether the organiser's account is there and its switch is on."""
    account = accounts.find(room.organiser.account_id, now=now) if room.organiser else None
    return account is not None and bool(account.capture_insights)


def _store(
    room: Room,
    tab_id: TabId,
    sequence: int,
    batch: Batch,
    participant_id: str,
    consented: Consented[Insights],
    now: int,
) -> Taken:
    recording, refused = take_in(batch, room.opened_at_ms, now=now)
    made = new_batch(
        room.room_id, participant_id, tab_id, sequence, recording, person=consented.subject_for(Insights), now=now
    )
    return Taken(len(batch.events) - len(refused), refused, duplicate=not batches.create(made, now=now))
