"""Sessions: opened at the first act that needs one, found again by the cookie, ended at once."""

from chalicelib.lifetimes import SESSION, SESSION_GRACE_MS, ttl_seconds
from chalicelib.runtime import events
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.ids import SessionId
from chalicelib.sessions.models import Session, new_session, sessions
from chalicelib.sessions.names import friendly
from chalicelib.sessions.rules import Pass


def open_session(*, now: int) -> Session:
    """A new session with a generated participant name."""
    session = new_session(friendly(), now)
    sessions.put(session)
    return session


def find_session(held: Pass | None, *, now: int) -> Session:
    """The session of a cookie. Raises Unauthenticated for none, one run out, or one whose session ended."""
    if held is None or not held.valid_at(now):
        raise Unauthenticated("Open a session first: POST /v1/session.")
    session = sessions.get(held.session_id, now=now)
    if session is None:
        raise Unauthenticated("This session has ended. Open a new one: POST /v1/session.")
    if now - int(session.used_at_ms) > SESSION_GRACE_MS:
        _record_use(session, now)
    return session


def end_session(session_id: SessionId, *, now: int) -> None:
    """Deletes the server's half and tells whoever keeps something for it."""
    session = sessions.get(session_id, now=now)
    if session is not None:
        sessions.delete(session_id)
        events.publish(events.SessionEnded(session_id, session.participant_id, session.room_id, now))


def _record_use(session: Session, now: int) -> None:
    deadline = SESSION.deadline(now) + SESSION_GRACE_MS
    sessions.update(
        session.session_id,
        [
            Session.used_at_ms.set(now),
            Session.expires_at_ms.set(deadline),
            Session.expires_at.set(ttl_seconds(deadline)),
        ],
        now=now,
    )
