"""Use cases of meetings: enter, leave, read; a tab connects, resumes, disconnects."""

from chalicelib.rooms import calls, connections, merging, presence, push
from chalicelib.rooms.merging import current_room, merge_rooms
from chalicelib.rooms.models import find_member, find_room, left_after, new_head, new_left, new_member, pass_on
from chalicelib.rooms.record_models import DEPARTURES_OVER, Member, entries, heads, members
from chalicelib.rooms.room import Person, Room
from chalicelib.runtime import events
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ParticipantId, RoomId, SessionId
from chalicelib.sessions.models import Session, find as find_session, forget_room

__all__ = [
    "current_room",
    "enter_room",
    "follow_renewal",
    "forget_member",
    "forget_session",
    "keep_email",
    "leave_room",
    "mend_membership",
    "merge_rooms",
    "open_room",
    "person",
    "read_room",
    "rename_member",
    "repair_name",
    "see_off",
    "walk_in",
]


def open_room(room_id: RoomId, *, now: int) -> None:
    """Makes the room unless it is there."""
    heads.create(new_head(room_id, now), now=now)


def enter_room(room_id: RoomId, session: Session, *, via: str, now: int, email: str | None = None) -> RoomId:
    """Makes the session's participant a member; the room they are in then, another if this one merged.

    `email` is sealed. Raises NotFound where the meeting has ended.
    """
    entered = _enter(room_id, session, via, email, now, asked=True)
    if entered is None:
        raise NotFound("This meeting has ended.")
    return entered


def walk_in(room_id: RoomId, session: Session, *, via: str, now: int, email: str | None = None) -> RoomId | None:
    """As `enter_room`, but not where the meeting asks to knock by the moment of entering; None then.

    Raises NotFound where the meeting has ended.
    """
    entered = _enter(room_id, session, via, email, now, asked=False)
    if entered is None:
        raise NotFound("This meeting has ended.")
    inside = find_member(entered, ParticipantId(session.participant_id), now=now)
    return None if inside is None else entered


def _enter(room_id: RoomId, session: Session, via: str, email: str | None, now: int, *, asked: bool) -> RoomId | None:
    room = current_room(room_id, now=now)
    if room is None:
        return None
    free = asked or room.is_run_by(session.account_id)
    return merging.add_member(new_member(room.room_id, person(session, email), via=via, now=now), now=now, asked=free)


def mend_membership(room_id: RoomId, session: Session, *, since: int, now: int) -> RoomId | None:
    """As `enter_room` for someone who should be in `since` then: not if they left later, or the meeting has ended.

    What is remembered last tells whether the process that let them in has come to its end.
    """
    room = current_room(room_id, now=now)
    if room is None or left_after(since, [room_id, room.room_id], session.participant_id, now=now):
        return None
    known = find_member(room.room_id, ParticipantId(session.participant_id), now=now)
    if known is None and room.asks(session.account_id):
        return None
    member = new_member(room.room_id, person(session), via="sound", now=now)
    if known is not None and session.room_id != room.room_id:
        merging.welcome(member, now=now)
    entered = merging.add_member(member, now=now, asked=room.is_run_by(session.account_id))
    if entered is None or find_member(entered, ParticipantId(session.participant_id), now=now) is None:
        return None  # it asks to knock by now
    return entered


def forget_session(event: events.SessionEnded) -> None:
    """Whoever ends their session leaves the meetings they are in, and their tabs' sockets close."""
    for room in event.rooms | _and(event.room_id, connections.close_all(event.session_id, now=event.now)):
        forget_member(RoomId(room), event.participant_id, now=event.now)


def cut_off(event: events.SessionReplaced) -> None:
    """The tabs connect again, under the new session."""
    connections.cut_off(event.old_id, now=event.now)


def follow_renewal(event: events.SessionRenewed) -> None:
    """The member's new session takes the place of the old, unless a tab of theirs has come under another already."""
    for room in _and(event.room_id, connections.close_all(event.old_id, now=event.now)):
        for member in _memberships(RoomId(room), event.participant_id, event.now):
            pass_on(member, event.old_id, event.new_id, now=event.now)


def rename_member(event: events.ParticipantRenamed) -> None:
    """Everyone in the meeting sees the new name at once; of two changes at the same moment, the later one's."""
    for room in _and(event.room_id, connections.followed_by(event.session_id, now=event.now)):
        for member in _memberships(RoomId(room), event.participant_id, event.now):
            merging.call_member(member, event.name, None if event.ahead else event.session_id, now=event.now)
            if event.forgets:
                forget_email(member, now=event.now)


def repair_name(event: events.NameRepaired) -> None:
    """Everyone in the meeting sees what the participant's session, whichever it is by now, says they are called."""
    for member in _memberships(RoomId(event.room_id), event.participant_id, event.now):
        forget_email(member, now=event.now)
        session = find_session(member.session_id, now=event.now)
        if session is not None and session.participant_name != member.name:
            merging.call_member(member, session.participant_name, session.session_id, now=event.now)


def keep_email(member: Member, email: str, *, now: int) -> None:
    """Sealed; the organiser's history has it from here, as it has the name."""
    members.update((member.room_id, member.entry), [Member.email.set(email)], now=now)


def forget_email(member: Member, *, now: int) -> None:
    if member.email is not None:
        members.update((member.room_id, member.entry), [Member.email.remove()], now=now)


def forget_member(room_id: RoomId, participant_id: str, *, now: int) -> bool:
    """Ends a membership in the room and in all it merged into, as a merge may have broken off; False without one."""
    found = _memberships(room_id, participant_id, now)
    for member in found:
        see_off(member, now=now)
    return bool(found)


def leave_room(room_id: RoomId, session: Session, *, now: int) -> None:
    """Ends the membership at once, and the room with its last member. Raises NotFound for strangers."""
    if not forget_member(room_id, session.participant_id, now=now):
        raise NotFound("There is no such meeting, or you are not in it.")


def read_room(room_id: RoomId, session: Session, *, now: int) -> tuple[Room, list[Member]]:
    """The room, or the one it merged into, and those present. Raises NotFound for strangers."""
    room = find_room(room_id, now=now)
    if room is not None and room.merged_into is not None:
        if _is_in(room, session):  # the merge broke off before they were moved
            merging.move_all(room.room_id, room.merged_into, now=now)
        current = current_room(room.merged_into, now=now)
        room = None if current is None else find_room(current.room_id, now=now)
    if room is None or not _is_in(room, session):
        raise NotFound("There is no such meeting, or you are not in it.")
    return room, [one for one in room.members if one.here]


def person(session: Session, email: str | None = None) -> Person:
    """The session's participant, as rooms know them."""
    return Person(session.participant_id, session.session_id, session.participant_name, email)


def _and(remembered: str | None, followed: set[str]) -> set[str]:
    """The rooms of a session: those that its tabs follow, and the one remembered."""
    return followed | ({remembered} if remembered else set())


def _memberships(room_id: RoomId, participant_id: str, now: int) -> list[Member]:
    """In the room and in all that it has merged into."""
    path = [room.room_id for room in merging.follow_merges(room_id, now=now) if room is not None]
    found = [find_member(name, ParticipantId(participant_id), now=now) for name in dict.fromkeys([room_id, *path])]
    return [member for member in found if member is not None]


def _is_in(room: Room, session: Session) -> bool:
    return any(one.participant_id == session.participant_id for one in room.members)


def see_off(member: Member, *, now: int) -> None:
    """Ends the membership, if it has not ended yet, and everything that hangs on it."""
    room_id = RoomId(member.room_id)
    calls.hang_up(member, now=now)
    left = new_left(room_id, member.participant_id, now)
    DEPARTURES_OVER.file([left], now=now)
    entries.put(left)
    presence.end_stay(member, now, now=now)
    events.publish(events.MemberLeaving(member.participant_id, room_id, now))
    members.delete((room_id, member.entry))
    push.came_or_went(member, now=now, leaves=True)  # their own other tabs are told, too; they may be back just now
    for connection in connections.session_connections(SessionId(member.session_id), now=now):
        connections.unfollow(connection, room_id, now=now)
    forget_room(member.session_id, room_id, now=now)
    events.publish(events.MemberLeft(member.participant_id, room_id, now))
    presence.look_at_room(room_id, now, now=now)
