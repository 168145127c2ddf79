"""Taking a seat in a meeting that was found by sound: the seat, the membership, and who is told.

A participant is seated once, by one conditional write; whoever is seated elsewhere meanwhile stays there.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from chalicelib.joining.evidence import Ear
from chalicelib.joining.models import note_hint
from chalicelib.joining.seat_models import find_seat, given_up_before, new_seat, seats, take_seat, undo_seat
from chalicelib.rooms import door, merging, push, service as rooms
from chalicelib.rooms.messages import JoinChanged
from chalicelib.rooms.models import entering, find_member, left_after, let_in, new_member
from chalicelib.rooms.record_models import Member, members
from chalicelib.rooms.room import Room
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.ids import ParticipantId, RoomId, SessionId
from chalicelib.sessions import models as sessions
from chalicelib.sessions.models import Session

KNOCKING = "knocking"  # a hint beside those of quality.py
Placed = dict[str, RoomId]  # where participants are now, by their ids


def receive(arrivals: dict[Ear, Member], seated: Sequence[bool], now: int) -> Placed | None:
    """Tells the newly seated and their room; takes back the membership of those seated elsewhere."""
    placed, settled = Placed(), True
    for (ear, member), fresh in zip(arrivals.items(), seated, strict=True):
        if fresh and left_after(now, [RoomId(member.room_id)], ear.participant_id, now=now):
            undo(member)  # they left while this was under way
        elif fresh and (room_id := tell(ear, member, now)):
            placed[ear.participant_id] = room_id
        elif fresh:  # the meeting has ended while this was under way
            undo(member)
            settled = False
        elif (there := find_seat(ear.participant_id, now=now)) == member.room_id:
            placed[ear.participant_id] = there
        elif there is not None or not ear.room_id:  # seated elsewhere, or gone since they were heard
            _take_back(member, there, now)
            settled = settled and there is None
    return placed if settled else None


def _take_back(member: Member, there: RoomId | None, now: int) -> None:
    """They sit elsewhere; if that room became this one meanwhile, its merge brought them here and the row is theirs."""
    members.delete((member.room_id, member.entry))
    room = merging.current_room(there, now=now) if there else None
    if room is not None and room.room_id == member.room_id:  # read after the delete: a merge points first, then moves
        let_in(member, now=now, asked=True)


def undo(member: Member) -> None:
    members.delete((member.room_id, member.entry))
    undo_seat(member.participant_id, member.room_id)


def sit(ear: Ear, member: Member, now: int, opened_at_ms: int | None = None) -> bool:
    """Takes a seat and becomes a member at once: whoever has a seat elsewhere never becomes one, whatever dies when.

    Where only the membership cannot be, as it is there already or the room asks to knock, the seat alone is taken.
    """
    room_id = RoomId(member.room_id)
    if not ear.room_id:
        both = entering(member, now=now, asked=opened_at_ms is not None)
        seat = new_seat(ear.participant_id, room_id, now=now, opened_at_ms=opened_at_ms)
        both.create(seats, seat, over=given_up_before(ear.heard_at_ms))
        if both.commit():
            return True
    return take_seat(ear.participant_id, room_id, heard_at_ms=ear.heard_at_ms, opened_at_ms=opened_at_ms, now=now)


def tell(ear: Ear, member: Member, now: int) -> RoomId | None:
    if not ear.room_id:
        merging.welcome(member, now=now)
    current = merging.settle_member(member, now=now)
    if current is None:
        return None
    push.to_session(SessionId(ear.session_id), JoinChanged(ear.join_id, "joined", now, room_id=current), now=now)
    return current


def arrivals_for(ears: Iterable[Ear], room_id: RoomId, now: int, room: Room | None = None) -> dict[Ear, Member]:
    """A membership for each participant whose session still lives; one clip stands for each.

    Whom the room asks to knock has none before somebody inside has said yes.
    """
    by_participant = {ear.participant_id: ear for ear in ears}
    found = {ear: sessions.find(ear.session_id, now=now) for ear in by_participant.values()}
    return {
        ear: new_member(room_id, rooms.person(session), via="sound", now=now)
        for ear, session in found.items()
        if session is not None and not (room is not None and must_knock(ear, session, room, now))
    }


def must_knock(ear: Ear, session: Session, room: Room, now: int) -> bool:
    """Whether the room asks them to, unless they are in it already; they do so at once."""
    who = ParticipantId(ear.participant_id)
    if not room.asks(session.account_id) or find_member(room.room_id, who, now=now) is not None:
        return False
    with suppress(TooMany):  # nobody is asked about them for a while
        person = rooms.person(session)
        if door.knock(room.room_id, person, join_id=ear.join_id, required=True, now=now) is not None:
            note_hint(ear.clip_id, KNOCKING, now=now)
            waiting = JoinChanged(ear.join_id, "listening", now, hint=KNOCKING)
            push.to_session(SessionId(ear.session_id), waiting, now=now)
    return True
