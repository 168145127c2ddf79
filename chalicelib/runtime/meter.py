"""Capacity units from item bytes, by DynamoDB's own rules; an emulator's figures are constants.

Source: Amazon DynamoDB Developer Guide, "Item sizes and formats" and "Capacity unit consumption".
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

WRITE_UNIT = 1_024  # bytes
READ_UNIT = 4_096  # bytes, strongly consistent; eventually consistent reads cost half
T = TypeVar("T")
COLLECTION_OVERHEAD = 3  # bytes of every list or map
ELEMENT_OVERHEAD = 1  # bytes of every element inside one

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """What one request to DynamoDB costs in one partition: write units for writes, read units for reads.

    A batch is one request over several partitions: its first entry counts as the request, the others as none.
    """

    operation: str
    table: str
    partition: str
    units: float
    write: bool
    requests: int = 1
    items: int = 0  # that a read gave
    step: tuple[int, int] = (0, 0)  # of what is done side by side, all that comes first shares one, and so on


@dataclass
class Meter:
    """The calls made while it was in force, in order."""

    calls: list[Call] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(call.requests for call in self.calls)

    @property
    def steps(self) -> int:
        """How many requests waited for one another."""
        return len({call.step for call in self.calls if call.requests})

    @property
    def items_read(self) -> int:
        """Items that reads gave, each as often as it was read; a request that gave none counts as one."""
        return sum(max(call.items, call.requests) for call in self.calls if not call.write)

    @property
    def units(self) -> float:
        return sum(call.units for call in self.calls)


_meters: ContextVar[tuple[Meter, ...]] = ContextVar("meters", default=())
_branch: ContextVar[tuple[int, Iterator[int]] | None] = ContextVar("branch", default=None)
_steps = itertools.count(1)


@contextmanager
def metering() -> Iterator[Meter]:
    """Collects every call made inside the block (and by threads that copy its context)."""
    meter = Meter()
    token = _meters.set((*_meters.get(), meter))
    try:
        yield meter
    finally:
        _meters.reset(token)


def active() -> bool:
    """Whether anyone counts at the moment; measuring items costs time otherwise wasted."""
    return bool(_meters.get())


def branches(calls: Sequence[Callable[[], T]]) -> list[Callable[[], T]]:
    """The same calls, as they are made side by side: the first requests of all are one step, the second the next."""
    block = next(_steps)
    return [partial(_as_branch, block, call) for call in calls]


def _as_branch(block: int, call: Callable[[], T]) -> T:
    token = _branch.set((block, itertools.count(1)))
    try:
        return call()
    finally:
        _branch.reset(token)


def record(call: Call) -> None:
    block, places = _branch.get() or (next(_steps), iter([0]))
    numbered = replace(call, step=(block, next(places) if call.requests else 0))
    for meter in _meters.get():
        meter.calls.append(numbered)


def write_units(item: Item) -> int:
    """Write units of one put, update or delete of `item`: 1 KiB each, rounded up."""
    return max(1, -(-item_size(item) // WRITE_UNIT))


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Read units of one Get or Query over `items`: their sizes are added before rounding."""
    whole = max(1, -(-sum(map(item_size, items)) // READ_UNIT))
    return float(whole) if consistent else whole / 2


def item_size(item: Item) -> int:
    """Bytes of an item in DynamoDB's JSON form: attribute names in UTF-8 plus values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return _number_size(content)
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(len(text.encode()) for text in content)
        case "NS":
            return sum(map(_number_size, content))
        case "L":
            return COLLECTION_OVERHEAD + sum(ELEMENT_OVERHEAD + _value_size(one) for one in content)
        case "M":
            return COLLECTION_OVERHEAD + ELEMENT_OVERHEAD * len(content) + item_size(content)
        case _:
            return sum(map(len, content))


def _number_size(text: str) -> int:
    digits = len(text.lstrip("-").replace(".", "").strip("0"))
    return digits // 2 + 2 + text.startswith("-")
