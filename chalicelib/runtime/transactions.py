"""Writes that happen all together or not at all, over items of any tables: one request, at twice the units.

For what must never be seen half done, whoever else writes or dies meanwhile. Where one conditional write will do, that
is cheaper ([ADR 10](../../docs/adr/0010-transactions-where-halves-would-lie.md)).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.runtime.contention import ATTEMPTS, crowded, pause
from chalicelib.runtime.dynamodb import shared_connection
from chalicelib.runtime.records import Record
from chalicelib.runtime.store import Table

R = TypeVar("R", bound=Record)
CROWDED = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}  # botocore leaves them to us


class Transaction:
    """Collects writes, at most 100 and one an item, that `commit` makes. As in a Table, the expired does not exist.

    Of an item that is not written whole only the key matters, and the size, which is counted: `Table.bare` makes one.
    """

    def __init__(self, *, now: int, wait: Callable[[], None] = pause) -> None:
        self._now, self._wait = now, wait
        self._writes: list[Callable[[TransactWrite], None]] = []
        self._counts: list[Callable[[int], None]] = []

    def put(self, table: Table[R], item: R) -> None:
        """Writes the item, whatever is there."""
        self._add(table, item, lambda write: write.save(item))

    def create(self, table: Table[R], item: R, *, over: Condition | None = None) -> None:
        """Writes the item where none lives, or one for which `over` holds."""
        vacant = table.vacant(self._now)
        condition = vacant if over is None else vacant | over
        self._add(table, item, lambda write: write.save(item, condition=condition))

    def update(self, table: Table[R], item: R, actions: Sequence[Action], *, where: Condition | None = None) -> None:
        """Changes what lives under the item's key and, where given, for which `where` holds."""
        lives = table.living(self._now, where)
        self._add(table, item, lambda write: write.update(item, list(actions), condition=lives))

    def delete(self, table: Table[R], item: R, *, where: Condition | None = None) -> None:
        """Removes what is under the item's key if it is there and, where given, `where` holds for it."""
        self._add(table, item, lambda write: write.delete(item, condition=where))

    def require(self, table: Table[R], item: R, where: Condition | None = None) -> None:
        """Changes nothing; something lives under the item's key and `where` holds for it."""
        lives, (partition, sort) = table.living(self._now, where), table.key(item)
        self._add(table, item, lambda write: write.condition_check(table.model, partition, sort, condition=lives))

    def forbid(self, table: Table[R], item: R, where: Condition) -> None:
        """Changes nothing; nothing lives under the item's key for which `where` holds."""
        other, (partition, sort) = table.vacant(self._now) | ~where, table.key(item)
        self._add(table, item, lambda write: write.condition_check(table.model, partition, sort, condition=other))

    def commit(self) -> bool:
        """False, and nothing written, where one of the conditions does not hold. Raises Unavailable in a crowd."""
        for index, count in enumerate(self._counts):
            count(0 if index else 1)
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait()
            try:
                self._send()
            except TransactWriteError as error:
                if _refused(error):
                    return False
            else:
                return True
        raise crowded()

    def _add(self, table: Table[R], item: R, write: Callable[[TransactWrite], None]) -> None:
        table.bind()
        self._writes.append(write)
        self._counts.append(lambda requests: table.count_transacted(item, requests))

    def _send(self) -> None:
        with TransactWrite(connection=shared_connection()) as transaction:
            for write in self._writes:
                write(transaction)


def _refused(error: TransactWriteError) -> bool:
    """True for a condition that did not hold, False where too much is written at once; any other failure goes on."""
    if error.cause_response_code == "TransactionInProgressException":
        return False
    codes = {reason.code for reason in error.cancellation_reasons if reason}
    if not codes or codes - {"ConditionalCheckFailed", *CROWDED}:
        raise error
    return "ConditionalCheckFailed" in codes
