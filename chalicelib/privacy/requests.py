"""Requests about somebody's data that come by mail: each is registered, and so is whatever the operator does (F11)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.privacy import disclosure_models as ledger, request_models as models
from chalicelib.privacy.request_models import DONE, FAILED, UNKNOWN
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person

__all__ = ["UNKNOWN", "counts", "erase", "find", "handling"]


@dataclass
class Handled:
    """One act about whoever has the address of that digest. `outcome` is what is put on record at its end."""

    subject: str
    outcome: str = DONE


@contextmanager
def handling(
    subject: str, request_id: str, operator: str, act: str, received_at_ms: int, *, now: int
) -> Iterator[Handled]:
    """What is done inside this block is on record: by whom, when, on which request, and how it ended."""
    models.register(subject, request_id, act, received_at_ms, now=now)
    begun, handled = models.begin_act(subject, request_id, operator, act, now=now), Handled(subject)
    try:
        yield handled
    except BaseException:  # broken off by hand, too
        handled.outcome = FAILED
        raise
    finally:
        models.end_act(begun, handled.outcome, now=now)


def find(account_id: str | None, subject: str, *, now: int) -> Person | None:
    """Whoever has that account, or that address, by every name; None where nothing is held of anybody like that."""
    person = holdings.identify(Person(account_id, addresses=frozenset({subject})), now=now)
    return person if counts(person, now=now) else None


def erase(person: Person, *, now: int) -> int:
    """All that is held of an address without an account; how many records."""
    erased = 0
    ledger.leave_traces(person, now=now)
    for holding, one in list(holdings.held_of(person, now=now)):
        if holding.fate == "erased" and holding.erase is not None:
            holding.erase([one], person, now)
            erased += 1
    return erased


def counts(person: Person, *, now: int) -> Mapping[str, int]:
    """How many records of each lifetime's kind are held of them, the operator's own about requests left out."""
    found = (one for one, _ in holdings.held_of(person, now=now) if one.record not in models.ITSELF)
    return Counter(one.lifetimes[0].kind for one in found)
