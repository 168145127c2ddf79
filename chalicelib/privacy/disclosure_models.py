"""The ledger of what was handed out about somebody: to whom, and on which ground (F8).

subject    entry
<person>   <instant>#<id>                   something was handed out
<person>   in#<instant>#<meeting>           they were in a meeting that ended then (company_models.py)
<meeting>  told                             what of everybody in it was handed out

What counts once has the same id and instant each time.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import DISCLOSURE
from chalicelib.privacy.models import erasures, find_traces, new_trace, persons
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.disclosure import ADDRESS, HandOut
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import derived, opaque
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table


class LedgerEntry(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)  # a digest
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Disclosure(LedgerEntry, discriminator="disclosure"):
    at_ms = NumberAttribute()
    ground = UnicodeAttribute()
    to = UnicodeAttribute()
    what = UnicodeAttribute()
    name = UnicodeAttribute(null=True)  # of the recipient

    def shown(self) -> dict[str, Any]:
        """As it is listed, and in an export."""
        said = {"ground": self.ground, "to": self.to, "what": self.what, "name": self.name}
        return {"at_ms": int(self.at_ms), **said}


ledger: Table[LedgerEntry] = Table(LedgerEntry, "disclosures")
disclosures: Table[Disclosure] = Table(Disclosure, "disclosures")
INSTANTS = LedgerEntry.entry < ":"  # entries that begin with one
RUNNING_OUT = RunningOut("disclosure", ledger)


def record(some: Sequence[HandOut], now: int) -> None:
    made = [_new(one, now) for one in some]
    RUNNING_OUT.file(made, now=now)
    disclosures.put_many(made)


def stored_before(person: Person, before: str | None, limit: int, *, now: int) -> list[Disclosure]:
    """The latest of each name of theirs; `before` is the entry where the page before has ended."""
    where = INSTANTS if before is None else LedgerEntry.entry < before
    ask = partial(disclosures.query, now=now, where=where, limit=limit, forward=False)
    return list(chained(ask, subjects_of(person)))


def stored_between(person: Person, from_ms: int, to_ms: int, *, now: int) -> Iterator[Disclosure]:
    """From that instant on until before the other."""
    span = LedgerEntry.entry.between(f"{from_ms:015}", f"{to_ms:015}")
    return chained(partial(disclosures.query, now=now, where=span), subjects_of(person))


def leave_traces(person: Person, *, now: int) -> None:
    """That they were erased: what a backup brings back of what was handed out until then is known by it."""
    erasures.put_many(new_trace(one, now=now) for one in subjects_of(person))


def forget_brought_back(*, now: int) -> int:
    """Deletes what a backup has brought back of whoever was erased; how much that was.

    Who comes again with the same address has what was handed out since.
    """
    listed: dict[str, list[Any]] = {}
    for one in ledger.everything(now=now):
        listed.setdefault(one.subject, []).append(one)
    traces = {one.subject: int(one.erased_at_ms) for one in find_traces(listed, now=now)}
    gone = [one for who, until_ms in traces.items() for one in listed[who] if int(one.at_ms) <= until_ms]
    ledger.delete_many((one.subject, one.entry) for one in gone)
    return len(gone)


def _new(one: HandOut, now: int) -> Disclosure:
    at_ms = now if one.at_ms is None else one.at_ms
    entry = f"{at_ms:015}#{derived(one.who, one.id) if one.id else opaque()}"
    made = Disclosure(subject_of(one.who), entry, at_ms=at_ms, ground=str(one.ground))
    made.to, made.what = str(one.to), str(one.what)
    made.name = one.name or None
    made.lives_until(DISCLOSURE.deadline(at_ms))
    return made


def subject_of(who: str) -> str:
    return vault.digest("privacy/disclosure", who)


def subjects_of(person: Person) -> list[str]:
    return [subject_of(who) for who in (*persons(person), *(ADDRESS + key for key in sorted(person.keys)))]


def _disclosures_of(person: Person, now: int) -> Iterator[Disclosure]:
    return chained(partial(disclosures.query, now=now, where=INSTANTS), subjects_of(person))


holdings.hold(Disclosure, disclosures, DISCLOSURE, find=_disclosures_of, export=lambda one: one.shown())
