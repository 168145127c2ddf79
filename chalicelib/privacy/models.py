"""Decisions about consent, appended and never changed, and traces of erasures. Subjects are digests.

subject   entry
<person>  <purpose>#<instant>  a decision
<guest>   goes-on#<account>    the account that the guest has logged in to, and whose decisions count for them, too
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import CONSENT, ERASURE
from chalicelib.runtime import expiry, holdings, vault
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction

ACCOUNT, GUEST = "account/", "guest/"  # how a person's name begins


GOES_ON = "goes-on#"


class ConsentEntry(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Decision(ConsentEntry, discriminator="decision"):
    """One decision: `given` or withdrawn, on the text of that version."""

    purpose = UnicodeAttribute()
    at_ms = NumberAttribute()
    given = BooleanAttribute()
    version = NumberAttribute()


class GoesOn(ConsentEntry, discriminator="goes-on"):
    """What was decided as that guest goes on in an account."""

    @property
    def account(self) -> str:
        """As records call it."""
        return str(self.entry).removeprefix(GOES_ON)


class Erasure(Record):
    """Somebody was erased: a restored backup must not bring them back. A guest found too young is not `whole`: they
    go on, and what they agreed to and began before does not count. `whose` is the same for all names of one person, and
    names nobody: by it people are counted.
    """

    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    erased_at_ms = NumberAttribute()
    whole = BooleanAttribute(null=True)
    whose = UnicodeAttribute(null=True)


entries: Table[ConsentEntry] = Table(ConsentEntry, "consents")
decisions: Table[Decision] = Table(Decision, "consents")
successions: Table[GoesOn] = Table(GoesOn, "consents")
erasures = Table(Erasure, "erasures")
RUNNING_OUT = RunningOut("consent", entries)


def subject_of(person: str) -> str:
    """What records call a person, who is named as `account/<id>` or `guest/<participant id>`."""
    return vault.digest("privacy/subject", person)


def find_decisions(person: str, *, now: int, purpose: str = "") -> list[Decision]:
    """The person's decisions on one purpose or on all, the oldest first for each."""
    return decisions_of(subject_of(person), now=now, purpose=purpose)


def decisions_of(subject: str, *, now: int, purpose: str = "") -> list[Decision]:
    """As `find_decisions`, of whom records call so."""
    where = ConsentEntry.entry.startswith(f"{purpose}#") if purpose else None
    return decisions.query(subject, now=now, where=where)


def find_entries(person: str, purpose: str, *, now: int) -> tuple[list[Decision], list[str]]:
    """As `find_decisions`; and in which accounts a guest goes on, as records call those. One request."""
    found = entries.query(subject_of(person), now=now)
    decided = [one for one in found if isinstance(one, Decision) and one.purpose == purpose]
    return decided, [one.account for one in found if isinstance(one, GoesOn)]


def go_on(guest: str, account: str, *, now: int) -> None:
    """From now on what the account decides counts for what was done as that guest, too."""
    made = GoesOn(subject_of(guest), GOES_ON + subject_of(account))
    made.lives_until(CONSENT.deadline(now))
    RUNNING_OUT.file([made], now=now)
    successions.put(made)


def forget_decisions(person: str, *, now: int) -> None:
    found = entries.query(subject_of(person), now=now)
    entries.delete_many([(one.subject, one.entry) for one in found])


def append_decision(person: str, purpose: str, *, given: bool, version: int, at_ms: int, now: int) -> bool:
    """False where another decision stands at that very instant, and for the erased: nothing is written after them."""
    both = Transaction(now=now)
    made = new_decision(person, purpose, given=given, version=version, at_ms=at_ms)
    both.create(decisions, made)
    RUNNING_OUT.file_with(both, made, now=now)
    forbid_erased(both, person, since=at_ms)
    return both.commit()


def forbid_erased(both: Transaction, person: str, *, since: int) -> None:
    """Not for whoever was erased; a guest found too young before `since` is somebody older by then."""
    erased = Erasure.erased_at_ms >= (0 if person.startswith(ACCOUNT) else _settled(since))
    both.forbid(erasures, erasures.bare(subject_of(person)), erased)


def forbid_gone(both: Transaction, person: str) -> None:
    """Not about whoever was erased as a whole."""
    both.forbid(erasures, erasures.bare(subject_of(person)), Erasure.whole == True)  # noqa: E712 - a condition


def new_decision(person: str, purpose: str, *, given: bool, version: int, at_ms: int) -> Decision:
    made = Decision(subject_of(person), f"{purpose}#{at_ms:015}", purpose=purpose, at_ms=at_ms, given=given)
    made.version = version
    made.lives_until(CONSENT.deadline(at_ms))
    return made


def is_erased(person: str, *, now: int, since: int = 0) -> bool:
    """At `since` or later."""
    found = erasures.get(subject_of(person), now=now)
    return found is not None and int(found.erased_at_ms) >= _settled(since)


def _settled(since: int) -> int:
    """What began at `since` was on its way at an erasure that another process, whose clock is behind, dates earlier."""
    return since - expiry.SETTLED_MS


def date_back_erasure(person: str, *, now: int) -> None:
    """Forbids nothing that begins after it any more, and all that began before it as ever."""
    recent = Erasure.erased_at_ms > _settled(now)
    erasures.update(subject_of(person), [Erasure.erased_at_ms.add(-expiry.SETTLED_MS)], now=now, where=recent)


def is_gone(person: str, *, now: int) -> bool:
    """Erased as a whole: nothing is written about them any more."""
    found = erasures.get(subject_of(person), now=now)
    return found is not None and bool(found.whole)


def who_is_gone(persons: Iterable[str], *, now: int) -> set[str]:
    """Those among them of whom `is_gone` holds."""
    named = {subject_of(one): one for one in persons}
    return {named[one.subject] for one in find_traces(named, now=now)}


def find_traces(subjects: Iterable[str], *, now: int) -> list[Erasure]:
    """Of whoever was erased as a whole, as records call them."""
    return [one for one in erasures.get_many(list(subjects), now=now) if one.whole]


def are_erased(subjects: list[str], *, now: int) -> bool:
    """Whether any of them was, as records call them."""
    return bool(erasures.get_many(subjects, now=now)) if subjects else False


def note_erasure(person: str, *, now: int) -> None:
    """Of a guest who is too young; it does not undo the trace of one who was erased as a whole."""
    not_gone = Erasure.whole.does_not_exist()
    erasures.create(new_erasure(person, now=now, whole=False), now=now, over=not_gone)


def new_erasure(person: str, *, now: int, whole: bool = True) -> Erasure:
    return new_trace(subject_of(person), now=now, whole=whole)


def new_trace(subject: str, *, now: int, whole: bool = True, whose: str | None = None) -> Erasure:
    """Of somebody as records call them."""
    made = Erasure(subject, erased_at_ms=now, whole=whole or None, whose=whose)
    made.lives_until(ERASURE.deadline(now))
    return made


def leave_traces(person: Person, whose: str, *, now: int) -> None:
    """By every name that consents have of them."""
    erasures.put_many(new_trace(subject_of(one), now=now, whose=whose) for one in persons(person))


def keep_traces(subjects: Sequence[str], at_ms: int, whose: str, *, now: int) -> None:
    """Of whoever was erased at `at_ms`, as records call them: their 30 days begin anew. A later erasure stays."""
    last = {one.subject: int(one.erased_at_ms) for one in find_traces(subjects, now=now)}
    kept = [new_trace(one, now=max(at_ms, last.get(one, 0)), whose=whose) for one in subjects]
    for made in kept:
        made.lives_until(ERASURE.deadline(now))
    erasures.put_many(kept)


def who_was(person: Person, *, now: int) -> str:
    """Which of the erased that was; the same for each of their names, where these were erased together."""
    traces = find_traces([subject_of(one) for one in persons(person)], now=now)
    return min(str(one.whose or one.subject) for one in traces)


def persons(person: Person) -> list[str]:
    """Somebody, as consents name them: the account, and every guest or participant they have been."""
    account = [ACCOUNT + person.account_id] if person.account_id else []
    return account + [GUEST + one for one in sorted(person.participants)]


def _decisions_of(person: Person, now: int) -> list[Decision]:
    return [one for one in _entries_of(person, now) if isinstance(one, Decision)]


def _successions_of(person: Person, now: int) -> list[GoesOn]:
    return [one for one in _entries_of(person, now) if isinstance(one, GoesOn)]


def _entries_of(person: Person, now: int) -> Iterator[ConsentEntry]:
    return chained(partial(entries.query, now=now), [subject_of(who) for who in persons(person)])


def _shown(one: Decision) -> dict[str, Any]:
    return {"purpose": one.purpose, "at_ms": int(one.at_ms), "given": bool(one.given), "version": int(one.version)}


_PROOF = "it shows what was agreed to, and withdrawn, under a digest that names nobody"
holdings.keep(Decision, decisions, CONSENT, why=_PROOF, find=_decisions_of, export=_shown)
holdings.keep(
    GoesOn, successions, CONSENT, why=_PROOF, find=_successions_of, export=lambda _: {"goes_on_in": "an account"}
)
holdings.is_nobodys(Erasure, ERASURE, why="it is a digest, and keeps a backup from bringing somebody back")
