"""Tabs that are over and what is left of them, a page at a time: for the reaper.

Of a page's leases those that have run out are closed first, for a slow heartbeat as well: nothing more is staged for
them. Only of tabs that have staged something is the list read.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from chalicelib.content import removal
from chalicelib.content.models import Item, stored_items
from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import tabs
from chalicelib.rooms.tabs import Lease, LeaseKey, lease_key
from chalicelib.runtime.parallel import together


def reap_tabs(names: Collection[str], now: int) -> dict[str, int]:
    """The reaper's call: deletes what is left of tabs that are over; until when those are there that are not."""
    keys = {name: _key(name) for name in names}
    known = tabs.known_by_key(list(keys.values()), now=now)
    running = {key: int(one.lapses_at_ms) for key, one in known.items() if one.held_at(now)}
    lapsed = [one for key, one in known.items() if key not in running and not one.closed]
    used = tabs.close_lapsed(lapsed, now=now)
    again = running | dict.fromkeys(used, now + MINUTE)  # changed this very moment: the next run sees
    _erase([key for key in keys.values() if key not in again], known, now)
    return {name: again[key] for name, key in keys.items() if key in again}


def _erase(over: Sequence[LeaseKey], known: Mapping[LeaseKey, Lease], now: int) -> None:
    since = {key: _over_since(known.get(key), now) for key in over if _may_hold(known.get(key))}
    found = [one for one in _items_of(sorted({owner for owner, _ in since}), now) if _tab(one) in since]
    for item in found:
        removal.end_showing(item, since[_tab(item)], now=now)
    removal.erase_ended(found, now=now)


def _may_hold(lease: Lease | None) -> bool:
    """One that was closed by its owner may have been so only just; of one unknown nothing is known."""
    return lease is None or bool(lease.closed) or int(lease.staged) > 0


def _over_since(lease: Lease | None, now: int) -> int:
    return now if lease is None or lease.closed else int(lease.lapses_at_ms)


def _items_of(owners: Sequence[str], now: int) -> list[Item]:
    found = together([partial(stored_items, owner, now=now) for owner in owners]) if owners else []
    return [item for some in found for item in some]


def _tab(item: Item) -> LeaseKey:
    return lease_key(item.owner_id, item.tab_id)


def _key(name: str) -> LeaseKey:
    owner_id, _, tab_id = name.partition("/")
    return lease_key(owner_id, tab_id)
