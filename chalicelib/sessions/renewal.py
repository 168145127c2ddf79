"""A change of privilege: the same person under a new session id, together with what makes it so, or not at all.

What was proved a moment ago may not hold any more: `together` adds to the transaction what must (ADR 10).
"""

from collections.abc import Callable

from chalicelib.runtime import events
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import Conflict
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, find, new_session, renewed, sessions, unchanged
from chalicelib.sessions.names import friendly
from chalicelib.sessions.service import end_session

Together = Callable[[Transaction], None]
Make = Callable[[Session | None], Session | None]
TRIES = 8  # each further one follows a change of the session made elsewhere at the same moment


def sign_in(
    session: Session | None, account_id: str, email: Address, together: Together, *, now: int, age: str | None
) -> Session | None:
    """A session of the account: a new one, or a guest's with its name, meeting and preferences. None: not any more.

    Another account's session hands nothing over: it ends as by a log out, once the new one is there.
    """

    def make(known: Session | None) -> Session:
        made = renewed(known or new_session(friendly(), now), account_id, now)
        made.keep_email(email)
        made.age = age or made.age
        made.decided = known.decided if known and not known.account_id else None
        return made

    if session is None or session.account_id in (None, account_id):
        return _become(session, make, together, now)
    made = _become(None, make, together, now)
    if made is not None:
        end_session(session.session_id, now=now)
    return made


def renew(session: Session, together: Together, *, now: int) -> Session | None:
    """The same session under a new id, so that an id known before is worth nothing. None: it, or the rest, changed."""
    return _become(session, lambda known: known and renewed(known, known.account_id, now), together, now)


def _become(known: Session | None, make: Make, together: Together, now: int) -> Session | None:
    for _ in range(TRIES):
        made = make(known)
        if made is None or _replace(known, made, together, now):
            return made
        before, known = known, known and find(known.session_id, now=now)
        if _same(before, known):
            return None
    raise Conflict("This session is being changed elsewhere at the same moment. Try again.")


def _same(one: Session | None, other: Session | None) -> bool:
    return (one and one.attribute_values) == (other and other.attribute_values)


def _replace(old: Session | None, made: Session, together: Together, now: int) -> bool:
    both = Transaction(now=now)
    together(both)
    both.put(sessions, made)
    if old is not None:
        both.delete(sessions, old, where=unchanged(old))
    done = both.commit()
    if done and old is not None:  # in a meeting or not: no socket of the old id stays open
        events.publish(events.SessionRenewed(old.session_id, made.session_id, made.participant_id, old.room_id, now))
    return done
