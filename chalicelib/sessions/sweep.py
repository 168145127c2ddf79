"""A session that nobody uses is physically gone soon after its end: filed with the reaper when it is made."""

from chalicelib.runtime import expiry, vault
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, key_of, sessions

KIND = "session"
SEALED = "sessions/expiry"  # what is left of a session that ended names neither it nor its account


def file(session: Session, *, now: int) -> None:
    """Before it is stored, so that none is without."""
    expiry.file(KIND, _name(session), int(session.expires_at_ms), now=now)


def file_with(both: Transaction, session: Session, *, now: int) -> None:
    expiry.file_with(both, KIND, _name(session), int(session.expires_at_ms), now=now)


def look_after(name: str, now: int) -> int | None:
    """The reaper's call: deletes one that has run out; until when it lives, for one that was used meanwhile."""
    session_id = vault.unseal(SEALED, name)
    if session_id is None:
        return None  # of a secret that is not listed any more: the net below takes it
    found = sessions.get(key_of(session_id), now=now)
    if found is not None:
        return int(found.expires_at_ms)
    sessions.delete(key_of(session_id), where=Session.owner_id.does_not_exist() | (Session.expires_at_ms <= now))
    return None


def _name(session: Session) -> str:
    return vault.seal(SEALED, session.session_id)
