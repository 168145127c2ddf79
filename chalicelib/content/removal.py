"""Items that go: taken back from a room, or deleted; whoever is in the room is told (B4)."""

from collections.abc import Callable, Sequence

from chalicelib.content.models import (
    ITEMS_A_TRANSACTION,
    Item,
    find_item,
    panel,
    write_deleted,
    write_erased,
    write_taken_back,
)
from chalicelib.rooms import shown, tabs
from chalicelib.runtime import events
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.ids import RoomId

TRIES = 4  # each further one follows a change made elsewhere at the same moment


def delete(owner_id: str, content_id: str, *, now: int) -> bool:
    """Deletes an item that is there; False where it is not."""
    item = panel(owner_id, now=now).item(content_id)
    return item is not None and delete_item(item, now=now)


def delete_item(item: Item, *, now: int, told: bool = True) -> bool:
    """Deletes the item and what is shown of it; False where it has gone meanwhile."""
    end_showing(item, now, now=now)
    return _gone(item, _delete, now, told)


def take_back(item: Item, *, now: int) -> bool:
    """It stays staged, and is shown no longer; False where it was not."""
    end_showing(item, now, now=now)
    return _gone(item, _take_back, now, told=True)


def erase(some: Sequence[Item], *, now: int) -> None:
    """Deletes items whose tabs are over from now on; together where nothing else happens to them."""
    for item in some:
        end_showing(item, now, now=now)
    erase_ended(some, now=now)


def erase_ended(some: Sequence[Item], *, now: int) -> None:
    """As `erase`, of items that are said to be shown no longer; they may be of many tabs."""
    for start in range(0, len(some), ITEMS_A_TRANSACTION):
        part = some[start : start + ITEMS_A_TRANSACTION]
        if write_erased(part, now=now):
            for item in part:
                _tell(item, now)
        else:
            for item in part:
                _gone(item, _erase, now, told=True)


def end_showing(item: Item, to_ms: int, *, now: int) -> None:
    """Says of what is shown that it was, until then; ahead of what ends it, so that breaking off loses nothing."""
    if item.shown_in and item.shown_at_ms is not None:
        span = int(item.shown_at_ms), max(to_ms, int(item.shown_at_ms))
        events.publish(events.ShowingEnding(RoomId(item.shown_in), item.content_id, *span, now))


def _gone(item: Item, write: Callable[[Item, int], bool | None], now: int, told: bool) -> bool:
    """Until `write` succeeds; None means that there is nothing to do."""
    known: Item | None = item
    for _ in range(TRIES):
        done = None if known is None else write(known, now)
        if known is None or done is None:
            return False
        if done:
            if told:
                _tell(known, now)
            return True
        known = find_item(item.owner_id, item.content_id, now=now)
    raise Unavailable("This is being changed elsewhere at the same moment.", retry_after_s=1)


def _take_back(item: Item, now: int) -> bool | None:
    return write_taken_back(item, now=now) if item.shown_in else None


def _delete(item: Item, now: int) -> bool:
    """Its tab's row is there for a day after the tab; without it there is nothing to count."""
    counted = tabs.find_lease(item.owner_id, item.tab_id, now=now) is not None
    return write_deleted(item, now=now) if counted else write_erased([item], now=now)


def _erase(item: Item, now: int) -> bool:
    return write_erased([item], now=now)


def _tell(item: Item, now: int) -> None:
    if item.shown_in:
        shown.tell(item.shown_in, item.content_id, now=now)
