"""What people have asked the operator by mail about their data, and what was done: under a digest of the address.

subject     entry
<address>   request#<request>        what was asked, received and answered when
<address>   act#<instant>#<id>       one act of the operator's

The address itself, and what the mails say, is kept nowhere here.
"""

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import PRIVACY_REQUEST
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table

REQUEST, ACT = "request#", "act#"
BEGUN = "begun"  # of an act whose process has died, this stays
DONE, UNKNOWN, FAILED = "done", "unknown", "failed"  # how others ended; `unknown`: nothing is held of whoever that is
LOOK = "find"  # the act that changes and hands out nothing


class RequestEntry(Record):
    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True)  # a digest, with which the id of the address's account begins
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Request(RequestEntry, discriminator="request"):
    asked_for = UnicodeAttribute()
    received_at_ms = NumberAttribute()
    answered_at_ms = NumberAttribute(null=True)  # last

    @property
    def request_id(self) -> str:
        return str(self.entry).removeprefix(REQUEST)


class Act(RequestEntry, discriminator="act"):
    request_id = UnicodeAttribute()
    operator = UnicodeAttribute()
    act = UnicodeAttribute()
    at_ms = NumberAttribute()
    outcome = UnicodeAttribute()


requests: Table[Request] = Table(Request, "privacy-requests")
acts: Table[Act] = Table(Act, "privacy-requests")
entries: Table[RequestEntry] = Table(RequestEntry, "privacy-requests")
RUNNING_OUT = RunningOut("privacy-request", entries)
ITSELF = (Request, Act)


def register(subject: str, request_id: str, asked_for: str, received_at_ms: int, *, now: int) -> None:
    """The first mention of a request counts."""
    made = Request(subject, REQUEST + request_id, asked_for=asked_for, received_at_ms=received_at_ms)
    made.lives_until(PRIVACY_REQUEST.deadline(received_at_ms))
    RUNNING_OUT.file([made], now=now)
    requests.create(made, now=now)


def begin_act(subject: str, request_id: str, operator: str, act: str, *, now: int) -> Act:
    """On record before it is done."""
    made = Act(subject, f"{ACT}{now:015}#{opaque()}", request_id=request_id, operator=operator, act=act)
    made.at_ms, made.outcome = now, BEGUN
    made.lives_until(PRIVACY_REQUEST.deadline(now))
    RUNNING_OUT.file([made], now=now)
    acts.put(made)
    return made


def end_act(made: Act, outcome: str, *, now: int) -> None:
    """A request is answered by what was done, not by having looked, nor by what failed."""
    acts.update((made.subject, made.entry), [Act.outcome.set(outcome)], now=now)
    if outcome == FAILED or made.act == LOOK:
        return
    requests.update((made.subject, REQUEST + made.request_id), [Request.answered_at_ms.set(now)], now=now)


def acts_of(subject: str, *, now: int) -> list[Act]:
    """The oldest first."""
    return acts.query(subject, now=now, where=RequestEntry.entry.startswith(ACT))


def requests_of(subject: str, *, now: int) -> list[Request]:
    return requests.query(subject, now=now, where=RequestEntry.entry.startswith(REQUEST))


def _subjects(person: Person) -> list[str]:
    return sorted(person.keys)


def _requests_of(person: Person, now: int) -> Iterator[Request]:
    for subject in _subjects(person):
        yield from requests_of(subject, now=now)


def _acts_of(person: Person, now: int) -> Iterator[Act]:
    for subject in _subjects(person):
        yield from acts_of(subject, now=now)


def _asked(one: Request) -> dict[str, Any]:
    answered = None if one.answered_at_ms is None else int(one.answered_at_ms)
    said = {"asked_for": one.asked_for, "received_at_ms": int(one.received_at_ms), "answered_at_ms": answered}
    return {"request_id": one.request_id, **said}


def _done(one: Act) -> dict[str, Any]:
    return {"request_id": one.request_id, "act": one.act, "at_ms": int(one.at_ms), "outcome": one.outcome}


_PROOF = "it shows that a request was answered, under a digest that names nobody"
holdings.keep(Request, requests, PRIVACY_REQUEST, why=_PROOF, find=_requests_of, export=_asked)
holdings.keep(Act, acts, PRIVACY_REQUEST, why=_PROOF, find=_acts_of, export=_done)
