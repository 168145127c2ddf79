"""Erasures under way, and the receipts of those that are done.

Until nothing is left the row holds, under a seal, by which names records know whoever is being erased; then a receipt
that names nobody takes its place. It is found by the digest of what was handed to them alone.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.lifetimes import DAY, RECEIPT
from chalicelib.privacy.named import seal_person, unseal_person
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import is_opaque
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Key, Record, Table

SEALED, DIGEST, COUNTED, TRACED = "privacy/erasing", "privacy/receipt", "privacy/counted", "privacy/traced"
TRIES = 8  # against others that count at the same moment


class Erasing(Record):
    class Meta(Binding):
        pass

    erasure_id = UnicodeAttribute(hash_key=True)  # a digest
    subject = UnicodeAttribute()  # the salted digest of whom it is about
    erased_at_ms = NumberAttribute()
    person = UnicodeAttribute(null=True)  # sealed, until nothing is left
    hidden = BooleanAttribute(null=True)  # all that others see is gone
    attempt = NumberAttribute(default=1)  # at the workflow
    counts = UnicodeAttribute(default="{}")  # of what was found, by table
    counted = UnicodeSetAttribute(null=True)  # which items were counted last, as digests
    receipt = UnicodeAttribute(null=True)


erasings = Table(Erasing, "receipts")
RUNNING_OUT = RunningOut("receipt", erasings)
holdings.is_nobodys(Erasing, RECEIPT, why="whom it is about is under a seal until they are erased, and unknown then")


def id_of(receipt_id: str) -> str:
    """By which an erasure is found, from what was handed to whoever was erased."""
    return vault.digest(DIGEST, receipt_id)


def new_erasing(receipt_id: str, subject: str, person: Person, counts: Mapping[str, int], *, now: int) -> Erasing:
    made = Erasing(id_of(receipt_id), subject=subject, erased_at_ms=now)
    made.person, made.counts = seal_person(SEALED, person), json.dumps(counts)
    made.lives_until(RECEIPT.deadline(now))
    return made


def find_erasing(erasure_id: str, *, now: int) -> Erasing | None:
    return erasings.get(erasure_id, now=now)


def find_receipt(receipt_id: str, *, now: int) -> Erasing | None:
    return find_erasing(id_of(receipt_id), now=now) if is_opaque(receipt_id) else None


def person_of(found: Erasing) -> Person:
    """Nobody, once it is done."""
    return unseal_person(SEALED, found.person)


def of_person(found: Erasing) -> str:
    """What traces call whoever it is about, which leads neither to them nor to the receipt."""
    return vault.digest(TRACED, found.erasure_id)


def is_a_day_older(found: Erasing, *, now: int) -> bool:
    """Whether a day has passed since it was begun, or kept."""
    return int(found.expires_at_ms) < RECEIPT.deadline(now) - DAY


def keep_unfinished(found: Erasing, *, now: int) -> None:
    """What is left to do is not forgotten, however long it fails: its 30 days begin anew."""
    fresh = vault.sealed_anew(SEALED, found.person)
    sealed = [] if fresh is None else [Erasing.person.set(fresh)]
    lives, whose = Erasing.living_until(RECEIPT.deadline(now)), Erasing.person == found.person
    erasings.update(found.erasure_id, [*sealed, *lives], now=now, where=whose)


def note_hidden(erasure_id: str, *, now: int) -> None:
    erasings.update(erasure_id, [Erasing.hidden.set(True)], now=now)


def next_attempt(found: Erasing, *, now: int) -> Erasing | None:
    """None where somebody else has begun it."""
    was = Erasing.attempt == found.attempt
    return erasings.update(found.erasure_id, [Erasing.attempt.set(int(found.attempt) + 1)], now=now, where=was)


def count_erased(erasure_id: str, table: str, keys: Collection[Key], *, now: int) -> None:
    """Ahead of erasing them, so that none is left out. Those that are found again, where that broke off, count once."""
    marks = {vault.digest(COUNTED, f"{table} {key}") for key in keys}
    for _ in range(TRIES):
        found = find_erasing(erasure_id, now=now)
        if found is None:
            return
        fresh = {table: len(marks - (found.counted or set()))}
        counts = json.dumps(Counter(json.loads(found.counts)) + Counter(fresh))
        noted, same = [Erasing.counts.set(counts), Erasing.counted.set(marks)], Erasing.counts == found.counts
        if erasings.update(erasure_id, noted, now=now, where=same) is not None:
            return


def counts_of(found: Erasing) -> dict[str, int]:
    """By table."""
    return dict(sorted(json.loads(found.counts).items()))


def finish_erasing(erasure_id: str, receipt: str, *, now: int) -> None:
    """The receipt takes the place of all that named anybody; the first one stays."""
    done = [Erasing.receipt.set(receipt), Erasing.person.remove(), Erasing.counted.remove()]
    erasings.update(erasure_id, done, now=now, where=Erasing.receipt.does_not_exist())
