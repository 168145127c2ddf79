"""Staged items, beside their tabs under the participant; what is shown is written in the room in the same transaction.

Every change of an item holds only where it is shown as it was read, so that item and room never differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.lifetimes import MINUTE, STAGED_CONTENT, STAGED_NET_MS
from chalicelib.privacy.service import forbid_gone, guest
from chalicelib.rooms.models import member_key
from chalicelib.rooms.record_models import Shown, members
from chalicelib.rooms.shown import shown_items, shown_key
from chalicelib.rooms.tabs import Lease, TabEntry, entries, held, lease_key, leases
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import ParticipantId, RoomId, TabId, is_opaque, opaque
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.store import Table
from chalicelib.runtime.transactions import Transaction

ITEM = "item#"
ITEMS_A_TAB = 50
ITEMS_A_TRANSACTION = 50  # each with what is shown of it: 100 writes, DynamoDB quota


class Item(TabEntry, discriminator="item"):
    """A staged link. It is there as long as its tab is."""

    tab_id = UnicodeAttribute()
    url = UnicodeAttribute()
    title = UnicodeAttribute(null=True)
    staged_at_ms = NumberAttribute()
    shown_in = UnicodeAttribute(null=True)  # a room
    shown_as = UnicodeAttribute(null=True)
    shown_at_ms = NumberAttribute(null=True)  # there, since when
    shows_minute = NumberAttribute(null=True)  # in which it was last shown,
    shows = NumberAttribute(default=0)  # and how often in that minute

    @property
    def content_id(self) -> str:
        return str(self.entry).removeprefix(ITEM)

    def shows_by(self, now: int) -> int:
        """How often it was shown in the minute of `now`: so a flood is noticed without a write more."""
        return int(self.shows) if self.shows_minute == now // MINUTE else 0


items: Table[Item] = Table(Item, "tabs")


@dataclass(frozen=True)
class Panel:
    """What one participant has staged: items and tabs that are there."""

    items: Sequence[Item]
    leases: dict[str, Lease]  # by tab

    def item(self, content_id: str) -> Item | None:
        return next((one for one in self.items if one.content_id == content_id), None)

    def lease_of(self, item: Item) -> Lease:
        return self.leases[item.tab_id]


def panel(owner_id: str, *, now: int) -> Panel:
    """Everything of the participant that is there: one Query."""
    found = entries.query(owner_id, now=now)
    tabs = {str(one.tab_id): one for one in found if isinstance(one, Lease) and one.held_at(now)}
    mine = [one for one in found if isinstance(one, Item) and one.tab_id in tabs]
    return Panel(sorted(mine, key=lambda one: (int(one.staged_at_ms), one.entry)), tabs)


def stored_items(owner_id: str, *, now: int) -> list[Item]:
    """The participant's items, also those whose tab is over: for whoever deletes or withdraws them."""
    return items.query(owner_id, now=now, where=TabEntry.entry.startswith(ITEM))


def find_item(owner_id: str, content_id: str, *, now: int) -> Item | None:
    """As `stored_items`."""
    return items.get((owner_id, ITEM + content_id), now=now) if is_opaque(content_id) else None


def new_item(owner_id: str, tab_id: TabId, url: str, title: str | None, now: int) -> Item:
    item = Item(owner_id, ITEM + opaque(), tab_id=tab_id, url=url, title=title, staged_at_ms=now)
    item.lives_until(now + STAGED_NET_MS)
    return item


def write_staged(item: Item, *, now: int) -> bool:
    """False where the tab is not there, or is full, or its owner was erased."""
    both = Transaction(now=now)
    room_left = held(now) & (Lease.staged < ITEMS_A_TAB)
    both.update(leases, _lease(item), [Lease.staged.add(1)], where=room_left)
    both.create(items, item)
    forbid_gone(both, guest(item.owner_id))
    return both.commit()


def write_shown(item: Item, shown: Shown, *, now: int) -> bool:
    """False where the item has changed since it was read, or its owner is not in the room any more."""
    both = Transaction(now=now)
    counted = [Item.shows_minute.set(now // MINUTE), Item.shows.set(item.shows_by(now) + 1)]
    both.update(items, item, [*_shown(item, shown), *counted], where=_as_read(item))
    both.put(shown_items, shown)
    if item.shown_in and item.shown_in != shown.room_id:
        both.delete(shown_items, _shown_of(item))
    both.require(members, members.bare(member_key(RoomId(shown.room_id), ParticipantId(item.owner_id))))
    return both.commit()


def write_moved(item: Item, shown: Shown, *, now: int) -> bool:
    """As `write_shown`, for an item whose room has become another; its owner is there, or about to be."""
    both = Transaction(now=now)
    both.update(items, item, _shown(item, shown), where=_as_read(item))
    both.put(shown_items, shown)
    both.delete(shown_items, _shown_of(item))
    return both.commit()


def write_taken_back(item: Item, *, now: int) -> bool:
    """False where the item has changed since it was read."""
    both = Transaction(now=now)
    both.update(
        items, item, [Item.shown_in.remove(), Item.shown_as.remove(), Item.shown_at_ms.remove()], where=_as_read(item)
    )
    both.delete(shown_items, _shown_of(item))
    return both.commit()


def write_deleted(item: Item, *, now: int) -> bool:
    """As `write_taken_back`; its tab has room for one more."""
    both = Transaction(now=now)
    _delete(both, item)
    both.update(leases, _lease(item), [Lease.staged.add(-1)])
    return both.commit()


def write_erased(some: Sequence[Item], *, now: int) -> bool:
    """Deletes up to 50 items whose tab is over, with all that is shown of them; False where one has changed."""
    both = Transaction(now=now)
    for item in some:
        _delete(both, item)
    return both.commit()


def _delete(both: Transaction, item: Item) -> None:
    both.delete(items, item, where=_as_read(item))
    if item.shown_in:
        both.delete(shown_items, _shown_of(item))


def _as_read(item: Item) -> Condition:
    same = Item.shown_in == item.shown_in if item.shown_in else Item.shown_in.does_not_exist()
    unchanged: Condition = Item.tab_id.exists() & same
    return unchanged


def _shown(item: Item, shown: Shown) -> list[Action]:
    """Shown there in another way it has been shown there all along."""
    at_ms = item.shown_at_ms if item.shown_in == shown.room_id and item.shown_at_ms else shown.shown_at_ms
    return [Item.shown_in.set(shown.room_id), Item.shown_as.set(shown.shown_as), Item.shown_at_ms.set(at_ms)]


def _shown_of(item: Item) -> Shown:
    return shown_items.bare(shown_key(str(item.shown_in), item.content_id))


def _lease(item: Item) -> Lease:
    return leases.bare(lease_key(item.owner_id, item.tab_id))


def _items_there(owner_id: str, *, now: int) -> Sequence[Item]:
    return panel(owner_id, now=now).items


def _items_of(person: Person, now: int) -> list[Item]:
    """What is there for a reader; as of ever whatever is stored, also of tabs that are over."""
    find = stored_items if now == holdings.EVER else _items_there
    return list(chained(partial(find, now=now), sorted(person.participants)))


def _staged(one: Item) -> dict[str, Any]:
    shown = {"shown_in": one.shown_in, "staged_at_ms": int(one.staged_at_ms)}
    return {"content_id": one.content_id, "url": one.url, "title": one.title, "tab_id": one.tab_id, **shown}


def _delete_all(found: Sequence[Item], _: Person, now: int) -> None:
    for item in found:
        write_erased([item], now=now)  # with what is shown of it; one that has changed is found again


holdings.hold(Item, items, STAGED_CONTENT, find=_items_of, export=_staged, erase=_delete_all, at_once=True)
