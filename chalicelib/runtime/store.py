"""DynamoDB through PynamoDB, with one rule: what has expired does not exist.

A subject declares records (`class Clip(Record)`) and reads and writes them through a `Table` only. Every read
drops what is past its deadline, every conditional write refuses it; `now` is always an argument. PynamoDB's own
readers and writers are closed on records, so that no code path can go around this.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from pynamodb.exceptions import DeleteError, PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.runtime import meter
from chalicelib.runtime.contention import patiently
from chalicelib.runtime.dynamodb import share_connection
from chalicelib.runtime.records import Binding, Record
from chalicelib.runtime.settings import settings

BATCH_WRITE_MAX = 25  # items, DynamoDB quota
BATCH_READ_MAX = 100  # items, DynamoDB quota
PAST_MAX = 3  # where deletion is late, a reader still finds what lives

__all__ = ["Binding", "Page", "Record", "Table"]

R = TypeVar("R", bound=Record)
Key = tuple[str, str] | str  # (partition, sort) or partition alone


class Page(list[R]):
    """What a query found; `whole` unless there was more to read, be it more that lives or expired items before it."""

    whole = True


class Table(Generic[R]):
    """The items of one record type. `name` is the table's short name in infra/resources.yaml."""

    def __init__(self, model: type[R], name: str) -> None:
        self._model, self.name = model, name
        meta: Any = model.Meta
        meta.table = name

    @property
    def model(self) -> type[R]:
        """The record type, bound to this stage's table."""
        self.bind()
        return self._model

    def bind(self) -> None:
        """Points the record type at this stage's table."""
        meta: Any = self._model.Meta
        meta.table_name = settings().resource(self.name)
        share_connection(self._model)

    def get(self, key: Key, *, now: int, consistent: bool = True) -> R | None:
        """The live item of that key, or None."""
        try:
            item: R = _open("get")(self.model, *_split(key), consistent_read=consistent)
        except self.model.DoesNotExist:
            self._read("GetItem", key, [], consistent)
            return None
        self._read("GetItem", key, [item], consistent)
        return item if item.live_at(now) else None

    def get_many(self, keys: Sequence[Key], *, now: int, consistent: bool = True) -> list[R]:
        """The live items among `keys`, in no order, 100 a request."""
        live = list[R]()
        for start in range(0, len(keys), BATCH_READ_MAX):
            some = keys[start : start + BATCH_READ_MAX]
            found: list[R] = list(_open("batch_get")(self.model, list(some), consistent_read=consistent))
            self._read_batch(some, found, consistent)
            live += [item for item in found if item.live_at(now)]
        return live

    def query(
        self,
        partition: str,
        *,
        now: int,
        where: Condition | None = None,
        limit: int | None = None,
        forward: bool = True,
        consistent: bool = True,
    ) -> Page[R]:
        """The live items of a partition in key order, at most `limit`; reads past expired ones, PAST_MAX pages far."""
        options = {"consistent_read": consistent, "limit": limit, "scan_index_forward": forward}
        live, last = list[R](), None
        for _ in range(1 + PAST_MAX):
            results = _open("query")(self.model, partition, where, last_evaluated_key=last, **options)
            found: list[R] = list(results)
            self._read("Query", partition, found, consistent)
            live += [item for item in found if item.live_at(now)]
            last = results.last_evaluated_key
            if last is None or len(live) >= (limit or 0):
                break
        page = Page(live[:limit])
        page.whole = last is None and len(page) == len(live)
        return page

    def everything(self, *, now: int) -> Iterator[R]:
        """All live items of the table, page by page: for the operator, after a restore. No request ever comes here."""
        found: Iterator[R] = _open("scan")(self.model, consistent_read=True)
        for item in found:
            self._read("Scan", self.name, [item], consistent=True)
            if item.live_at(now):
                yield item

    def put(self, item: R) -> None:
        """Writes the item whatever was there."""
        self._save(item, None)

    def create(self, item: R, *, now: int, over: Condition | None = None) -> bool:
        """Writes the item only where none lives, or one for which `over` holds; False where another does."""
        vacant = self.vacant(now)
        try:
            self._save(item, vacant if over is None else vacant | over)
        except PutError as error:
            return _refused(error)
        return True

    def replace(self, item: R, *, where: Condition) -> bool:
        """Writes the item only where `where` holds for the one there; False where it does not."""
        try:
            self._save(item, where)
        except PutError as error:
            return _refused(error)
        return True

    def update(self, key: Key, actions: Sequence[Action], *, now: int, where: Condition | None = None) -> R | None:
        """The item after `actions`; None, and nothing written, where it does not live or `where` fails."""
        return self._update(key, actions, self.living(now, where))

    def upsert(self, key: Key, actions: Sequence[Action], *, now: int) -> R | None:
        """As `update`, but makes the item where there is none at all; None where an expired one is in the way."""
        return self._update(key, actions, self._absent() | self.living(now))

    def delete(self, key: Key, *, where: Condition | None = None) -> bool:
        """Removes the item if it is there and, where given, `where` holds for it; False where that does not."""
        item = self.bare(key)
        self._wrote("DeleteItem", item)
        try:
            patiently(lambda: _open("delete")(item, condition=where))
        except DeleteError as error:
            return _refused(error)
        return True

    def take(self, item: R, *, now: int) -> bool:
        """Removes a living item; of all who try, one is told True."""
        partition, sort = self.key(item)
        return self.delete(partition if sort is None else (partition, sort), where=self.living(now))

    def put_many(self, items: Iterable[R]) -> None:
        """Writes items whatever was there, 25 a request."""
        self.write_many(items, [])

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Removes items, 25 a request."""
        self.write_many([], keys)

    def write_many(self, items: Iterable[R], gone: Iterable[Key]) -> None:
        """Writes items and removes others, 25 a request."""
        waiting = [(item, True) for item in items] + [(self.bare(key), False) for key in gone]
        while waiting:
            chunk, waiting = waiting[:BATCH_WRITE_MAX], waiting[BATCH_WRITE_MAX:]
            with _open("batch_write")(self.model) as batch:
                for item, kept in chunk:
                    batch.save(item) if kept else batch.delete(item)
            for index, (item, _) in enumerate(chunk):
                self._wrote("BatchWriteItem", item, requests=0 if index else 1)

    def _save(self, item: R, condition: Condition | None) -> None:
        self.bind()
        self._wrote("PutItem", item)
        patiently(lambda: _open("save")(item, condition=condition))

    def _update(self, key: Key, actions: Sequence[Action], condition: Condition) -> R | None:
        item = self.bare(key)
        try:
            patiently(lambda: _open("update")(item, actions=list(actions), condition=condition))
        except UpdateError as error:
            self._wrote("UpdateItem", item)
            _refused(error)
            return None
        self._wrote("UpdateItem", item)
        return item

    def vacant(self, now: int) -> Condition:
        """Holds where no item lives."""
        vacant: Condition = self._absent() | (self._model.expires_at_ms <= now)
        return vacant

    def living(self, now: int, where: Condition | None = None) -> Condition:
        """Holds where an item lives for which `where` holds."""
        lives: Condition = self._model.expires_at_ms > now
        return lives if where is None else lives & where

    def bare(self, key: Key) -> R:
        """A record of which only the key is known."""
        model: Any = self.model
        item: R = model(*_split(key))
        return item

    def _absent(self) -> Condition:
        absent: Condition = getattr(self._model, self._model._hash_keyname or "").does_not_exist()
        return absent

    def _read(self, operation: str, key: Key, items: list[R], consistent: bool, requests: int = 1) -> None:
        if meter.active():
            units = meter.read_units([item.serialize() for item in items], consistent=consistent)
            call = meter.Call(
                operation, self.name, _pair(key)[0], units, write=False, requests=requests, items=len(items)
            )
            meter.record(call)

    def _read_batch(self, keys: Sequence[Key], found: list[R], consistent: bool) -> None:
        """Each item of a batch is rounded up by itself; one that is not there costs a unit too."""
        if not meter.active():
            return
        here = {self.key(item): item for item in found}
        for index, key in enumerate(keys):
            items = [here[_pair(key)]] if _pair(key) in here else []
            self._read("BatchGetItem", key, items, consistent, requests=0 if index else 1)

    def count_transacted(self, item: R, requests: int) -> None:
        """One write of a transaction, whose units are double."""
        for share in (requests, 0):
            self._wrote("TransactWriteItems", item, share)

    def _wrote(self, operation: str, item: R, requests: int = 1) -> None:
        if meter.active():
            units = meter.write_units(item.serialize(null_check=False))
            meter.record(meter.Call(operation, self.name, self._partition(item), units, write=True, requests=requests))

    def count_read(self, key: Key, item: R | None, requests: int) -> None:
        """One item of a read over several tables."""
        self._read("BatchGetItem", key, [] if item is None else [item], True, requests)

    def key_map(self, key: Key) -> dict[str, dict[str, str]]:
        """A key as DynamoDB writes it."""
        model: Any = self.model
        names = (model._hash_keyname, model._range_keyname)
        return {getattr(model, name).attr_name: {"S": part} for name, part in zip(names, _split(key), strict=False)}

    def key(self, item: R) -> tuple[str, str | None]:
        """Partition and sort key of a record."""
        sort = type(item)._range_keyname
        return self._partition(item), None if sort is None else str(getattr(item, sort))

    def _partition(self, item: R) -> str:
        return str(getattr(item, type(item)._hash_keyname or ""))


def _open(name: str) -> Any:
    """PynamoDB's own method, past the lock that Record puts on it."""
    method = getattr(Model, name)
    return getattr(method, "__func__", method)


def _pair(key: Key) -> tuple[str, str | None]:
    return (key, None) if isinstance(key, str) else key


def _split(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _refused(error: PutError | UpdateError | DeleteError) -> bool:
    """False for a condition that did not hold; any other failure goes on as it is."""
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error
    return False
