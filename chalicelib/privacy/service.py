"""Consent: asked for by purpose, recorded with its text's version, withdrawn as easily as given (F1)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import cast, get_args

from chalicelib.lifetimes import MINUTE
from chalicelib.privacy import models, texts
from chalicelib.privacy.models import (
    Decision,
    forbid_erased,
    forbid_gone,
    is_erased,
    is_gone,
    note_erasure,
    who_is_gone,
)
from chalicelib.privacy.rules import Decided, given_since, next_instant
from chalicelib.runtime import expiry, holdings, vault
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.errors import Conflict, Unauthenticated
from chalicelib.runtime.events import ConsentWithdrawn, GuestSignedIn, publish
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.limits import Window
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, change

__all__ = [
    "account",
    "bring",
    "carry_over",
    "consented_since",
    "consents_of",
    "decide",
    "decide_here",
    "finish_leaving",
    "follow_guest",
    "forbid_erased",
    "forbid_gone",
    "guest",
    "holder_of",
    "is_erased",
    "is_gone",
    "leave",
    "limit_decisions",
    "note_erasure",
    "now_deciding",
    "person",
    "record",
    "record_first",
    "who_is_gone",
]

PURPOSES: tuple[PurposeName, ...] = get_args(PurposeName)
LEFT = "leaving"  # kind of expiry entries
SEALED = "privacy/left"  # an entry names nobody
DECISIONS = Window("consents", 30, MINUTE)  # of one session: a page of switches, changed to and fro
TRIES = 4  # against others who decide for the same person in the same millisecond
History = dict[PurposeName, list[Decided]]


def account(account_id: str) -> str:
    """An account, as consents name it."""
    return models.ACCOUNT + account_id


def person(session: Session) -> str:
    """Whose consents a session shows and changes: the account's, or those of a guest."""
    return account(session.account_id) if session.account_id else guest(session.participant_id)


def holder_of(session: Session, *, now: int) -> Person:
    """Whoever the session is, by every name under which records know them."""
    one = Person(session.account_id, frozenset({session.participant_id}), frozenset({session.session_id}))
    return holdings.identify(one, now=now)


def consents_of(who: str, *, now: int) -> History:
    """Every purpose with all that was decided about it, the oldest first."""
    found = [_decided(one) for one in models.find_decisions(who, now=now)]
    return {purpose: [one for one in found if one.purpose == purpose] for purpose in PURPOSES}


def has_consented(purpose: PurposeName, who: str, now: int) -> bool:
    """Whether the person agrees at this moment to the present text."""
    return consented_since(purpose, who, now) is not None


def consented_since(purpose: PurposeName, who: str, now: int) -> int | None:
    """From when on the person agrees without a break to the present text; None where they do not.

    What a guest agreed to counts as far as the account they have logged in to since agrees, too, and lives.
    """
    decided, accounts = models.find_entries(who, purpose, now=now)
    if models.are_erased(accounts, now=now):
        return None
    histories = [decided, *(models.decisions_of(one, now=now, purpose=purpose) for one in accounts)]
    given = [given_since([_decided(one) for one in each], texts.version(purpose)) for each in histories]
    return None if None in given else max(one for one in given if one is not None)


def now_deciding(choices: Mapping[PurposeName, bool], now: int) -> list[Decided]:
    """The choices as taken now, on the texts in force."""
    return [Decided(purpose, given, texts.version(purpose), now) for purpose, given in choices.items()]


def decide(who: str, choices: Mapping[PurposeName, bool], *, now: int) -> History:
    """Appends what differs from what stands; gives everything that stands then."""
    record(who, now_deciding(choices, now), now=now)
    return consents_of(who, now=now)


def record(who: str, decided: Iterable[Decided], *, now: int) -> None:
    """Appends decisions, which may have been taken a while ago. One that changes nothing leaves no trace.

    Raises Unauthenticated for whoever was erased meanwhile: their decisions ended with them.
    """
    for one in decided:
        _append(who, one, now)


def record_first(who: str, decided: Iterable[Decided], *, now: int) -> None:
    """Appends decisions on what was not decided yet; a later one is not undone by an earlier one that comes late."""
    known = consents_of(who, now=now)
    record(who, (one for one in decided if not known[one.purpose]), now=now)


def decide_here(session: Session, choices: Mapping[PurposeName, bool], *, now: int) -> History:
    """As `decide`, for whoever the session is; a guest's session remembers that there is something to take along.

    A no is heard whenever it is said: where hearing it fails, saying it again is enough. Raises TooMany.
    """
    limit_decisions(session, now=now)
    if not session.account_id and not session.decided:
        change(session.session_id, [Session.decided.set(True)], now=now)
    history = decide(person(session), choices, now=now)
    _tell_withdrawn(session, [one for one, given in choices.items() if not given], now)
    return history


def _tell_withdrawn(session: Session, purposes: Iterable[PurposeName], now: int) -> None:
    for purpose in purposes:
        publish(ConsentWithdrawn(purpose, holder_of(session, now=now), now))


def limit_decisions(session: Session, *, now: int) -> None:
    """Each may be a record of three years. Raises TooMany."""
    DECISIONS.count(session.session_id, now=now)


def carry_over(session: Session, *, now: int) -> None:
    """What its guest decided goes on in the session's account; where nothing does, it costs nothing."""
    if session.decided and session.account_id:
        follow_guest(GuestSignedIn(session.participant_id, session.account_id, now))


def follow_guest(event: GuestSignedIn) -> None:
    """What was decided as a guest goes on in the account, as far as that has not decided for itself.

    Whatever it decides from now on counts for the time as a guest, too.
    """
    models.go_on(guest(event.participant_id), account(event.account_id), now=event.now)
    with suppress(Unauthenticated):  # erased by now
        record_first(account(event.account_id), _latest(guest(event.participant_id), event.now), now=event.now)


def bring(session: Session, choices: Mapping[PurposeName, bool], *, now: int) -> list[Decided]:
    """What a registration decides: its own choices, and of what it does not name what was decided as a guest.

    A refusal holds for the guest, too: nothing agreed to before it comes along later.
    """
    made = now_deciding(choices, now)
    if session.account_id:
        return made
    brought = _latest(person(session), now)
    refused = {one.purpose for one in made if not one.given} & {one.purpose for one in brought if one.given}
    record(person(session), now_deciding(dict.fromkeys(refused, False), now), now=now)
    _tell_withdrawn(session, refused, now)
    return made + [one for one in brought if one.purpose not in choices]


def leave(both: Transaction, who: str, *, now: int) -> None:
    """For someone who goes: a trace of it, and what they agreed to is withdrawn; what remains names nobody.

    What they agree to between the look and the transaction is withdrawn within a minute; after it nothing is written.
    """
    both.put(models.erasures, models.new_erasure(who, now=now))
    for gone in _withdrawals(who, now):
        both.create(models.decisions, gone)
        models.RUNNING_OUT.file_with(both, gone, now=now)
    expiry.file_with(both, LEFT, vault.seal(SEALED, who), now, now=now)


def finish_leaving(name: str, now: int) -> None:
    """The reaper's call after an erasure."""
    who = vault.unseal(SEALED, name)
    for gone in _withdrawals(who, now) if who else ():
        models.RUNNING_OUT.file([gone], now=now)
        models.decisions.create(gone, now=now)


def guest(participant_id: str) -> str:
    """A guest, as consents name them."""
    return models.GUEST + participant_id


def _withdrawals(who: str, now: int) -> Iterator[Decision]:
    """Of all that somebody agrees to."""
    for purpose, history in consents_of(who, now=now).items():
        if history and history[-1].given:
            at_ms, version = next_instant(history, now), texts.version(purpose)
            yield models.new_decision(who, purpose, given=False, version=version, at_ms=at_ms)


def _latest(who: str, now: int) -> list[Decided]:
    return [history[-1] for history in consents_of(who, now=now).values() if history]


def _append(who: str, one: Decided, now: int) -> None:
    for _ in range(TRIES):
        history = [_decided(row) for row in models.find_decisions(who, now=now, purpose=one.purpose)]
        if _stands(history, one):
            return
        at_ms = next_instant(history, one.at_ms)
        if models.append_decision(who, one.purpose, given=one.given, version=one.version, at_ms=at_ms, now=now):
            return
    if is_erased(who, now=now):
        raise Unauthenticated("Whoever this was has been erased.")
    raise Conflict("This was being changed elsewhere at the same moment. Try again.")


def _stands(history: list[Decided], one: Decided) -> bool:
    """Whether it is what was decided last; never having agreed is a refusal already."""
    if not history:
        return not one.given
    return (history[-1].given, history[-1].version) == (one.given, one.version) or not (history[-1].given or one.given)


def _decided(row: Decision) -> Decided:
    return Decided(cast(PurposeName, row.purpose), bool(row.given), int(row.version), int(row.at_ms))
