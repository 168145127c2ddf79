"""Erasure: unreadable everywhere before the answer, everything gone soon after, and a receipt for it (F4, F7).

begin     one transaction: nobody can use or read it any more, a trace keeps it so, and what is left to do is on record
hide      before the answer: what others see, and what somebody could act by
sweep     by a workflow, once no process lives that has read them before: everything that the register finds
check     nothing is found any more
finish    the receipt; nothing names them any more
"""

from collections.abc import Mapping
from itertools import islice

import msgspec

from chalicelib.lifetimes import HOUR, MINUTE, SECOND
from chalicelib.privacy import disclosure_models as ledger, models, receipts, service
from chalicelib.privacy.erasing_models import (
    RUNNING_OUT,
    Erasing,
    count_erased,
    counts_of,
    erasings,
    find_erasing,
    find_receipt,
    finish_erasing,
    id_of,
    is_a_day_older,
    keep_unfinished,
    new_erasing,
    next_attempt,
    note_hidden,
    of_person,
    person_of,
)
from chalicelib.privacy.rules import Begun
from chalicelib.runtime import events, expiry, holdings, workflows
from chalicelib.runtime.errors import Conflict, NotFound, Unauthenticated, Unavailable
from chalicelib.runtime.holdings import EVER, PAGE, Holding, Person
from chalicelib.runtime.ids import SessionId, opaque
from chalicelib.runtime.store import Record
from chalicelib.runtime.telemetry import log
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import models as sessions
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import end_session

WORKFLOW, DUE = "erasure", "erasing"  # the workflow's name, and the kind of its expiry entries
LOOK_AGAIN_MS = 5 * MINUTE
OVERDUE_MS = HOUR  # a workflow takes minutes
WAIT_S = (expiry.SETTLED_MS + MINUTE) // SECOND
SWEPT = 5_000  # items of one task, which then goes on in another
HEAVY = 10  # of these is one that takes more than its part of a request


class Unfinished(Exception):
    """It takes too long: the reaper goes on, and tells of it as late."""


def begin(both: Transaction, who: str, person: Person, *, now: int) -> Begun:
    """Adds to the transaction that ends somebody, named as consents name them, what must not be lost about it."""
    begun = Begun(opaque(), opaque(), who, now)
    short, counts = holdings.in_short(person, now=EVER), _census(person, now)
    made = new_erasing(begun.receipt_id, receipts.digest_of(who, begun.salt), short, counts, now=now)
    service.leave(both, who, now=now)
    both.create(erasings, made)
    RUNNING_OUT.file_with(both, made, now=now)
    expiry.file_with(both, DUE, made.erasure_id, now, now=now)
    return begun


def carry_out(begun: Begun, *, now: int) -> None:
    """All that comes before the answer; where it breaks off, the reaper goes on within a minute."""
    found = find_erasing(id_of(begun.receipt_id), now=now)
    if found is not None:
        _hide(found, now)
        _start(found)


def erase_guest(session: Session, *, now: int) -> Begun:
    """Everything of the guest's session. Raises Conflict for an account's, Unauthenticated where it has ended."""
    if session.account_id:
        raise Conflict("This session is an account's: erase that by DELETE /v1/account.")
    one = Person(participants=frozenset({session.participant_id}), sessions=frozenset({session.session_id}))
    both = Transaction(now=now)
    sessions.end_with(both, session)
    begun = begin(both, service.guest(session.participant_id), holdings.identify(one, now=now), now=now)
    if not both.commit():
        raise Unauthenticated("This session has ended. Open a new one: POST /v1/session.")
    carry_out(begun, now=now)
    return begun


def see_through(erasure_id: str, now: int) -> int | None:
    """The reaper's call: hides what is still seen, and has the workflow run until nothing is left.

    Raises Unfinished, having done so, where that goes on for over an hour.
    """
    found = find_erasing(erasure_id, now=now)
    if found is None or found.receipt:
        return None
    if is_a_day_older(found, now=now):
        _keep(found, now)
    if not found.hidden:
        _hide(found, now)
    _start(_after_failure(found, now))
    if now - int(found.erased_at_ms) > OVERDUE_MS:
        raise Unfinished
    return now + LOOK_AGAIN_MS


def sweep(erasure_id: str, *, now: int) -> bool:
    """Erases a while; whether there may be more. Safe to repeat, and to break off anywhere."""
    found = find_erasing(erasure_id, now=now)
    if found is None or found.receipt:
        return False
    person, left = holdings.identify(person_of(found), now=EVER), SWEPT
    for leads in (False, True):
        if leads and _left(person, leads=False):
            return False  # by what leads to it, it is found once it can go
        for holding in _erasable(leads=leads):
            records = iter(holding.find(person, EVER)) if holding.find else iter(())
            while some := list(islice(records, PAGE)):
                _erase(found, holding, some, person, now)
                left -= len(some) * (1 if holding.light else HEAVY)
                if left <= 0:
                    return True
    return False


def check(erasure_id: str, *, now: int) -> int:
    """How many kinds of records are still found of them."""
    found = find_erasing(erasure_id, now=now)
    if found is None or found.receipt:
        return 0
    person = holdings.identify(person_of(found), now=EVER)
    left = [*_left(person, leads=False), *_left(person, leads=True)]
    if left:
        log.warning("erasure goes on", kinds=[one.record.__name__ for one in left])
    return len(left)


def finish(erasure_id: str, *, now: int) -> None:
    """Signs the receipt. From here on nothing tells whom it is about. Safe to repeat."""
    found = find_erasing(erasure_id, now=now)
    if found is not None and not found.subject:
        erasings.delete(erasure_id)
    elif found is not None and not found.receipt:
        signed = receipts.sign(found.subject, int(found.erased_at_ms), now, counts_of(found))
        finish_erasing(erasure_id, msgspec.json.encode(signed).decode(), now=now)


def erase_now(person: Person, *, now: int) -> bool:
    """Everything in one go, for who has the time: for whom nobody awaits a receipt. Whether nothing is left.

    Where it breaks off, or a report is just being put together, the reaper and the workflow go on with it.
    """
    made, both = new_erasing(opaque(), "", holdings.in_short(person, now=EVER), {}, now=now), Transaction(now=now)
    both.create(erasings, made)
    RUNNING_OUT.file_with(both, made, now=now)
    expiry.file_with(both, DUE, made.erasure_id, now + LOOK_AGAIN_MS, now=now)
    both.commit()
    _hide(made, now)
    while sweep(made.erasure_id, now=now):
        pass
    whole = check(made.erasure_id, now=now) == 0
    if whole:
        finish(made.erasure_id, now=now)
    return whole


def _hide(found: Erasing, now: int) -> None:
    """The traces first: from then on nothing that comes late is taken."""
    person = holdings.identify(person_of(found), now=EVER)
    models.leave_traces(person, of_person(found), now=now)
    if found.subject:  # otherwise it was left before, and what was handed out since is another's
        ledger.leave_traces(person, now=now)
    for session_id in sorted(person.sessions):
        end_session(SessionId(session_id), now=now)
    events.publish(events.SubjectErased(person, now))
    for holding in (one for one in _erasable() if one.at_once):
        holdings.erase_all(holding, person, now=now)  # counted before: by the census
    note_hidden(found.erasure_id, now=now)


def _keep(found: Erasing, now: int) -> None:
    """Its row last: while that knows whom it is about, nothing that keeps them out comes to its end."""
    person = holdings.identify(person_of(found), now=EVER)
    theirs = [models.subject_of(one) for one in models.persons(person)]
    theirs += ledger.subjects_of(person) if found.subject else []
    models.keep_traces(theirs, int(found.erased_at_ms), of_person(found), now=now)
    events.publish(events.ErasureUnfinished(person, now))
    keep_unfinished(found, now=now)


def _start(found: Erasing) -> None:
    name = f"erasure-{found.erasure_id}-{int(found.attempt)}"
    try:
        workflows.start(WORKFLOW, name, {"erasure_id": found.erasure_id, "wait_s": WAIT_S})
    except Unavailable:
        log.warning("erasure not started", attempt=int(found.attempt))


def _after_failure(found: Erasing, now: int) -> Erasing:
    """With another attempt, where the last has ended and something is left."""
    try:
        over = workflows.is_over(WORKFLOW, f"erasure-{found.erasure_id}-{int(found.attempt)}")
    except Unavailable:
        return found
    return (next_attempt(found, now=now) or found) if over else found


def _erase(found: Erasing, holding: Holding, some: list[Record], person: Person, now: int) -> None:
    if holding.table is not None and holding.erase is not None:
        keys = [holdings.key_in(holding.table, one) for one in some]
        count_erased(found.erasure_id, holding.table.name, keys, now=now)
        holding.erase(some, person, now)


def _census(person: Person, now: int) -> Mapping[str, int]:
    """Of what goes before the answer."""
    counts = dict[str, int]()
    for one in (each for each in _erasable() if each.at_once):
        number = sum(1 for _ in one.find(person, now)) if one.find else 0
        if number and one.table:
            counts[one.table.name] = counts.get(one.table.name, 0) + number
    return counts


def _left(person: Person, *, leads: bool) -> list[Holding]:
    """Of which kinds anything is still found."""
    return [one for one in _erasable(leads=leads) if one.find and next(iter(one.find(person, EVER)), None) is not None]


def _erasable(*, leads: bool = False) -> list[Holding]:
    """What leads to others: what leads to that comes after it."""
    found = [one for one in holdings.held() if one.fate == "erased" and one.leads == leads]
    return found[::-1] if leads else found


def find(receipt_id: str, *, now: int) -> Erasing:
    """By what was handed to whoever was erased. Raises NotFound."""
    found = find_receipt(receipt_id, now=now)
    if found is None:
        raise NotFound("There is no such receipt, or it is older than 30 days.")
    return found
