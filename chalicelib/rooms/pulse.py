"""A room's pulse: little enough to be felt every minute, and enough to tell whether a screen is behind.

What has happened is written first and told afterwards. Where a process dies in between, or a message is lost, the next
pulse shows it: what it says is read, not remembered.
"""

from chalicelib.rooms import connections
from chalicelib.rooms.messages import Beat, Pulse
from chalicelib.rooms.record_models import PULSE, RoomEntry, Sequence, Shown, entries
from chalicelib.rooms.shown import ends_at_ms, with_leases
from chalicelib.rooms.tabs import Lease
from chalicelib.runtime.ids import ConnectionId


def feel_pulse(connection_id: ConnectionId, room_id: str, *, now: int) -> Pulse | None:
    """Of a room that the connection follows; None of any other."""
    known = connections.find(connection_id, now=now)
    if known is None or room_id not in (known.rooms or ()):
        return None
    found = entries.query(room_id, now=now, where=RoomEntry.entry.startswith(PULSE))
    number = next((int(one.number) for one in found if isinstance(one, Sequence)), 0)
    shown = with_leases([one for one in found if isinstance(one, Shown)], now=now)
    return Pulse(room_id, number, {one.content_id: _beat(one, lease) for one, lease in shown})


def _beat(one: Shown, lease: Lease) -> Beat:
    return Beat(one.shown_as, ends_at_ms(one, lease))  # type: ignore[arg-type]  # written from the same set of words
