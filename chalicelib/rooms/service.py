"""Use cases of meetings: enter, leave, read; a tab connects, resumes, disconnects."""

from chalicelib.rooms import calls, connections, merging, presence, push
from chalicelib.rooms.merging import current_room, merge_rooms
from chalicelib.rooms.models import (
    Member,
    Person,
    Room,
    entries,
    find_member,
    find_room,
    heads,
    left_after,
    members,
    new_head,
    new_left,
    new_member,
)
from chalicelib.rooms.tabs import renew_lease
from chalicelib.runtime import events
from chalicelib.runtime.errors import NotFound, Unauthenticated
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, SessionId, TabId, is_opaque
from chalicelib.sessions.models import Session, find, forget_room

__all__ = [
    "connect",
    "current_room",
    "disconnect",
    "enter_room",
    "follow_renewal",
    "forget_member",
    "forget_session",
    "hear_tab",
    "leave_room",
    "mend_membership",
    "merge_rooms",
    "open_room",
    "person",
    "read_room",
    "rename_member",
    "resume",
]


def open_room(room_id: RoomId, *, now: int) -> None:
    """Makes the room unless it is there."""
    heads.create(new_head(room_id, now), now=now)


def enter_room(room_id: RoomId, session: Session, *, via: str, now: int) -> RoomId:
    """Makes the session's participant a member; the room they are in then, another if this one merged.

    Raises NotFound where the meeting has ended.
    """
    room = current_room(room_id, now=now)
    if room is None:
        raise NotFound("This meeting has ended.")
    entered = merging.add_member(new_member(room.room_id, person(session), via=via, now=now), now=now)
    if entered is None:
        raise NotFound("This meeting has ended.")
    return entered


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
    return merging.add_member(member, now=now)


def forget_session(event: events.SessionEnded) -> None:
    """Whoever ends their session leaves the meetings their tabs follow, and their tabs' sockets close."""
    for room in _and(event.room_id, connections.close_all(event.session_id, now=event.now)):
        forget_member(RoomId(room), event.participant_id, now=event.now)


def cut_off(event: events.SessionReplaced) -> None:
    """The tabs connect again, under the new session."""
    connections.cut_off(event.old_id, now=event.now)


def follow_renewal(event: events.SessionRenewed) -> None:
    """The member's new session takes the place of the old, unless a tab of theirs has come under another already."""
    for room in _and(event.room_id, connections.close_all(event.old_id, now=event.now)):
        for member in _memberships(RoomId(room), event.participant_id, event.now):
            _follow(member, event.old_id, event.new_id, now=event.now)


def rename_member(event: events.ParticipantRenamed) -> None:
    """Everyone in the meeting sees the new name at once."""
    for room in _and(event.room_id, connections.followed_by(event.session_id, now=event.now)):
        for member in _memberships(RoomId(room), event.participant_id, event.now):
            members.update((member.room_id, member.entry), [Member.name.set(event.name)], now=event.now)
            push.renamed(member, event.name, now=event.now)


def forget_member(room_id: RoomId, participant_id: str, *, now: int) -> bool:
    """Ends a membership in the room and in all it merged into, as a merge may have broken off; False without one."""
    found = _memberships(room_id, participant_id, now)
    for member in found:
        _remove(member, now)
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


def connect(connection_id: ConnectionId, session: Session, *, now: int, tab_id: TabId | None = None) -> None:
    """A tab opened its socket. Raises Unauthenticated where the session ended meanwhile: no socket outlives it."""
    connections.add(connection_id, session.session_id, session.participant_id, now=now, tab_id=tab_id)
    if find(session.session_id, now=now) is None:
        connections.remove(connection_id, now=now)
        raise Unauthenticated("This session has ended. Open a new one: POST /v1/session.")


def resume(connection_id: ConnectionId, room_id: RoomId, *, now: int) -> Room | None:
    """The tab follows the room from now on; None if it is not its participant's."""
    connection = connections.find(connection_id, now=now)
    if connection is None or not is_opaque(room_id):
        return None
    member = find_member(room_id, ParticipantId(connection.participant_id), now=now)
    if member is None or not connections.follow(connection, room_id, now=now):
        return None
    if member.session_id != connection.session_id:
        _follow(member, member.session_id, connection.session_id, now=now)
    presence.come_back(member, connection, now=now)
    return find_room(room_id, now=now)


def hear_tab(connection_id: ConnectionId, *, now: int) -> int | None:
    """A heartbeat over the socket of a tab: until when its lease runs now; None where it is over, or has no name."""
    known = connections.find(connection_id, now=now)
    if known is None or known.tab_id is None:
        return None
    return renew_lease(known.participant_id, known.tab_id, now=now)


def disconnect(connection_id: ConnectionId, *, now: int) -> None:
    """A tab's socket closed. Where its session is no more, whoever ended that sees to the rest."""
    known = connections.remove(connection_id, now=now)
    if known is None or not known.rooms or find(known.session_id, now=now) is None:
        return
    for room in known.rooms:
        presence.lose_connection(RoomId(room), known, now=now)


def person(session: Session) -> Person:
    """The session's participant, as rooms know them."""
    return Person(session.participant_id, session.session_id, session.participant_name)


def _and(remembered: str | None, followed: set[str]) -> set[str]:
    """The rooms of a session: those that its tabs follow, and the one remembered."""
    return followed | ({remembered} if remembered else set())


def _memberships(room_id: RoomId, participant_id: str, now: int) -> list[Member]:
    """In the room and in all that it has merged into."""
    path = [room.room_id for room in merging.follow_merges(room_id, now=now) if room is not None]
    found = [find_member(name, ParticipantId(participant_id), now=now) for name in dict.fromkeys([room_id, *path])]
    return [member for member in found if member is not None]


def _follow(member: Member, old_id: str, new_id: str, *, now: int) -> None:
    key, same = (member.room_id, member.entry), Member.session_id == old_id
    members.update(key, [Member.session_id.set(new_id)], now=now, where=same)


def _is_in(room: Room, session: Session) -> bool:
    return any(one.participant_id == session.participant_id for one in room.members)


def _remove(member: Member, now: int) -> None:
    room_id = RoomId(member.room_id)
    calls.hang_up(member, now=now)
    entries.put(new_left(room_id, member.participant_id, now))
    events.publish(events.MemberLeaving(member.participant_id, room_id, now))
    members.delete((room_id, member.entry))
    if member.here:
        push.came_or_went(member, now=now)  # their own other tabs are told, too
    for connection in connections.session_connections(SessionId(member.session_id), now=now):
        connections.unfollow(connection, room_id, now=now)
    forget_room(member.session_id, room_id, now=now)
    events.publish(events.MemberLeft(member.participant_id, room_id, now))
    presence.look_at_room(room_id, now, now=now)
