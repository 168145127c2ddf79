"""The server's half of a session."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import SESSION, SESSION_GRACE_MS
from chalicelib.runtime.ids import ParticipantId, SessionId, opaque
from chalicelib.runtime.store import Binding, Record, Table


class Session(Record):
    class Meta(Binding):
        pass

    session_id = UnicodeAttribute(hash_key=True)
    participant_id = UnicodeAttribute()
    participant_name = UnicodeAttribute()
    room_id = UnicodeAttribute(null=True)  # the meeting they are in, entered last
    used_at_ms = NumberAttribute()  # at most 12 h behind the cookie, which decides

    def used(self, now: int) -> None:
        """Moves the server's half's own end; it outlives the cookie by the 12 h it may be behind."""
        self.used_at_ms = now
        self.lives_until(SESSION.deadline(now) + SESSION_GRACE_MS)


sessions = Table(Session, "sessions")


def remember_room(session_id: str, room_id: str, *, now: int) -> None:
    """Where the session's participant is, from now on."""
    sessions.update(session_id, [Session.room_id.set(room_id)], now=now)


def forget_room(session_id: str, room_id: str, *, now: int) -> None:
    """They left it; where they are in another one by now, that stays."""
    sessions.update(session_id, [Session.room_id.remove()], now=now, where=Session.room_id == room_id)


def new_session(name: str, now: int) -> Session:
    session = Session(SessionId(opaque()), participant_id=ParticipantId(opaque()), participant_name=name)
    session.used(now)
    return session
