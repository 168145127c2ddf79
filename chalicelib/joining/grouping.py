"""From pairs that heard one room to one meeting, whichever clip came first, last or twice.

A clip is given a room once, by one conditional write; two rooms found to be one become the older. So whatever the
order, the members of a connected group end in its oldest room.
"""

from collections.abc import Sequence

from chalicelib.joining import models
from chalicelib.joining.models import Join
from chalicelib.rooms import push
from chalicelib.rooms import service as rooms
from chalicelib.rooms.messages import JoinChanged
from chalicelib.rooms.models import Head
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import RoomId, SessionId, derived
from chalicelib.sessions.models import sessions


def gather(mine: Join, heard: Sequence[Join], *, now: int) -> RoomId | None:
    """Brings the clip and those it matches into one room; None where everyone has left meanwhile."""
    everyone = [mine, *heard]
    room_id = _meeting_point(everyone, now)
    for join in everyone:
        room_id = _bring(join, room_id, now)
    return room_id


def admit(join: Join, room_id: RoomId, *, now: int) -> RoomId | None:
    """Makes a join's participant a member and tells their tabs; None where the session or the room has ended."""
    session = sessions.get(join.session_id, now=now)
    if session is None:
        return None
    try:
        current = rooms.enter_room(room_id, session, via="sound", now=now)
    except NotFound:
        return None
    message = JoinChanged(join.join_id, "joined", now, room_id=current)
    push.to_session(SessionId(join.session_id), message, now=now)
    return current


def _meeting_point(everyone: Sequence[Join], now: int) -> RoomId:
    """The oldest room any of them is in; else a new one, whose name all who see the same clips derive alike."""
    known = {room for join in everyone for room in (join.room_id, join.inside) if room}
    heads = [head for head in (rooms.current_room(RoomId(room), now=now) for room in known) if head is not None]
    if heads:
        return RoomId(min(heads, key=_age).room_id)
    room_id = RoomId(derived("room", min(join.join_id for join in everyone)))
    rooms.open_room(room_id, now=now)
    return room_id


def _age(head: Head) -> tuple[int, str]:
    return int(head.opened_at_ms), head.room_id


def _bring(join: Join, room_id: RoomId, now: int) -> RoomId:
    """The room that `join` and those before it share afterwards."""
    if not join.room_id and models.assign_room(join.join_id, room_id, now=now) is not None:
        return admit(join, room_id, now=now) or room_id
    fresh = models.joins.get(join.join_id, now=now)
    if fresh is None or not fresh.room_id:  # cancelled or gone: nobody to bring
        return room_id
    return rooms.merge_rooms(room_id, RoomId(fresh.room_id), now=now) or room_id
