"""What the sockets of tabs do: connect, follow a room, renew a lease, close."""

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import connections, presence
from chalicelib.rooms.models import find_member, find_room, pass_on
from chalicelib.rooms.room import Room
from chalicelib.rooms.tabs import renew_lease
from chalicelib.runtime import limits, live
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.holdings import EVER
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, SessionId, TabId, is_opaque
from chalicelib.sessions.models import Session, find

RESUMES = 120  # a minute of one session; each reads a whole room and files a look at who has come
RETURNS = 30  # within ten minutes, of one participant who was away; each is told to everybody
SOCKETS = 120  # a minute of one session; each is told everything
OPEN_MAX = 40  # sockets of one session at once


def connect(connection_id: ConnectionId, session: Session, *, now: int, tab_id: TabId | None = None) -> None:
    """A tab opened its socket. Raises TooMany, and Unauthenticated where the session ended meanwhile."""
    limits.count(f"sockets/{session.session_id}", allowed=SOCKETS, window_ms=MINUTE, now=now)
    connections.add(connection_id, session.session_id, session.participant_id, now=now, tab_id=tab_id)
    if find(session.session_id, now=now) is None:
        connections.remove(connection_id, now=now)
        raise Unauthenticated("This session has ended. Open a new one: POST /v1/session.")
    _close_oldest(session.session_id, now)


def resume(connection_id: ConnectionId, room_id: RoomId, *, now: int) -> Room | None:
    """The tab follows the room from now on; None if it is not its participant's. Raises TooMany."""
    connection = connections.find(connection_id, now=now)
    if connection is None or not is_opaque(room_id):
        return None
    limits.count(f"resumes/{connection.session_id}", allowed=RESUMES, window_ms=MINUTE, now=now)
    participant_id = ParticipantId(connection.participant_id)
    member = find_member(room_id, participant_id, now=now)
    if member is not None and not member.here:
        limits.count(f"returns/{participant_id}", allowed=RETURNS, window_ms=10 * MINUTE, now=now)
    if member is None or not connections.follow(connection, room_id, now=now):
        return None
    member = find_member(room_id, participant_id, now=now)
    if member is None:
        connections.unfollow(connection, room_id, now=now)  # they left meanwhile, before this could be seen
        return None
    if member.session_id != connection.session_id:
        pass_on(member, member.session_id, connection.session_id, now=now)
    presence.follow(member, connection, now=now)
    return find_room(room_id, now=now)


def _close_oldest(session_id: SessionId, now: int) -> None:
    """Of too many, those that were opened first: perhaps nobody is behind them any more."""
    listed = connections.session_connections(session_id, now=now)
    if len(listed) > OPEN_MAX:
        by_age = sorted(listed, key=lambda one: int(one.expires_at_ms))
        oldest = [ConnectionId(one.connection_id) for one in by_age[:-OPEN_MAX]]
        connections.remove_all(oldest, now=now, audience=connections.of_session(session_id))
        live.close(oldest)


def hear_tab(connection_id: ConnectionId, *, now: int) -> int | None:
    """A heartbeat over the socket of a tab: until when its lease runs now; None where it is over, or has no name."""
    known = connections.find(connection_id, now=now)
    if known is None or known.tab_id is None:
        return None
    return renew_lease(known.participant_id, known.tab_id, now=now)


def disconnect(connection_id: ConnectionId, *, now: int) -> None:
    """A tab's socket closed. Where its session is no more, whoever ended that sees to the rest."""
    known = connections.remove(connection_id, now=EVER)  # the gateway closes it as it runs out
    if known is None or not known.rooms or find(known.session_id, now=now) is None:
        return
    for room in known.rooms:
        presence.lose_connection(RoomId(room), known, now=now)
