"""Decisions about consent, appended and never changed, and traces of erasures. Subjects are digests."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import CONSENT, ERASURE
from chalicelib.runtime import vault
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction

ACCOUNT, GUEST = "account/", "guest/"  # how a person's name begins


class Decision(Record):
    """One decision: `given` or withdrawn, on the text of that version."""

    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)  # <purpose>#<instant>: in order, and one decision each
    purpose = UnicodeAttribute()
    at_ms = NumberAttribute()
    given = BooleanAttribute()
    version = NumberAttribute()


class Erasure(Record):
    """Somebody was erased: a restored backup must not bring them back."""

    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)
    erased_at_ms = NumberAttribute()


decisions = Table(Decision, "consents")
erasures = Table(Erasure, "erasures")


def subject_of(person: str) -> str:
    """What records call a person, who is named as `account/<id>` or `guest/<participant id>`."""
    return vault.digest("privacy/subject", person)


def find_decisions(person: str, *, now: int, purpose: str = "") -> list[Decision]:
    """The person's decisions on one purpose or on all, the oldest first for each."""
    where = Decision.entry.startswith(f"{purpose}#") if purpose else None
    return decisions.query(subject_of(person), now=now, where=where)


def forget_decisions(person: str, *, now: int) -> None:
    decisions.delete_many([(one.subject, one.entry) for one in find_decisions(person, now=now)])


def append_decision(person: str, purpose: str, *, given: bool, version: int, at_ms: int, now: int) -> bool:
    """False where another decision stands at that very instant, and for the erased: nothing is written after them."""
    both = Transaction(now=now)
    both.create(decisions, new_decision(person, purpose, given=given, version=version, at_ms=at_ms))
    since = 0 if person.startswith(ACCOUNT) else at_ms  # a guest found too young may be somebody older later
    both.forbid(erasures, erasures.bare(subject_of(person)), Erasure.erased_at_ms >= since)
    return both.commit()


def new_decision(person: str, purpose: str, *, given: bool, version: int, at_ms: int) -> Decision:
    made = Decision(subject_of(person), f"{purpose}#{at_ms:015}", purpose=purpose, at_ms=at_ms, given=given)
    made.version = version
    made.lives_until(CONSENT.deadline(at_ms))
    return made


def is_erased(person: str, *, now: int) -> bool:
    return erasures.get(subject_of(person), now=now) is not None


def note_erasure(person: str, *, now: int) -> None:
    erasures.put(new_erasure(person, now=now))


def new_erasure(person: str, *, now: int) -> Erasure:
    made = Erasure(subject_of(person), erased_at_ms=now)
    made.lives_until(ERASURE.deadline(now))
    return made
