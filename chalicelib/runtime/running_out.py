"""Rows that are somebody's for a time and then over: filed with the reaper by their keys, and deleted by the page.

Several that are over at the same instant share an entry. What lives longer by then, or is renewed, stays until its end.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chalicelib.runtime import expiry
from chalicelib.runtime.holdings import key_in
from chalicelib.runtime.store import Key, Record, Table
from chalicelib.runtime.sweeping import sweep
from chalicelib.runtime.transactions import Transaction

GROUP = 8  # keys of one entry, whose name has a kilobyte (DynamoDB quota)
SWEPT = 100  # rows of one transaction, DynamoDB quota
_kinds: dict[str, "RunningOut"] = {}


@dataclass(frozen=True)
class RunningOut:
    """One kind of them; `kind` is that of its entries."""

    kind: str
    table: Table[Any]

    def __post_init__(self) -> None:
        _kinds[self.kind] = self

    def file(self, items: Iterable[Record], *, now: int) -> None:
        """Before they are stored, so that none is without."""
        by_end = sorted(items, key=_end)
        for end_ms, some in groupby(by_end, _end):
            self.file_keys([key_in(self.table, one) for one in some], end_ms, now=now)

    def file_with(self, both: Transaction, item: Record, *, now: int) -> None:
        """Together with the item."""
        expiry.file_with(both, self.kind, _name([key_in(self.table, item)]), _end(item), now=now)

    def file_keys(self, keys: Sequence[Key], end_ms: int, *, now: int) -> None:
        """As `file`, of what lies under `keys`."""
        groups = [keys[start : start + GROUP] for start in range(0, len(keys), GROUP)]
        expiry.file_many(self.kind, [_name(some) for some in groups], end_ms, now=now)

    def look_after(self, names: Collection[str], now: int) -> dict[str, int]:
        """The reaper's call: deletes what is over; of an entry of which something lives, when to look again."""
        rows, again = [(name, key) for name in names for key in _keys(name)], dict[str, int]()
        for start in range(0, len(rows), SWEPT):
            part = rows[start : start + SWEPT]
            living = sweep(self.table, {str(number): key for number, (_, key) in enumerate(part)}, now=now)
            for number, until_ms in living.items():
                name = part[int(number)][0]
                again[name] = min(until_ms, again.get(name, until_ms))
        return again


def kinds() -> list[RunningOut]:
    """Every kind there is, as subjects declare them beside their records."""
    return list(_kinds.values())


def _end(item: Record) -> int:
    return int(item.expires_at_ms)


def _name(keys: Sequence[Key]) -> str:
    return json.dumps(keys, separators=(",", ":"))


def _keys(name: str) -> Iterator[Key]:
    for key in json.loads(name):
        yield key if isinstance(key, str) else (key[0], key[1])
