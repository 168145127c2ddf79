"""What a room shows, as its members see it: whatever its tab and its owner are still there for."""

from collections.abc import Sequence
from typing import Final

from chalicelib.lifetimes import STAGED_NET_MS
from chalicelib.rooms import push
from chalicelib.rooms.messages import ContentRemoved, ContentShown, ContentView
from chalicelib.rooms.models import find_member
from chalicelib.rooms.record_models import SHOWN, RoomEntry, Shown
from chalicelib.rooms.room import Room
from chalicelib.rooms.tabs import Lease, find_lease, held_leases, lease_key
from chalicelib.runtime.ids import ParticipantId, RoomId, is_opaque
from chalicelib.runtime.store import Table

shown_items: Table[Shown] = Table(Shown, "rooms")
WHY: Final = "tab-open"  # the tab that staged it is open; its heartbeats extend it


def shown_key(room_id: str, content_id: str) -> tuple[str, str]:
    return room_id, SHOWN + content_id


def new_shown(room_id: RoomId, content_id: str, now: int) -> Shown:
    """To be filled in by whoever shows it."""
    shown = Shown(*shown_key(room_id, content_id), shown_at_ms=now)
    shown.lives_until(now + STAGED_NET_MS)
    return shown


def shown_in(room_id: RoomId, *, now: int) -> list[Shown]:
    """All that is shown in the room, whether or not its tab is still there."""
    return shown_items.query(room_id, now=now, where=RoomEntry.entry.startswith(SHOWN))


def find_shown(room_id: RoomId, content_id: str, *, now: int) -> Shown | None:
    return shown_items.get(shown_key(room_id, content_id), now=now) if is_opaque(content_id) else None


def room_content(room: Room, *, now: int) -> list[ContentView]:
    """What the room shows at `now`, the oldest first: one request more than reading the room."""
    names = {member.participant_id: member.name for member in room.members}
    shown = with_leases([one for one in room.shown if one.owner_id in names], now=now)
    return [view(one, lease, names[one.owner_id]) for one, lease in shown]


def with_leases(shown: Sequence[Shown], *, now: int) -> list[tuple[Shown, Lease]]:
    """Those whose tabs are there, the oldest first: one request."""
    found = held_leases([_key(one) for one in shown], now=now)
    return [(one, found[_key(one)]) for one in in_order(shown) if _key(one) in found]


def tell(room_id: str, content_id: str, *, now: int) -> None:
    """Everyone in the room learns that the item is shown, and how, or that it is not."""
    room = RoomId(room_id)

    def message(sequence: int) -> ContentShown | ContentRemoved:
        one = find_shown(room, content_id, now=now)
        lease = None if one is None else find_lease(one.owner_id, one.tab_id, now=now)
        owner = None if one is None else find_member(room, ParticipantId(one.owner_id), now=now)
        if one is None or owner is None or lease is None or not lease.held_at(now):
            return ContentRemoved(room, sequence, now, content_id=content_id)
        return ContentShown(room, sequence, now, content=view(one, lease, owner.name))

    push.numbered(room, message, now=now)


def in_order(shown: Sequence[Shown]) -> list[Shown]:
    return sorted(shown, key=lambda one: (int(one.shown_at_ms), one.entry))


def view(one: Shown, lease: Lease, name: str) -> ContentView:
    """`lease` is that of the tab that staged it; `name` its owner's."""
    return ContentView(
        one.content_id,
        one.url,
        one.title,
        one.host,
        one.shown_as,  # type: ignore[arg-type]  # written from the same set of words
        one.owner_id,
        name,
        ends_at_ms(one, lease),
        WHY,
    )


def ends_at_ms(one: Shown, lease: Lease) -> int:
    """With the lease of the tab that staged it, the item ends."""
    return min(int(lease.lapses_at_ms), int(one.expires_at_ms))


def _key(one: Shown) -> tuple[str, str]:
    return lease_key(one.owner_id, one.tab_id)
