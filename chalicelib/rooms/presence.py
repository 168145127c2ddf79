"""Who is present in a meeting, and when an empty one ends (B11).

A tab with a lease is heard of every two minutes; its socket may close and open again in between without anyone
noticing. Somebody is away five minutes after the last heartbeat of any of their tabs in the room, and was so from that
heartbeat on. A connection whose tab has no lease says so itself: it is open or not. Where no tab has followed the room,
any tab of theirs counts: not every program opens a socket. Whoever is present has an entry with the reaper, from their
arrival on, which looks after them; a meeting that was left by everybody has one, too.
"""

from chalicelib.lifetimes import AWAY_AFTER_MS, EMPTY_FOR_MS, MINUTE
from chalicelib.privacy import service as privacy
from chalicelib.rooms import calls, connections, ending, push
from chalicelib.rooms.connections import Connection
from chalicelib.rooms.models import empty_since, find_member, find_room, forget_empty, note_empty
from chalicelib.rooms.record_models import IS_HERE, Member, members
from chalicelib.rooms.room import Room
from chalicelib.rooms.tabs import Lease, known_leases, tabs_of
from chalicelib.runtime import events, expiry, live
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId

TABS_MAX = 50  # of one member, which are remembered
TABS_OVER_MAX = 10  # of one member, which are remembered in vain
PRESENT = "presence"  # kind of expiry entries


def watch(member: Member, *, now: int) -> None:
    """Has the reaper look after somebody who has just come, or whose tab has; the same again is one look."""
    who = f"{member.room_id}.{member.participant_id}"
    expiry.file(PRESENT, who, _full_minute(now + AWAY_AFTER_MS), now=now)


def follow(member: Member, connection: Connection, *, now: int) -> None:
    """A tab of theirs follows the room; `member` was read after it was listed there, and may be found away again."""
    if connection.tab_id and connection.tab_id not in (member.tabs or ()):
        _remember_tab(member, connection.tab_id, now)
    come_back(member, now=now)


def come_back(member: Member, *, now: int) -> None:
    """They are there; whoever was away is announced."""
    key = (member.room_id, member.entry)
    watch(member, now=now)
    if member.here:
        return
    back = [Member.here.set(True), Member.away_since_ms.remove(), Member.back_since_ms.set(now)]
    if members.update(key, back, now=now, where=Member.here == False) is not None:  # noqa: E712 - a condition
        push.came_or_went(member, now=now)


def _remember_tab(member: Member, tab_id: str, now: int) -> None:
    """One more tab that has followed the room; of many, those that are not there any more are forgotten."""
    key = (member.room_id, member.entry)
    if len(member.tabs or ()) < TABS_MAX:
        members.update(key, [Member.tabs.add({tab_id})], now=now)
        return
    there = sorted(str(lease.tab_id) for lease in _leases(member, now) if lease.held_at(now))
    members.update(key, [Member.tabs.set({*there[: TABS_MAX - 1], tab_id})], now=now)


def lose_connection(room_id: RoomId, known: Connection, *, now: int) -> None:
    """A socket has closed. Where the tab's lease runs, the reaper will see; otherwise who has none left is away."""
    member = find_member(room_id, ParticipantId(known.participant_id), now=now)
    if member is None or not member.here or connections.tabs_following(room_id, known.session_id, now=now):
        return
    if not any(_is_fresh(lease, now) for lease in _leases(member, now)):
        go_away(member, now, now=now)


def close_tab(participant_id: str, tab_id: str, room_id: str | None, *, now: int) -> None:
    """A tab was closed by its owner: whoever has no other in their meeting is away at once."""
    member = find_member(RoomId(room_id), ParticipantId(participant_id), now=now) if room_id else None
    if member is None or not member.here or tab_id not in (member.tabs or ()):
        return
    others = [one for one in _followers(member, now) if one.tab_id != tab_id]
    if not others and not any(_is_fresh(lease, now) for lease in _leases(member, now)):
        go_away(member, now, now=now)


def look_after(name: str, now: int) -> int | None:
    """The reaper's call about one who was present: until when they are without a further heartbeat, if they are."""
    room_id, _, participant_id = name.partition(".")
    member = find_member(RoomId(room_id), ParticipantId(participant_id), now=now)
    if member is None or not member.here:
        if member is not None and _is_there(member, now):
            come_back(member, now=now)
        elif empty_since(RoomId(room_id), now=now) is None:
            look_at_room(RoomId(room_id), now, now=now)  # where the process that let them go has died
        return None
    found = _leases(member, now)
    _forget_old_tabs(member, found, now)
    heard = [int(lease.heard_at_ms) for lease in found if not lease.closed]
    if heard and max(heard) + AWAY_AFTER_MS > now:
        return max(heard) + AWAY_AFTER_MS
    leased = {str(lease.tab_id) for lease in found}
    followers = _followers(member, now)
    if any(one.tab_id not in leased for one in followers):
        return now + AWAY_AFTER_MS
    _prune(followers, now)
    # without a lease they were there at the last look, or have come since
    unheard = max(int(member.joined_at_ms), now - AWAY_AFTER_MS)
    go_away(member, max((int(lease.heard_at_ms) for lease in found), default=unheard), now=now)
    return None


def look_at_room(room_id: RoomId, since_ms: int, *, now: int) -> None:
    """Where nobody is present any more, the meeting waits for ten minutes and ends.

    Whoever went at `since_ms` may be known to have gone later than others who went after them.
    """
    room = find_room(room_id, now=now)
    if room is not None and _is_empty(room):
        went = [int(member.away_since_ms) for member in room.members if member.away_since_ms]
        last_ms = max(since_ms, room.left_at_ms, *went)
        note_empty(room_id, last_ms, now=now)
        expiry.file(ending.EMPTY, room_id, _full_minute(last_ms + EMPTY_FOR_MS), now=now)


def end_if_empty(name: str, now: int) -> int | None:
    """The reaper's call about a room that was left: ends it, unless somebody is there or was there meanwhile.

    People may have had a look before it begins: it waits for them, and for ten minutes after its start.
    """
    room_id = RoomId(name)
    room = find_room(room_id, now=now)
    if room is None:
        return _end(room_id, now)  # an end that broke off, or was a crowd's, is finished
    if not _is_empty(room) or _came_back(room, now):
        forget_empty(room_id)
        return None
    since_ms = empty_since(room_id, now=now)
    if since_ms is None:
        note_empty(room_id, now, now=now)
    ends_at_ms = max(now if since_ms is None else since_ms, room.planned_start_ms or 0) + EMPTY_FOR_MS
    if ends_at_ms > now:
        return ends_at_ms
    return _end(room_id, now)


def _end(room_id: RoomId, now: int) -> int | None:
    return None if ending.end_room(room_id, now=now) else now


def go_away(member: Member, since_ms: int, *, now: int) -> None:
    """They are shown no more, from then on; the membership stays.

    Of a tab that comes back at the same moment, either `follow` sees that they are away, or the second look sees it.
    """
    end_stay(member, since_ms, now=now)
    away = [Member.here.set(False), Member.away_since_ms.set(since_ms), Member.in_call.remove()]
    gone = members.update((member.room_id, member.entry), away, now=now, where=IS_HERE)
    if gone is None:
        return
    calls.hang_up(gone, now=now)
    if _is_there(gone, now):
        come_back(gone, now=now)
        return
    push.came_or_went(member, left_at_ms=since_ms, now=now)
    if privacy.is_gone(privacy.guest(member.participant_id), now=now):  # who came in while they were being erased
        members.delete((member.room_id, member.entry))
    look_at_room(RoomId(member.room_id), since_ms, now=now)


def end_stay(member: Member, to_ms: int, *, now: int) -> None:
    """Says of one who is present that they were, until then; ahead of what makes them absent."""
    if member.here:
        stay = member.participant_id, member.name, member.came_at_ms, max(to_ms, member.came_at_ms)
        events.publish(events.StayEnding(RoomId(member.room_id), *stay, now, member.email))


def _is_empty(room: Room) -> bool:
    return room.merged_into is None and not any(member.here for member in room.members)


def _came_back(room: Room, now: int) -> bool:
    """Whether somebody is there although the process that was to show them has died; they are shown."""
    listed = {one.participant_id for one in connections.room_connections(room.room_id, now=now)}
    found = [one for one in room.members if one.participant_id in listed and _is_there(one, now)]
    for member in found:
        come_back(member, now=now)
    return bool(found)


def _is_there(member: Member, now: int) -> bool:
    """Whether a tab of theirs was heard of, or follows the room; one that its owner has closed may do so still."""
    found = _leases(member, now)
    closed = {str(lease.tab_id) for lease in found if lease.closed}
    return any(_is_fresh(one, now) for one in found) or any(one.tab_id not in closed for one in _followers(member, now))


def _leases(member: Member, now: int) -> list[Lease]:
    if not member.tabs:
        return tabs_of(ParticipantId(member.participant_id), now=now)
    return known_leases(member.participant_id, sorted(member.tabs), now=now)


def _is_fresh(lease: Lease, now: int) -> bool:
    return not lease.closed and int(lease.heard_at_ms) + AWAY_AFTER_MS > now


def _followers(member: Member, now: int) -> list[Connection]:
    """The connections that follow the room for them, each with its tab."""
    listed = connections.room_connections(member.room_id, now=now)
    mine = [ConnectionId(one.connection_id) for one in listed if one.participant_id == member.participant_id]
    return connections.find_all(mine, now=now)


def _forget_old_tabs(member: Member, found: list[Lease], now: int) -> None:
    """Every reload of a page brings another."""
    over = {str(lease.tab_id) for lease in found if not lease.held_at(now)}
    if len(over) > TABS_OVER_MAX:
        members.update((member.room_id, member.entry), [Member.tabs.delete(over)], now=now)


def _prune(stale: list[Connection], now: int) -> None:
    """Sockets that nobody is behind any more; a page that wakes up opens another."""
    ids = [ConnectionId(one.connection_id) for one in stale]
    connections.remove_all(ids, now=now)
    live.close(ids)


def _full_minute(at_ms: int) -> int:
    """When the reaper comes by after it: so that many looks at the same are one entry."""
    return -(-at_ms // MINUTE) * MINUTE
