"""What a log in leaves for later, so that it costs few requests: filed in its transaction, done by the reaper (ADR 21).

Within a minute the membership of the browser's meeting follows to the new session, and what was decided as a guest to
the account; another account's session that was there before is taken down. Nobody uses or hears the old one meanwhile.
And it is a use of the service, by the account's owner as whoever they were in meetings.
"""

from chalicelib.runtime import events, expiry, vault
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import uses
from chalicelib.sessions.models import Session, account_of, change, end_with, find, find_all_of, key_of
from chalicelib.sessions.service import end_session

FOLLOW, END = "log-in", "log-out"  # kinds of expiry entries
SESSIONS_MAX = 50  # of one account: browsers in which it is signed in at a time
ENDED_A_LOG_IN = 5  # of those beyond: each takes some twenty requests
SEALED = "sessions/aftermath"  # an entry names nobody


def follow_later(both: Transaction, made: Session, *, now: int) -> None:
    """`made` took the place of those it follows, if any."""
    guest = made.participant_id if made.decided else ""
    expiry.file_with(both, FOLLOW, vault.seal(SEALED, f"{made.session_id} {guest}"), now, now=now)


def end_later(both: Transaction, old: Session, *, now: int) -> None:
    """Marked as ended now; what was kept for it goes later."""
    end_with(both, old)
    expiry.file_with(both, END, vault.seal(SEALED, old.session_id), now, now=now)


def follow(name: str, now: int) -> None:
    """The reaper's call after a log in. What was decided goes to the account also where its session has ended, and it
    was a use of the account all the same."""
    session_id, _, guest = (vault.unseal(SEALED, name) or "").partition(" ")
    if guest:
        events.publish(events.GuestSignedIn(guest, key_of(session_id)[0], now))
    session = find(session_id, now=now) if session_id else None
    if session is not None:
        finish(session, now=now)
    account_id = account_of(session_id)
    if account_id is not None:
        _end_surplus(account_id, now)
        uses.follow(account_id, used_at_ms=now, now=now)


def _end_surplus(account_id: str, now: int) -> None:
    """Of an account's sessions those used last stay; of very many some go with each log in."""
    found = sorted(find_all_of(account_id, now=now), key=lambda one: -int(one.used_at_ms))
    for one in found[SESSIONS_MAX:][:ENDED_A_LOG_IN]:
        end_session(one.session_id, now=now)


def finish(session: Session, *, now: int) -> None:
    """All that belonged to those before it belongs to this session."""
    for old in sorted(session.follows or ()):
        before, room_id = SessionId(old), session.room_id
        events.publish(events.SessionRenewed(before, session.session_id, session.participant_id, room_id, now))
    if session.follows:
        change(session.session_id, [Session.follows.remove(), Session.decided.remove()], now=now)


def end(name: str, now: int) -> None:
    """The reaper's call where another account had been signed in."""
    session_id = vault.unseal(SEALED, name)
    if session_id:
        end_session(SessionId(session_id), now=now)
