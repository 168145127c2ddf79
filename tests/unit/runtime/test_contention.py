"""A plain write that meets somebody's transaction over the same item."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from chalicelib.lifetimes import HOUR
from chalicelib.runtime.contention import ATTEMPTS, crowded
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.transactions import Transaction
from tests.support.accounts import with_account
from tests.support.memory import Memory, in_memory
from tests.support.world import World
from tests.unit.runtime.test_store import KEY, Note, note, notes

WRITES: dict[str, Callable[[], object]] = {
    "put": lambda: notes.put(note(text="changed")),
    "replace": lambda: notes.replace(note(text="changed"), where=Note.text == "first"),
    "update": lambda: notes.update(KEY, [Note.text.set("changed")], now=0),
    "delete": lambda: notes.delete(KEY),
}


def met(memory: Memory, times: int) -> None:
    """The next so many plain writes meet a transaction."""
    left = times

    def before(operation: str) -> None:
        nonlocal left
        if operation in ("PutItem", "UpdateItem", "DeleteItem") and left:
            left -= 1
            raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, operation)

    memory.before = before


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_meets_a_transaction_is_tried_again(write: str) -> None:
    """Amazon DynamoDB Developer Guide, "Transaction conflict handling": no reason to fail, let alone by a 500."""
    with in_memory() as memory:
        notes.put(note())
        met(memory, ATTEMPTS - 1)
        WRITES[write]()
        found = notes.get(KEY, now=0)
        assert (found and found.text) == (None if write == "delete" else "changed")


@pytest.mark.parametrize("write", WRITES)
def test_in_a_crowd_it_is_said_when_to_ask_again(write: str) -> None:
    """API: 503 with Retry-After; nothing is changed."""
    with in_memory() as memory:
        notes.put(note())
        met(memory, ATTEMPTS)
        with pytest.raises(Unavailable) as refused:
            WRITES[write]()
        assert refused.value.retry_after_s == 1
        found = notes.get(KEY, now=0)
        assert found is not None
        assert found.text == "first"


@pytest.mark.parametrize("who", ["guest", "account"])
def test_recording_a_use_fails_no_reading(world: World, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four lifetimes: the last use is recorded by the next request, where this one meets a crowd."""
    with in_memory() as memory:
        browser = with_account(world) if who == "account" else world.member()
        world.clock.advance(12 * HOUR + 1)
        with monkeypatch.context() as patched:
            patched.setattr(Transaction, "_send", _crowd)
            for path in ["/v1/session", *(["/v1/account"] if who == "account" else [])]:
                met(memory, ATTEMPTS)
                assert browser.get(path).status == 200
        assert str(world.now) not in str(memory.items("sessions"))
        met(memory, 0)
        assert browser.get("/v1/session").status == 200
        assert str(world.now) in str(memory.items("sessions"))


def _crowd(_: object) -> None:
    raise crowded()
