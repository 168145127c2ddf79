"""What the sockets of tabs do: connect, follow a room, renew a lease, close."""

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import connections, presence
from chalicelib.rooms.models import find_member, find_room, pass_on
from chalicelib.rooms.room import Room
from chalicelib.rooms.tabs import renew_lease
from chalicelib.runtime import limits
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, TabId, is_opaque
from chalicelib.sessions.models import Session, find

RESUMES = 120  # a minute of one session; each reads a whole room and files a look at who has come
SOCKETS = 120  # a minute of one session; each is told everything


def connect(connection_id: ConnectionId, session: Session, *, now: int, tab_id: TabId | None = None) -> None:
    """A tab opened its socket. Raises TooMany, and Unauthenticated where the session ended meanwhile."""
    limits.count(f"sockets/{session.session_id}", allowed=SOCKETS, window_ms=MINUTE, now=now)
    connections.add(connection_id, session.session_id, session.participant_id, now=now, tab_id=tab_id)
    if find(session.session_id, now=now) is None:
        connections.remove(connection_id, now=now)
        raise Unauthenticated("This session has ended. Open a new one: POST /v1/session.")


def resume(connection_id: ConnectionId, room_id: RoomId, *, now: int) -> Room | None:
    """The tab follows the room from now on; None if it is not its participant's. Raises TooMany."""
    connection = connections.find(connection_id, now=now)
    if connection is None or not is_opaque(room_id):
        return None
    limits.count(f"resumes/{connection.session_id}", allowed=RESUMES, window_ms=MINUTE, now=now)
    member = find_member(room_id, ParticipantId(connection.participant_id), now=now)
    if member is None or not connections.follow(connection, room_id, now=now):
        return None
    if find_member(room_id, ParticipantId(connection.participant_id), now=now) is None:
        connections.unfollow(connection, room_id, now=now)  # they left meanwhile, before this could be seen
        return None
    if member.session_id != connection.session_id:
        pass_on(member, member.session_id, connection.session_id, now=now)
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
