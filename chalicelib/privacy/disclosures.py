"""Somebody's ledger: what of theirs was handed out, by itself or together with everybody's in a meeting (F8)."""

from collections.abc import Iterator

from chalicelib.privacy.company_models import told_of
from chalicelib.privacy.disclosure_models import Disclosure, stored_before, stored_between
from chalicelib.runtime.holdings import Person


def disclosures_of(person: Person, *, before: str | None, limit: int, now: int) -> list[Disclosure]:
    """The latest first; `before` is the entry where the page before has ended."""
    told = [one for one in told_of(person, now=now) if before is None or one.entry < before]
    found = [*stored_before(person, before, limit, now=now), *told]
    return sorted(found, key=lambda one: str(one.entry), reverse=True)[:limit]


def disclosed_between(person: Person, from_ms: int, to_ms: int, *, now: int) -> Iterator[Disclosure]:
    """From that instant on until before the other."""
    yield from stored_between(person, from_ms, to_ms, now=now)
    yield from (one for one in told_of(person, now=now) if from_ms <= int(one.at_ms) < to_ms)
