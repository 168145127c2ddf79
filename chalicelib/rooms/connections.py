"""Open WebSockets, by audience: a session's own, and those that follow a room.

A connection has a row of its own, which remembers where else it is listed, so that closing it needs no search.
"""

from collections.abc import Iterable, Sequence

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from chalicelib.lifetimes import CONNECTION
from chalicelib.runtime import live
from chalicelib.runtime.ids import ConnectionId, RoomId, SessionId, TabId
from chalicelib.runtime.store import Binding, Record, Table

SELF = "connection#"


class Connection(Record):
    class Meta(Binding):
        pass

    audience = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    session_id = UnicodeAttribute()
    participant_id = UnicodeAttribute()
    tab_id = UnicodeAttribute(null=True)  # as the tab names itself, if it does; on the connection's own row only
    rooms = UnicodeSetAttribute(null=True)  # on the connection's own row only


connections = Table(Connection, "connections")


def of_session(session_id: SessionId) -> str:
    return f"session#{session_id}"


def of_room(room_id: str) -> str:
    return f"room#{room_id}"


def row(audience: str, connection_id: ConnectionId, session_id: str, participant_id: str, now: int) -> Connection:
    made = Connection(audience, connection_id, session_id=session_id, participant_id=participant_id)
    made.lives_until(CONNECTION.deadline(now))
    return made


def add(
    connection_id: ConnectionId, session_id: str, participant_id: str, *, now: int, tab_id: TabId | None = None
) -> None:
    """Lists a new connection under itself and its session."""
    audiences = (SELF + connection_id, of_session(SessionId(session_id)))
    own, listed = (row(audience, connection_id, session_id, participant_id, now) for audience in audiences)
    own.tab_id = tab_id
    connections.put_many([own, listed])


def find(connection_id: ConnectionId, *, now: int) -> Connection | None:
    return connections.get((SELF + connection_id, connection_id), now=now)


def find_all(ids: Iterable[ConnectionId], *, now: int) -> list[Connection]:
    """The own rows of those that are open, a hundred in one request."""
    return connections.get_many([(SELF + one, one) for one in ids], now=now)


def follow(connection: Connection, room_id: RoomId, *, now: int) -> bool:
    """Lists an open connection under a room as well; False if it has closed meanwhile."""
    connection_id = ConnectionId(connection.connection_id)
    key = (SELF + connection_id, connection_id)
    if connections.update(key, [Connection.rooms.add({room_id})], now=now) is None:
        return False
    connections.put(row(of_room(room_id), connection_id, connection.session_id, connection.participant_id, now))
    if find(connection_id, now=now) is not None:
        return True
    connections.delete((of_room(room_id), connection_id))
    return False


def unfollow(connection: Connection, room_id: RoomId, *, now: int) -> None:
    connection_id = ConnectionId(connection.connection_id)
    connections.delete((of_room(room_id), connection_id))
    connections.update((SELF + connection_id, connection_id), [Connection.rooms.delete({room_id})], now=now)


def remove(connection_id: ConnectionId, *, now: int) -> Connection | None:
    """Takes a closed connection out of every list; what it was, or None if it is gone already."""
    return next(iter(remove_all([connection_id], now=now)), None)


def remove_all(gone: Sequence[ConnectionId], *, now: int, audience: str | None = None) -> list[Connection]:
    """Takes closed connections out of every list, a hundred in a few requests; those that were not gone already.

    `audience` is where they were found, should their own rows know nothing of it.
    """
    known = find_all(gone, now=now)
    listed = [(name, one.connection_id) for one in known for name in _audiences(one)]
    found = [] if audience is None else [(audience, one) for one in gone]
    connections.delete_many(dict.fromkeys([*listed, *found]))
    return known


def close_all(session_id: SessionId, *, now: int) -> set[str]:
    """Closes every socket of a session; the rooms that they followed."""
    gone = audience_ids(of_session(session_id), now=now)
    followed = _rooms_of(remove_all(gone, now=now))
    live.close(gone)
    return followed


def cut_off(session_id: SessionId, *, now: int) -> None:
    """Nobody listens under that session any more; the rows of its sockets go with their closing."""
    live.close(audience_ids(of_session(session_id), now=now))


def followed_by(session_id: SessionId, *, now: int) -> set[str]:
    """The rooms that a session's tabs follow."""
    return _rooms_of(find_all(audience_ids(of_session(session_id), now=now), now=now))


def places_of(session_id: SessionId, *, now: int) -> set[tuple[str, str]]:
    """The rooms that a session's tabs follow, each with the participant as whom."""
    known = find_all(audience_ids(of_session(session_id), now=now), now=now)
    return {(str(room), str(one.participant_id)) for one in known for room in one.rooms or ()}


def _audiences(own: Connection) -> list[str]:
    """Under which a connection is listed, by its own row."""
    rooms = [of_room(RoomId(room)) for room in own.rooms or ()]
    return [own.audience, of_session(SessionId(own.session_id)), *rooms]


def _rooms_of(known: Iterable[Connection]) -> set[str]:
    return {room for one in known for room in one.rooms or ()}


def audience_ids(audience: str, *, now: int) -> list[ConnectionId]:
    return [ConnectionId(one.connection_id) for one in connections.query(audience, now=now)]


def forget_audience(audience: str, *, now: int) -> None:
    """Nobody is listed under it any more; each connection's own row stays."""
    connections.delete_many((audience, one) for one in audience_ids(audience, now=now))


def session_connections(session_id: SessionId, *, now: int) -> list[Connection]:
    return connections.query(of_session(session_id), now=now)


def room_connections(room_id: str, *, now: int) -> list[Connection]:
    return connections.query(of_room(room_id), now=now)


def tabs_following(room_id: str, session_id: str, *, now: int) -> list[ConnectionId]:
    """A session's tabs that follow the room: two reads, however many people are in it."""
    known = find_all(audience_ids(of_session(SessionId(session_id)), now=now), now=now)
    return [ConnectionId(one.connection_id) for one in known if room_id in (one.rooms or ())]
