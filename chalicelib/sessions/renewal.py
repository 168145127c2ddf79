"""A change of privilege: the same person under a new session id, together with what makes it so, or not at all.

What was proved a moment ago may not hold any more: `together` adds to the transaction what must (ADR 10).
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.runtime import events
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import Conflict
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import aftermath, sweep
from chalicelib.sessions.models import Session, find, new_session, renewed, sessions, unchanged
from chalicelib.sessions.names import friendly

Together = Callable[[Transaction], None]
Make = Callable[[Session | None], Session | None]
TRIES = 8  # each further one follows a change of the session made elsewhere at the same moment


def sign_in(
    session: Session | None,
    account_id: str,
    email: Address,
    together: Together,
    *,
    now: int,
    age: str | None,
    proof: str,
) -> Session | None:
    """A session of the account: a new one, or a guest's with its name, meeting and preferences. None: not any more.

    Another account's session hands nothing over: it ends as by a log out. What is more than one transaction and the
    closing of sockets is left for later: see aftermath.py.
    """
    goes_on = session is None or session.account_id in (None, account_id)

    def make(known: Session | None) -> Session:
        before = known if goes_on else None
        made = renewed(before or new_session(friendly(), now), account_id, now)
        made.keep_email(email)
        made.age, made.proved_for = age or made.age, proof
        made.follows = {*(before.follows or ()), before.session_id} if before else None
        return made

    def swap(both: Transaction, old: Session | None, made: Session) -> None:
        aftermath.follow_later(both, made, now=now)
        if old is not None and goes_on:
            both.delete(sessions, old, where=unchanged(old))
        elif old is not None:
            aftermath.end_later(both, old, now=now)

    def tell(old: Session, _: Session) -> None:
        events.publish(events.SessionReplaced(old.session_id, now))

    return _become(session, make, together, Change(swap, tell), now)


def renew(session: Session, together: Together, *, now: int, proof: str) -> Session | None:
    """The same session under a new id, so that an id known before is worth nothing. None: it, or the rest, changed."""
    aftermath.finish(session, now=now)

    def make(known: Session | None) -> Session | None:
        made = known and renewed(known, known.account_id, now)
        if made is not None:
            made.proved_for = proof
        return made

    def swap(both: Transaction, old: Session | None, _: Session) -> None:
        if old is not None:
            both.delete(sessions, old, where=unchanged(old))

    def tell(old: Session, made: Session) -> None:  # in a meeting or not: no socket of the old id stays open
        events.publish(events.SessionRenewed(old.session_id, made.session_id, made.participant_id, old.room_id, now))

    return _become(session, make, together, Change(swap, tell), now)


@dataclass(frozen=True)
class Change:
    """How the session before goes: in the transaction, and after it."""

    swap: Callable[[Transaction, Session | None, Session], None]
    tell: Callable[[Session, Session], None]


def _become(known: Session | None, make: Make, together: Together, change: Change, now: int) -> Session | None:
    for _ in range(TRIES):
        made = make(known)
        if made is None or _replace(known, made, together, change, now):
            return made
        before, known = known, known and find(known.session_id, now=now)
        if _same(before, known):
            return None
    raise Conflict("This session is being changed elsewhere at the same moment. Try again.")


def _same(one: Session | None, other: Session | None) -> bool:
    return (one and one.attribute_values) == (other and other.attribute_values)


def _replace(old: Session | None, made: Session, together: Together, change: Change, now: int) -> bool:
    both = Transaction(now=now)
    together(both)
    both.put(sessions, made)
    sweep.file_with(both, made, now=now)
    if old is not None and old.account_id is None and made.is_found_by_participant:
        sweep.note_new_participant_with(both, made.session_id, made.participant_id, now=now)
    change.swap(both, old, made)
    done = both.commit()
    if done and old is not None:
        change.tell(old, made)
    return done
