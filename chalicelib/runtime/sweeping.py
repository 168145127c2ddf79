"""What has run out and can be many is deleted a page at a time: a read and a transaction, however many there are."""

from collections.abc import Mapping
from typing import Any

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime.store import Key, Table
from chalicelib.runtime.transactions import Transaction


def sweep(table: Table[Any], keys: Mapping[str, Key], *, now: int) -> dict[str, int]:
    """Deletes of what lies under `keys` (at most 100) all that is over; by name, until when the others live."""
    found = table.get_many(list(set(keys.values())), now=now)
    living = {_whole(table.key(one)): int(one.expires_at_ms) for one in found}
    over = {key for key in keys.values() if key not in living}
    if over and not _delete_all(table, over, now):
        used = {key for key in over if not table.delete(key, where=table.vacant(now))}
        living |= dict.fromkeys(used, now + MINUTE)  # since they were read: looked at again soon
    return {name: living[key] for name, key in keys.items() if key in living}


def _delete_all(table: Table[Any], keys: set[Key], now: int) -> bool:
    """False where one of them was used since they were read: then each is asked for itself."""
    both = Transaction(now=now)
    for key in keys:
        both.delete(table, table.bare(key), where=table.vacant(now))
    return both.commit()


def _whole(key: tuple[str, str | None]) -> Key:
    partition, sort = key
    return partition if sort is None else (partition, sort)
