"""DynamoDB in a dictionary, below PynamoDB: a hundred times faster than moto, for properties of many steps.

It knows the requests and expressions that `runtime.store.Table` makes and refuses all others. The store's own tests
run over both (tests/unit/runtime/test_memory.py), so that the two cannot drift apart.
"""

import copy
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from pynamodb.connection.base import Connection
from pynamodb.exceptions import CancellationReason, VerboseClientError

from chalicelib.runtime.meter import item_size
from infra.local.resources import TEMPLATE
from infra.local.template import Template
from tests.support import permissions

Item = dict[str, dict[str, Any]]
ITEM_MAX = 409_600  # bytes, DynamoDB quota
_TOKEN = re.compile(
    r"\s*(attribute_not_exists|attribute_exists|begins_with|contains|size|AND|OR|NOT|IN|BETWEEN|<=|>=|<>|[=<>(),]|[#:]\w+)"
)
_PARTITION = re.compile(r"#\w+ = (:\w+)")  # what a Query always begins with
_NAME = re.compile(r"#\w+")
_CHANGE = re.compile(
    r"(#\w+)(?: ?= ?| )?(?:(if_not_exists) ?\(\1, )?(:\w+)?"
)  # of an attribute to what it is, if at all
_CLAUSE = re.compile(r"\b(SET|ADD|DELETE|REMOVE)\b")


class Crash(Exception):
    """The process died between two requests."""


@cache
def _keys_of_tables() -> dict[str, list[str]]:
    """By table name; read once, because a property makes a Memory for every example."""
    found = Template.read(TEMPLATE, "local").of_type("AWS::DynamoDB::Table").values()
    return {one["TableName"]: [key["AttributeName"] for key in one["KeySchema"]] for one in found}


class Memory:
    """`before` is called ahead of every request and may raise Crash; `requests` counts them."""

    def __init__(self) -> None:
        self._keys = _keys_of_tables()
        self._tables: dict[str, dict[tuple[str, ...], Item]] = {name: {} for name in self._keys}
        self._partitions: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        self._lock = threading.RLock()
        self.before: Callable[[str], None] = lambda _: None
        self.lags: Callable[[], bool] = lambda: False  # whether an eventually consistent read misses the last write
        self._replaced: dict[tuple[str, tuple[str, ...]], Item | None] = {}  # what each last write has replaced
        self.page_rows: int | None = None  # that one answer of a Query holds at most, as 1 MB does
        self.requests = 0

    def catch_up(self) -> None:
        """Time has passed: no read misses a write any more."""
        self._replaced.clear()

    def tables(self) -> list[str]:
        return [name.removeprefix("earshot-local-") for name in self._tables]

    def items(self, table: str) -> list[Item]:
        return list(self._tables[f"earshot-local-{table}"].values())

    def fill(self, table: str, items: Iterable[Item]) -> None:
        """Puts items there that nobody will change, without a request each: millions of them, for a bench."""
        name = f"earshot-local-{table}"
        for item in items:
            key = self._key(name, item)
            self._tables[name][key] = item
            self._partitions[name, key[0]].add(key)

    def replace(self, table: str, items: Iterable[Item]) -> None:
        """As `fill`, and nothing else is there: a restored table."""
        name = f"earshot-local-{table}"
        for key in list(self._tables[name]):
            self._partitions[name, key[0]].discard(key)
            del self._tables[name][key]
        self.fill(table, items)

    def prune(self, table: str, is_over: Callable[[Item], bool]) -> None:
        """Forgets items that play no part any more: as `fill`, for a bench that has no room for millions."""
        name = f"earshot-local-{table}"
        for key in [key for key, item in self._tables[name].items() if is_over(item)]:
            del self._tables[name][key]
            self._partitions.pop((name, key[0]), None)
        self._replaced.clear()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is written inside this block is gone after it."""
        kept = copy.deepcopy((self._tables, self._partitions))
        try:
            yield
        finally:
            self._tables, self._partitions = kept

    @contextmanager
    def crash_after(self, survived: int) -> Iterator[None]:
        """Inside this block that many requests succeed, and every later one raises Crash."""
        left = survived

        def before(_: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash

        self.before = before
        try:
            yield
        finally:
            self.before = lambda _: None

    @contextmanager
    def interrupted(self, at: int, act: Callable[[], object]) -> Iterator[Callable[[], bool]]:
        """Calls `act` once, ahead of request number `at` in this block; yields whether it came to that."""
        seen = 0

        def before(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == at + 1:
                self.before = lambda _: None
                act()

        self.before = before
        try:
            yield lambda: seen > at
        finally:
            self.before = lambda _: None

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.before(operation)
        permissions.note_request("dynamodb", operation, request)
        with self._lock:
            self.requests += 1
            answer: dict[str, Any] = getattr(self, f"_{operation}")(request)
            copied: dict[str, Any] = _copied(answer)
            return copied

    def _PutItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - named as DynamoDB does
        self._require(request, self._find(request["TableName"], request["Item"]))
        self._store(request["TableName"], request["Item"])
        return {}

    def _GetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        found = self._find(request["TableName"], request["Key"])
        return {"Item": found} if found else {}

    def _DeleteItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._require(request, self._find(request["TableName"], request["Key"]))
        self._remove(request["TableName"], request["Key"])
        return {}

    def _UpdateItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        found = self._find(request["TableName"], request["Key"])
        self._require(request, found)
        item = {**request["Key"], **_copied(found or {})}
        _apply(request, item)
        self._store(request["TableName"], item)
        return {"Attributes": item}

    def _Query(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        condition, table = request["KeyConditionExpression"], self._tables[request["TableName"]]
        partition = _PARTITION.search(condition)
        assert partition, condition
        named = {request["ExpressionAttributeNames"][name] for name in _NAME.findall(condition)}
        assert named <= set(self._keys[request["TableName"]]), condition
        keys = self._partitions[request["TableName"], _plain(request["ExpressionAttributeValues"][partition[1]])]
        ordered = sorted(keys, reverse=not request.get("ScanIndexForward", True))
        matching = (table[key] for key in ordered if _holds(condition, request, table[key]))
        first = request["Limit"] + 1 if "Limit" in request and "ExclusiveStartKey" not in request else None
        rows = list(islice(matching, first))  # no more than tell whether there are more
        page, more = self._page(request, rows)
        kept = [row for row in page if _holds(request.get("FilterExpression"), request, row)]
        return {"Items": kept, "Count": len(kept), "ScannedCount": len(page), **more}

    def _Scan(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        rows = [self._tables[request["TableName"]][key] for key in sorted(self._tables[request["TableName"]])]
        page, more = self._page(request, rows)
        kept = [row for row in page if _holds(request.get("FilterExpression"), request, row)]
        return {"Items": kept, "Count": len(kept), "ScannedCount": len(page), **more}

    def _page(self, request: Mapping[str, Any], rows: list[Item]) -> tuple[list[Item], dict[str, Any]]:
        """As many as are asked for, from where the page before ended; and the key of the last if there are more."""
        table, after = request["TableName"], request.get("ExclusiveStartKey")
        start = 0
        if after:  # which may have been deleted since
            last, forward = self._key(table, after), request.get("ScanIndexForward", True)
            keys = [self._key(table, row) for row in rows]
            start = sum(key <= last if forward else key >= last for key in keys)
        page = rows[start:][: request.get("Limit", self.page_rows or len(rows))]
        if start + len(page) == len(rows):
            return page, {}
        return page, {"LastEvaluatedKey": {name: page[-1][name] for name in self._keys[table]}}

    def _BatchGetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        for table, wanted in request["RequestItems"].items():
            _refuse_doubles(self._key(table, key) for key in wanted["Keys"])
        found = {
            table: [one for key in wanted["Keys"] if (one := self._read(table, key, wanted.get("ConsistentRead")))]
            for table, wanted in request["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _read(self, table: str, item: Mapping[str, Any], consistent: bool | None) -> Item | None:
        key = table, self._key(table, item)
        if not consistent and key in self._replaced and self.lags():
            return self._replaced[key]
        return self._find(table, item)

    def _BatchWriteItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        [(table, writes)] = request["RequestItems"].items()
        named = [one["PutRequest"]["Item"] if "PutRequest" in one else one["DeleteRequest"]["Key"] for one in writes]
        _refuse_doubles(self._key(table, one) for one in named)
        for write in writes:
            if "PutRequest" in write:
                self._store(table, write["PutRequest"]["Item"])
            else:
                self._remove(table, write["DeleteRequest"]["Key"])
        return {"UnprocessedItems": {}}

    def _TransactWriteItems(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        writes = [next(iter(write.items())) for write in request["TransactItems"]]
        held = [self._fits(write) for _, write in writes]
        if not all(held):
            error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
            reasons = [None if one else CancellationReason("ConditionalCheckFailed") for one in held]
            raise VerboseClientError(error, "Memory", cancellation_reasons=reasons)
        for kind, write in writes:
            if kind != "ConditionCheck":
                getattr(self, f"_{kind}Item")(write)
        return {}

    def _fits(self, write: Mapping[str, Any]) -> bool:
        found = self._find(write["TableName"], write.get("Item") or write["Key"])
        return _holds(write.get("ConditionExpression"), write, found or {})

    def _key(self, table: str, item: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(item[name]["S"] for name in self._keys[table])

    def _find(self, table: str, item: Mapping[str, Any]) -> Item | None:
        return self._tables[table].get(self._key(table, item))

    def _store(self, table: str, item: Mapping[str, Any]) -> None:
        if item_size(item) > ITEM_MAX:
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "Item size"}}, "Memory")
        key = self._key(table, item)
        self._replaced[table, key] = self._tables[table].get(key)
        self._tables[table][key] = _copied(item)
        self._partitions[table, key[0]].add(key)

    def _remove(self, table: str, item: Mapping[str, Any]) -> None:
        key = self._key(table, item)
        self._replaced[table, key] = self._tables[table].pop(key, None)
        self._partitions[table, key[0]].discard(key)

    def _require(self, request: Mapping[str, Any], found: Item | None) -> None:
        if not _holds(request.get("ConditionExpression"), request, found or {}):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "Memory")


def _refuse_doubles(keys: Iterable[tuple[str, ...]]) -> None:
    """As DynamoDB does, in batches of either kind."""
    seen = list(keys)
    if len(set(seen)) < len(seen):
        error = {"Error": {"Code": "ValidationException", "Message": "Provided list of item keys contains duplicates"}}
        raise VerboseClientError(error, "Memory")


def _apply(request: Mapping[str, Any], item: Item) -> None:
    parts = _CLAUSE.split(request["UpdateExpression"])[1:]
    for clause, body in zip(parts[::2], parts[1::2], strict=True):
        for name, kept, given in _CHANGE.findall(body):
            attribute = request["ExpressionAttributeNames"][name]
            value = request["ExpressionAttributeValues"][given] if given else {}
            _change(clause, item, attribute, item.get(attribute, value) if kept else value)


def _change(clause: str, item: Item, name: str, value: dict[str, Any]) -> None:
    kind = next(iter(value), "")
    match clause, kind:
        case "SET", _:
            item[name] = value
        case "REMOVE", _:
            item.pop(name, None)
        case "ADD", "N":
            item[name] = {"N": str(Decimal(item.get(name, {"N": "0"})["N"]) + Decimal(value["N"]))}
        case "ADD", "SS":
            item[name] = {"SS": sorted({*item.get(name, {"SS": []})["SS"], *value["SS"]})}
        case "DELETE", "SS":
            left = sorted(set(item.get(name, {"SS": []})["SS"]) - set(value["SS"]))
            item.pop(name, None)
            item |= {name: {"SS": left}} if left else {}
        case _:
            raise NotImplementedError(f"{clause} {kind}")


def _holds(expression: str | None, request: Mapping[str, Any], item: Item) -> bool:
    return expression is None or _Condition(expression, request, item).value()


class _Condition:
    """A condition expression, read and evaluated at once."""

    def __init__(self, text: str, request: Mapping[str, Any], item: Item) -> None:
        self._tokens = _tokens(text)
        self._request, self._item = request, item

    def value(self) -> bool:
        found = self._either()
        if self._tokens:
            raise NotImplementedError(f"left over: {self._tokens}")
        return found

    def _either(self) -> bool:
        found = self._both()
        while self._next_is("OR"):
            found = self._both() or found
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._next_is("AND"):
            found = self._one() and found
        return found

    def _one(self) -> bool:
        token = self._tokens.pop(0)
        if token == "NOT":
            return not self._one()
        if token == "(":
            found = self._either()
            self._tokens.pop(0)
            return found
        if token.startswith("attribute_"):
            [name] = self._arguments()
            return (name is None) == (token == "attribute_not_exists")
        if token == "begins_with":
            whole, start = self._arguments()
            return whole is not None and str(whole).startswith(str(start))
        if token == "contains":
            whole, part = self._arguments()
            return whole is not None and part in whole
        return self._comparison(self._operand(token))

    def _comparison(self, left: Any) -> bool:
        operator = self._tokens.pop(0)
        if operator == "IN":
            return left in self._arguments()
        right = self._operand(self._tokens.pop(0))
        if operator == "BETWEEN":
            assert self._next_is("AND")
            return left is not None and right <= left <= self._operand(self._tokens.pop(0))
        if left is None or right is None:
            return operator == "<>" and left is not right
        compared: dict[str, bool] = {
            "=": left == right,
            "<>": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }
        return compared[operator]

    def _arguments(self) -> list[Any]:
        self._tokens.pop(0)
        found = []
        while (token := self._tokens.pop(0)) != ")":
            found += [] if token == "," else [self._operand(token)]
        return found

    def _operand(self, token: str) -> Any:
        if token == "size":
            [found] = self._arguments()
            return None if found is None else len(found)
        if token.startswith(":"):
            return _plain(self._request["ExpressionAttributeValues"][token])
        return _plain(self._item.get(self._request["ExpressionAttributeNames"][token]))

    def _next_is(self, word: str) -> bool:
        if not self._tokens or self._tokens[0] != word:
            return False
        self._tokens.pop(0)
        return True


def _copied(value: Any) -> Any:
    """As `copy.deepcopy`, of what requests and answers are made of, many times faster."""
    if isinstance(value, Mapping):
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _plain(value: Mapping[str, Any] | None) -> Any:
    if value is None:
        return None
    [(kind, content)] = value.items()
    return Decimal(content) if kind == "N" else content


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotImplementedError(text[at:])
        found.append(match[1])
        at = match.end()
    return found


@contextmanager
def in_memory() -> Iterator[Memory]:
    """Every DynamoDB request of PynamoDB goes to an empty Memory inside this block."""
    memory = Memory()

    def answer(_: Connection, operation_name: str, operation_kwargs: Mapping[str, Any], *rest: Any) -> dict[str, Any]:
        return memory.call(operation_name, operation_kwargs)

    with patch.object(Connection, "_make_api_call", answer):
        yield memory
