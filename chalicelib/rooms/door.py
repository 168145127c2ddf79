"""The door of a meeting: who may walk in, who knocks, and what those inside answer (A7, A12).

Whoever is not surely in the room knocks; where the organiser wants it so, everybody does, however they come. Any member
may answer: those inside see who is at the door, and the organiser need not be there.
"""

from dataclasses import dataclass

from chalicelib.lifetimes import MINUTE
from chalicelib.privacy.service import forbid_gone, guest
from chalicelib.rooms import merging, push, service as rooms
from chalicelib.rooms.models import find_head, find_member, knock_key, member_key, new_knock
from chalicelib.rooms.record_models import KNOCKS_OVER, SEALED_EMAIL, Knock, Member, knocks, members
from chalicelib.rooms.room import Person, Room
from chalicelib.runtime import events, limits, vault
from chalicelib.runtime.addresses import parse_address
from chalicelib.runtime.errors import Denied, NotFound
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, SessionId, is_opaque
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.service import change_name, require_age

ENTRIES = 60  # within ten minutes, by one participant; each is told to everybody
KNOCKS, KNOCKS_WITHIN_MS = 10, 10 * MINUTE  # of one participant
KNOCKS_AT_A_DOOR = 60  # a minute: more than those inside can answer


@dataclass(frozen=True)
class Knocking:
    """At the door of `room_id`: those inside can answer until then, after which one may knock again."""

    room_id: RoomId
    expires_at_ms: int


def come_in(room_id: RoomId, session: Session, *, via: str, now: int, email: str | None = None) -> RoomId | Knocking:
    """Makes the session's participant a member, or has them knock. One meeting at a time: they leave any other.

    `email` is sealed. Raises NotFound where the meeting has ended, Denied for whoever was refused just now, TooMany.
    """
    room = merging.current_room(room_id, now=now)
    if room is None:
        raise NotFound("This meeting has ended.")
    member = find_member(room.room_id, ParticipantId(session.participant_id), now=now)
    if member is not None:
        if email is not None:
            rooms.keep_email(member, email, now=now)
        return room.room_id
    limits.count(f"entries/{session.participant_id}", allowed=ENTRIES, window_ms=10 * MINUTE, now=now)
    asks = room.asks(session.account_id)
    entered = None if asks else rooms.walk_in(room.room_id, session, via=via, now=now, email=email)
    if entered is None:
        return _ask(room, rooms.person(session, email), via, now)
    return _arrived(entered, session, now)


def come_by_link(
    room_id: RoomId, session: Session, *, name: str | None = None, email: str | None = None, now: int
) -> RoomId | Knocking:
    """As `come_in`, for whoever has an invitation, under another name if they like; from 13 years on with an address.

    Raises NotFound for a room without an invitation, Denied as `require_age`, Invalid for what is no name.
    """
    check_link(room_id, now=now)
    sealed = None
    if email is not None:
        require_age(session)
        sealed = vault.seal(SEALED_EMAIL, parse_address(email))
    if name is not None and name != session.participant_name:
        session = change_name(session, name, now=now)
    return come_in(room_id, session, via="link", now=now, email=sealed)


def check_link(room_id: RoomId, *, now: int) -> None:
    """Raises NotFound unless the room's address is an invitation."""
    named = find_head(room_id, now=now)
    if named is None or not named.by_link:
        raise NotFound("There is no such meeting, or it has ended.")


def knock(
    room_id: RoomId, person: Person, *, now: int, via: str = "sound", join_id: str | None = None, required: bool = False
) -> Knock | None:
    """Asks the members once about a person; None where the meeting is gone, they were asked already, or are met inside.

    Raises TooMany for whoever knocks without end.
    """
    room = merging.current_room(room_id, now=now)
    if room is None:
        return None
    if required:
        spent = f"knocks/{person.participant_id}"
        limits.spend(spent, allowed=KNOCKS, window_ms=KNOCKS_WITHIN_MS, now=now)
        limits.count(f"door/{room.room_id}", allowed=KNOCKS_AT_A_DOOR, window_ms=MINUTE, now=now)
    made = new_knock(room.room_id, person, now, via=via, join_id=join_id, required=required)
    once, inside = Transaction(now=now), Member.participant_id.exists()
    once.create(knocks, made)
    KNOCKS_OVER.file_with(once, made, now=now)
    forbid_gone(once, guest(person.participant_id))
    once.forbid(members, members.bare(member_key(room.room_id, ParticipantId(person.participant_id))), inside)
    if not once.commit():
        return None
    push.knocking(made, person.name, now=now)
    return made


def answer_knock(room_id: RoomId, participant_id: ParticipantId, session: Session, *, admit: bool, now: int) -> None:
    """A member's answer, of several the first. Whom sound led here enters as sound leads people in, from `joining`.

    Raises NotFound for strangers, and where nobody of that id knocks (any more).
    """
    room = merging.current_room(room_id, now=now)
    if room is None or find_member(room.room_id, ParticipantId(session.participant_id), now=now) is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    found = _find(room.room_id, participant_id, now)
    if found is None or found.refused:
        raise NotFound("Nobody of that id is at the door.")
    if admit:
        _admit(found, now)
    elif found.required:
        _refuse(found, now)
    else:
        knocks.delete(knock_key(room.room_id, participant_id))


def ask_again(connection_id: ConnectionId, room: Room, *, now: int) -> None:
    """Somebody inside has just come, or come back: they are asked about everybody who is at the door."""
    inside = {one.participant_id for one in room.members}
    for one in room.knocks:
        session = None if one.participant_id in inside else find(SessionId(one.session_id), now=now)
        if session is not None and session.participant_id == one.participant_id:
            push.knocking_still(connection_id, room, one, rooms.person(session).name, now=now)


def leave(room_id: RoomId, session: Session, *, now: int) -> None:
    """Ends the membership at once, or the knocking. Raises NotFound for strangers."""
    try:
        rooms.leave_room(room_id, session, now=now)
    except NotFound:
        found = _find(room_id, session.participant_id, now) if is_opaque(room_id) else None
        if found is None or not found.required or found.refused or not knocks.take(found, now=now):
            raise


def _ask(room: Room, who: Person, via: str, now: int) -> Knocking:
    """Asked again while they wait, the same; whoever was refused has to wait until the knock is over."""
    found = _find(room.room_id, who.participant_id, now)
    if found is None:
        found = knock(room.room_id, who, via=via, required=True, now=now)
    if found is None:
        found = _find(room.room_id, who.participant_id, now)
    if found is None:
        raise NotFound("This meeting has ended.")
    if who.email and not found.email:
        knocks.update(knock_key(room.room_id, who.participant_id), [Knock.email.set(who.email)], now=now)
    if found.refused:
        raise Denied("Those in the meeting did not let you in. Ask again in a minute.", kind="refused")
    return Knocking(room.room_id, int(found.expires_at_ms))


def _arrived(entered: RoomId, session: Session, now: int) -> RoomId:
    """One meeting at a time."""
    if session.room_id and session.room_id != entered:
        rooms.forget_member(RoomId(session.room_id), session.participant_id, now=now)
    return entered


def _admit(found: Knock, now: int) -> None:
    room_id, session_id = RoomId(found.room_id), SessionId(found.session_id)
    key = knock_key(room_id, found.participant_id)
    if found.join_id:  # a seat, taken once, decides among several answers
        admitted = (found.join_id, session_id, room_id, found.knocked_at_ms, bool(found.required))
        events.publish(events.ParticipantAdmitted(*admitted, now))
        knocks.delete(key)
    elif knocks.take(found, now=now):
        session = find(session_id, now=now)
        if session is not None:
            came = rooms.enter_room(room_id, session, via=found.via, now=now, email=found.email)
            entered = _arrived(came, session, now)
            push.answered(session_id, entered, admitted=True, now=now)


def _refuse(found: Knock, now: int) -> None:
    key = knock_key(found.room_id, found.participant_id)
    if knocks.update(key, [Knock.refused.set(True)], now=now, where=Knock.refused.does_not_exist()) is None:
        return
    session_id = SessionId(found.session_id)
    if found.join_id:
        events.publish(events.ParticipantRefused(found.join_id, session_id, found.participant_id, now))
    else:
        push.answered(session_id, RoomId(found.room_id), admitted=False, now=now)


def _find(room_id: str, participant_id: str, now: int) -> Knock | None:
    return knocks.get(knock_key(room_id, participant_id), now=now)
