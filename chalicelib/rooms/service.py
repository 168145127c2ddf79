"""Use cases of meetings: enter, leave, read; two rooms that turn out to be one are merged."""

from chalicelib.lifetimes import MEETING
from chalicelib.rooms import connections, push
from chalicelib.rooms.models import (
    HEAD,
    Head,
    Member,
    RoomEntry,
    entries,
    heads,
    member_key,
    members,
    members_of,
    new_head,
)
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, SessionId, is_opaque
from chalicelib.sessions.models import Session

MERGE_STEPS_MAX = 64  # every step leads to an older room, so this is never reached by honest data


def open_room(room_id: RoomId, *, now: int) -> None:
    """Makes the room unless it is there."""
    heads.create(new_head(room_id, now), now=now)


def enter_room(room_id: RoomId, session: Session, *, via: str, now: int) -> RoomId:
    """Makes the session's participant a member; the room they are in then, which is another if this one merged."""
    return _enter(
        room_id, ParticipantId(session.participant_id), session.session_id, session.participant_name, via, now
    )


def leave_room(room_id: RoomId, session: Session, *, now: int) -> None:
    """Ends the membership at once. Raises NotFound for strangers."""
    _require_member(room_id, session, now)
    for connection in connections.session_connections(SessionId(session.session_id), now=now):
        connections.unfollow(connection, room_id, now=now)
    _remove(room_id, ParticipantId(session.participant_id), now)


def read_room(room_id: RoomId, session: Session, *, now: int) -> tuple[Head, list[Member]]:
    """The room and those present. Raises NotFound for strangers; a member of a merged room is taken along."""
    head, everyone = _read(room_id, now)
    if head is None or not any(one.participant_id == session.participant_id for one in everyone):
        raise NotFound("There is no such meeting, or you are not in it.")
    if head.merged_into:
        older = enter_room(RoomId(head.merged_into), session, via="sound", now=now)
        head, everyone = _read(older, now)
        if head is None:
            raise NotFound("This meeting has ended.")
    return head, [one for one in everyone if one.here]


def current_room(room_id: RoomId, *, now: int) -> Head | None:
    """Where `room_id` leads after all merges; None if that room is gone."""
    for _ in range(MERGE_STEPS_MAX):
        head = heads.get((room_id, HEAD), now=now)
        if head is None or not head.merged_into:
            return head
        room_id = RoomId(head.merged_into)
    return None


def merge_rooms(one: RoomId, other: RoomId, *, now: int) -> RoomId | None:
    """Both rooms become the older of the two; everybody is moved and told. Safe to repeat and to race."""
    first, second = current_room(one, now=now), current_room(other, now=now)
    if first is None or second is None or first.room_id == second.room_id:
        survivor = first or second
        return None if survivor is None else RoomId(survivor.room_id)
    older, younger = sorted((first, second), key=lambda head: (int(head.opened_at_ms), head.room_id))
    key = (younger.room_id, HEAD)
    pointed = heads.update(key, [Head.merged_into.set(older.room_id)], now=now, where=Head.merged_into.does_not_exist())
    if pointed is None:  # someone merged it elsewhere meanwhile: go on from there
        return merge_rooms(RoomId(younger.room_id), RoomId(older.room_id), now=now)
    push.merged(RoomId(younger.room_id), RoomId(older.room_id), now=now)
    for member in members_of(RoomId(younger.room_id), now=now):
        _move(member, RoomId(older.room_id), now)
    return RoomId(older.room_id)


def connect(connection_id: ConnectionId, session: Session, *, now: int) -> None:
    """A tab opened its socket."""
    connections.add(connection_id, session.session_id, session.participant_id, now=now)


def resume(connection_id: ConnectionId, room_id: RoomId, *, now: int) -> Head | None:
    """The tab follows the room from now on; None if it is not its participant's."""
    connection = connections.find(connection_id, now=now)
    if connection is None or not is_opaque(room_id):
        return None
    member = members.get(member_key(room_id, ParticipantId(connection.participant_id)), now=now)
    if member is None or not connections.follow(connection, room_id, now=now):
        return None
    if not member.here:
        _set_here(member, True, now)
        return push.arrived(member, now=now)
    return heads.get((room_id, HEAD), now=now)


def disconnect(connection_id: ConnectionId, *, now: int) -> None:
    """A tab's socket closed; whoever has no tab left in a room is away from it."""
    known = connections.remove(connection_id, now=now)
    for room in (known.rooms or ()) if known else ():
        if known and not connections.room_has_session(room, known.session_id, now=now):
            _set_away(RoomId(room), ParticipantId(known.participant_id), now)


def _enter(room_id: RoomId, participant: ParticipantId, session_id: str, name: str, via: str, now: int) -> RoomId:
    head = current_room(room_id, now=now)
    if head is None:
        raise NotFound("This meeting has ended.")
    current = RoomId(head.room_id)
    member = Member(
        *member_key(current, participant), participant_id=participant, session_id=session_id, name=name,
        joined_at_ms=now, via=via,
    )  # fmt: skip
    member.lives_until(MEETING.deadline(now))
    arrived = members.create(member, now=now)
    for connection in connections.session_connections(SessionId(session_id), now=now):
        connections.follow(connection, current, now=now)
    if not arrived:
        return current
    after = push.arrived(member, now=now)
    if after is not None and after.merged_into:  # merged between our look and our arrival: nobody is left behind
        return _enter(RoomId(after.merged_into), participant, session_id, name, via, now)
    return current


def _move(member: Member, into: RoomId, now: int) -> None:
    _enter(into, ParticipantId(member.participant_id), member.session_id, member.name, member.via, now)


def _read(room_id: RoomId, now: int) -> tuple[Head | None, list[Member]]:
    found: list[RoomEntry] = entries.query(room_id, now=now) if is_opaque(room_id) else []
    head = next((one for one in found if isinstance(one, Head)), None)
    return head, [one for one in found if isinstance(one, Member)]


def _require_member(room_id: RoomId, session: Session, now: int) -> Member:
    key = member_key(room_id, ParticipantId(session.participant_id))
    member = members.get(key, now=now) if is_opaque(room_id) else None
    if member is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    return member


def _remove(room_id: RoomId, participant: ParticipantId, now: int) -> None:
    member = members.get(member_key(room_id, participant), now=now)
    if member is None:
        return
    members.delete(member_key(room_id, participant))
    push.departed(member, now=now)
    if not members_of(room_id, now=now):
        heads.delete((room_id, HEAD))


def _set_away(room_id: RoomId, participant: ParticipantId, now: int) -> None:
    member = members.get(member_key(room_id, participant), now=now)
    if member is not None and member.here:
        _set_here(member, False, now)
        push.departed(member, now=now)


def _set_here(member: Member, here: bool, now: int) -> None:
    members.update((member.room_id, member.entry), [Member.here.set(here)], now=now)
