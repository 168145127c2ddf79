"""All of a transaction's writes happen, or none does."""

from collections.abc import Callable
from functools import partial

import pytest
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from chalicelib.runtime import meter
from chalicelib.runtime.contention import ATTEMPTS, PAUSE_MAX_MS, PAUSE_MIN_MS, pause
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.transactions import Transaction
from tests.support.aws import Aws
from tests.unit.runtime.test_store import DEADLINE, KEY, Note, note, notes, stored_text


def begun(now: int = 0, wait: Callable[[], None] = pause) -> Transaction:
    """One that would write a second note, if what else is in it may happen."""
    both = Transaction(now=now, wait=wait)
    both.put(notes, note("second", text="second"))
    return both


REFUSED: dict[str, Callable[[Transaction], None]] = {
    "create over a living one": lambda both: both.create(notes, note()),
    "update of what is not as it was": lambda both: both.update(
        notes, note(), [Note.text.set("changed")], where=Note.text == "other"
    ),
    "update of nothing": lambda both: both.update(notes, note("nothing"), [Note.text.set("changed")]),
    "delete of what is not as it was": lambda both: both.delete(notes, note(), where=Note.text == "other"),
    "nothing where something is required": lambda both: both.require(notes, note("nothing")),
    "what is forbidden": lambda both: both.forbid(notes, note(), Note.text == "first"),
    "another than is required": lambda both: both.require(notes, note(), Note.text == "other"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_is_written_where_one_condition_fails(aws: Aws, what: str) -> None:
    notes.put(note())
    both = begun()
    REFUSED[what](both)

    assert both.commit() is False
    assert stored_text(aws) == ["first"]


@pytest.mark.parametrize("write", [Transaction.require, lambda both, *a: both.update(*a, [Note.text.set("renewed")])])
def test_what_has_expired_is_not_there(aws: Aws, write: Callable[..., None]) -> None:
    """The four lifetimes: an expired item cannot be renewed, nor be relied upon."""
    notes.put(note())
    for now, written in ((DEADLINE, False), (DEADLINE - 1, True)):
        both = begun(now)
        write(both, notes, note())
        assert both.commit() is written
        assert bool(aws.mentions("second")) is written


def test_all_is_written_where_every_condition_holds(aws: Aws) -> None:
    notes.put_many([note(), note("old", text="old"), note("witness", text="witness")])
    both = begun()
    both.update(notes, note(), [Note.text.set("changed")], where=Note.text == "first")
    both.create(notes, note("third", text="third"))
    both.delete(notes, note("old"), where=Note.text == "old")
    both.require(notes, note("witness"), Note.text == "witness")
    both.forbid(notes, note("nothing"), Note.text == "anything")

    assert both.commit() is True
    assert sorted(stored_text(aws)) == ["changed", "second", "third", "witness"]


@pytest.mark.parametrize(("text", "now"), [("another", 0), ("first", DEADLINE)])
def test_what_is_there_or_expired_but_not_forbidden_is_in_nobodys_way(aws: Aws, text: str, now: int) -> None:
    notes.put(note())
    both = begun(now)
    both.forbid(notes, note(), Note.text == text)
    assert both.commit() is True
    assert len(aws.items("clips")) == 2


def test_an_expired_one_is_in_nobodys_way(aws: Aws) -> None:
    notes.put(note(text="expired"))
    both = begun(DEADLINE)
    both.create(notes, note(text="new", deadline=DEADLINE + 1))

    assert both.commit() is True
    assert sorted(stored_text(aws)) == ["new", "second"]


@pytest.mark.usefixtures("aws")
def test_it_is_one_request_at_twice_the_units() -> None:
    """G3; Amazon DynamoDB Developer Guide, "Transactions: capacity management"."""
    notes.put(note())
    both = begun()
    both.update(notes, note(text="x" * 1_024), [Note.times.set(1)])

    with meter.metering() as counted:
        both.commit()

    assert (counted.requests, counted.steps, counted.units) == (1, 1, 2 * (1 + 2))
    assert {call.operation for call in counted.calls} == {"TransactWriteItems"}


def cancelled(code: str) -> TransactWriteError:
    reasons = [CancellationReason(code), None]
    cause = VerboseClientError(
        {"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems", cancellation_reasons=reasons
    )
    return TransactWriteError("Failed", cause)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
@pytest.mark.parametrize(("met", "outcome"), [(ATTEMPTS - 1, True), (ATTEMPTS, None)])
def test_where_too_much_is_written_at_the_same_moment_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, met: int, outcome: bool | None, code: str
) -> None:
    """DynamoDB refuses one of two transactions over one item, and what a busy key cannot take: no reason to fail.

    Each further attempt is made a little later.
    """
    paused = list[float]()
    wait = partial(pause, paused.append)
    original, failures = Transaction._send, iter([cancelled(code)] * met)

    def send(self: Transaction) -> None:
        for failure in failures:
            raise failure
        original(self)

    monkeypatch.setattr(Transaction, "_send", send)
    if outcome:
        assert begun(wait=wait).commit() is True
        assert notes.get(("here", "second"), now=0) is not None
    else:
        with pytest.raises(Unavailable):
            begun(wait=wait).commit()
        assert notes.get(KEY, now=0) is None
    assert len(paused) == ATTEMPTS - 1
    assert all(PAUSE_MIN_MS <= 1e3 * seconds <= PAUSE_MAX_MS for seconds in paused)


def test_those_refused_together_do_not_come_back_together() -> None:
    """A14: a thousand of them would fill the next second's first moment as they have filled this one's."""
    paused = list[float]()
    for _ in range(50):
        pause(paused.append)
    assert max(paused) - min(paused) > 0.1


@pytest.mark.usefixtures("aws")
def test_another_failure_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def send(_: Transaction) -> None:
        raise cancelled("ValidationError")

    monkeypatch.setattr(Transaction, "_send", send)
    with pytest.raises(TransactWriteError):
        begun().commit()
