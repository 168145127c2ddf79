"""A session that nobody uses is physically gone soon after its end: filed with the reaper when it is made."""

from collections.abc import Collection

from chalicelib.runtime import expiry, vault
from chalicelib.runtime.sweeping import sweep
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, account_of, key_of, sessions
from chalicelib.sessions.participant_models import is_noted, new_participant, participants

KIND, PARTICIPANT = "session", "own-participant"
SEALED = "sessions/expiry"  # what is left of a session that ended names neither it nor its account


def file(session: Session, *, now: int) -> None:
    """Before it is stored, so that none is without."""
    expiry.file(KIND, _name(session), int(session.expires_at_ms), now=now)


def file_with(both: Transaction, session: Session, *, now: int) -> None:
    expiry.file_with(both, KIND, _name(session), int(session.expires_at_ms), now=now)


def note_participant_with(both: Transaction, session_id: str, participant_id: str, *, now: int) -> None:
    """Of an account's session: that its owner is that participant, together with what they leave as such."""
    account_id = account_of(session_id)
    if account_id is not None and not is_noted(account_id, participant_id, now=now):
        note_new_participant_with(both, session_id, participant_id, now=now)


def note_new_participant_with(both: Transaction, session_id: str, participant_id: str, *, now: int) -> None:
    """As `note_participant_with`, of a guest who logs in: nothing is asked first, which a log in has no request for."""
    account_id = account_of(session_id)
    if account_id is not None:
        made = new_participant(account_id, participant_id, now=now)
        both.put(participants, made)
        name = vault.seal(SEALED, f"{account_id} {participant_id}")
        expiry.file_with(both, PARTICIPANT, name, int(made.expires_at_ms), now=now)


def look_after(names: Collection[str], now: int) -> dict[str, int]:
    """The reaper's call: deletes those that have run out; until when those live that were used meanwhile.

    One of a secret that is not listed any more is let go: the net below takes it.
    """
    known = ((name, vault.unseal(SEALED, name)) for name in names)
    return sweep(sessions, {name: key_of(session_id) for name, session_id in known if session_id}, now=now)


def look_after_participants(names: Collection[str], now: int) -> dict[str, int]:
    """As `look_after`, of who an account's owner was in meetings."""
    known = ((name, vault.unseal(SEALED, name)) for name in names)
    keys = {name: (who.partition(" ")[0], who.partition(" ")[2]) for name, who in known if who}
    return sweep(participants, keys, now=now)


def _name(session: Session) -> str:
    return vault.seal(SEALED, session.session_id)
