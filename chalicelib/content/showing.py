"""What is staged is shown in a meeting, taken back, taken off; it goes with the meeting, and ends with it (B4–B11)."""

from chalicelib.content import removal
from chalicelib.content.models import Item, Panel, find_item, panel, stored_items, write_moved, write_shown
from chalicelib.content.rules import check_frame, host_of
from chalicelib.content.schemas import As
from chalicelib.lifetimes import MINUTE, SECOND
from chalicelib.rooms import merging
from chalicelib.rooms.organising import require_organiser
from chalicelib.rooms.record_models import Shown
from chalicelib.rooms.room import Room
from chalicelib.rooms.service import read_room
from chalicelib.rooms.shown import find_shown, new_shown, shown_in, tell
from chalicelib.rooms.tabs import Lease
from chalicelib.runtime import events
from chalicelib.runtime.errors import Conflict, NotFound, TooMany, Unavailable
from chalicelib.runtime.ids import RoomId
from chalicelib.runtime.settings import settings
from chalicelib.sessions.models import Session

SHOWN_MAX = 50  # items in a room: their tabs' leases are read in one request of at most 100
SHOWS = 60  # a minute of one session
TRIES = 4  # each further one follows a change made elsewhere at the same moment


def show(content_id: str, room_id: RoomId, shown_as: As, session: Session, *, now: int) -> tuple[Item, Lease]:
    """Everyone in the room sees it, and nobody where it was shown before.

    Raises NotFound for what is not mine and where I am not, Invalid for what must not be framed, Conflict where the
    room is full, TooMany.
    """
    for _ in range(TRIES):
        mine = panel(session.participant_id, now=now)
        item = _mine(mine, content_id)
        room, _members = read_room(room_id, session, now=now)
        if shown_as == "frame":
            check_frame(item.url, settings().origin)
        _check_limits(item, mine, room, now)
        shown = _shown(item, room.room_id, shown_as, now)
        if item.shown_in != room.room_id:
            removal.end_showing(item, now, now=now)
        if write_shown(item, shown, now=now):
            if item.shown_in and item.shown_in != room.room_id:
                tell(item.shown_in, content_id, now=now)
            item.shown_in, item.shown_as = room.room_id, shown_as
            tell(room.room_id, content_id, now=now)
            return item, mine.lease_of(item)
    raise Unavailable("This is being changed elsewhere at the same moment.", retry_after_s=1)


def take_back(content_id: str, session: Session, *, now: int) -> None:
    """It leaves the meeting and stays staged. Raises NotFound for what is not mine."""
    removal.take_back(_mine(panel(session.participant_id, now=now), content_id), now=now)


def take_off(room_id: RoomId, content_id: str, session: Session, *, now: int) -> None:
    """The organiser takes anybody's item off the meeting; it stays staged (B9).

    Raises NotFound for what is not shown there; Unauthenticated, Denied or NotFound for who is not the organiser.
    """
    room = require_organiser(room_id, session, now=now)
    shown = find_shown(room.room_id, content_id, now=now)
    item = None if shown is None else find_item(shown.owner_id, content_id, now=now)
    if item is None or item.shown_in != room.room_id:
        raise NotFound("The meeting shows no such link.")
    removal.take_back(item, now=now)


def withdraw(event: events.MemberLeaving | events.MemberLeft) -> None:
    """Whoever leaves a meeting takes what they show along; it stays staged (B5).

    Before they are gone, so that a leaving that breaks off can be repeated; and after, for what was shown meanwhile.
    """
    for item in stored_items(event.participant_id, now=event.now):
        if item.shown_in and _leads_to(RoomId(item.shown_in), event.room_id, event.now):
            removal.take_back(item, now=event.now)


def follow_merge(event: events.RoomsMerged) -> None:
    """What is shown in a room that turned out to be another goes on there."""
    into = merging.current_room(event.into, now=event.now)
    for shown in shown_in(event.room_id, now=event.now) if into else ():
        if into and into.room_id != event.room_id:
            _move(shown, into.room_id, event.now)


def clear_room(event: events.RoomEnded) -> None:
    """What a meeting shows at its end is deleted from cloud and screens (B11); that it ended says so to everyone."""
    for shown in shown_in(event.room_id, now=event.now):
        item = find_item(shown.owner_id, shown.content_id, now=event.now)
        if item is not None and item.shown_in == event.room_id:
            removal.delete_item(item, now=event.now, told=False)


def _move(shown: Shown, into: RoomId, now: int) -> None:
    for _ in range(TRIES):
        item = find_item(shown.owner_id, shown.content_id, now=now)
        if item is None or item.shown_in != shown.room_id:
            return
        moved = _shown(item, into, str(item.shown_as), int(shown.shown_at_ms))
        if write_moved(item, moved, now=now):
            tell(into, item.content_id, now=now)
            return


def _mine(mine: Panel, content_id: str) -> Item:
    item = mine.item(content_id)
    if item is None:
        raise NotFound("You have staged no such link.")
    return item


def _check_limits(item: Item, mine: Panel, room: Room, now: int) -> None:
    if item.shown_in != room.room_id and len(room.shown) >= SHOWN_MAX:
        raise Conflict(f"A meeting shows at most {SHOWN_MAX} links. Take one back first.")
    if sum(one.shows_by(now) for one in mine.items) >= SHOWS:
        raise TooMany("Wait a minute and try again.", retry_after_s=MINUTE // SECOND)


def _shown(item: Item, room_id: RoomId, shown_as: str, at_ms: int) -> Shown:
    shown = new_shown(room_id, item.content_id, at_ms)
    shown.owner_id, shown.tab_id = item.owner_id, item.tab_id
    shown.url, shown.title, shown.host, shown.shown_as = item.url, item.title, host_of(item.url), shown_as
    return shown


def _leads_to(named: RoomId, room_id: RoomId, now: int) -> bool:
    """Whether an item shown in `named` is shown in `room_id`, or nowhere any more: merges may have broken off."""
    if named == room_id:
        return True
    room = merging.current_room(named, now=now)
    return room is None or room.room_id == room_id
