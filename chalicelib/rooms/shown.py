"""What a room shows, as its members see it: whatever its tab and its owner are still there for."""

from collections.abc import Sequence
from typing import Final

from chalicelib.rooms.messages import ContentView
from chalicelib.rooms.models import Room, Shown
from chalicelib.rooms.tabs import Lease, held_leases, lease_key

WHY: Final = "tab-open"  # the tab that staged it is open; its heartbeats extend it


def room_content(room: Room, *, now: int) -> list[ContentView]:
    """What the room shows at `now`, the oldest first: one request more than reading the room."""
    inside = {member.participant_id for member in room.members}
    shown = [one for one in room.shown if one.owner_id in inside]
    found = held_leases([_key(one) for one in shown], now=now)
    return [view(one, found[_key(one)]) for one in in_order(shown) if _key(one) in found]


def in_order(shown: Sequence[Shown]) -> list[Shown]:
    return sorted(shown, key=lambda one: (int(one.shown_at_ms), one.entry))


def view(one: Shown, lease: Lease) -> ContentView:
    """`lease` is that of the tab that staged it; with it, the item ends."""
    return ContentView(
        one.content_id,
        one.url,
        one.title,
        one.host,
        one.shown_as,  # type: ignore[arg-type]  # written from the same set of words
        one.owner_id,
        min(int(lease.lapses_at_ms), int(one.expires_at_ms)),
        WHY,
    )


def _key(one: Shown) -> tuple[str, str]:
    return lease_key(one.owner_id, one.tab_id)
