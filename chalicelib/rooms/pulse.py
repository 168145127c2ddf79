"""A room's pulse: little enough to be felt every minute, and enough to tell whether a screen is behind.

What has happened is written first and told afterwards. Where a process dies in between, or a message is lost, the next
pulse shows it: what it says is read, not remembered.
"""

from chalicelib.rooms import connections
from chalicelib.rooms.messages import Beat, Pulse
from chalicelib.rooms.record_models import SEQUENCE, RoomEntry, Sequence, Shown, entries
from chalicelib.rooms.shown import views
from chalicelib.runtime.ids import ConnectionId

# in the order of keys this entry and those of what is shown are a room's last: they are one Query
_FROM_HERE = RoomEntry.entry >= SEQUENCE


def feel_pulse(connection_id: ConnectionId, room_id: str, *, now: int) -> Pulse | None:
    """Of a room that the connection follows; None of any other."""
    known = connections.find(connection_id, now=now)
    if known is None or room_id not in (known.rooms or ()):
        return None
    found = entries.query(room_id, now=now, where=_FROM_HERE)
    number = next((int(one.number) for one in found if isinstance(one, Sequence)), 0)
    shown = views([one for one in found if isinstance(one, Shown)], now=now)
    return Pulse(room_id, number, {one.content_id: Beat(one.shown_as, one.expires_at_ms) for one in shown})
