"""From pairs that heard one room to one meeting, whichever clip came first, last or twice.

A participant is seated once, by one conditional write; rooms found to be one (evidence.py) become the oldest of them.
So whatever the order, the members of a connected group end in its oldest room.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from chalicelib.joining.evidence import Agree, Bond, Ear, bond
from chalicelib.joining.models import Seat
from chalicelib.joining.seat_models import find_seat, given_up_before, new_seat, read_seat, seats, undo_seat
from chalicelib.joining.seating import Placed, arrivals_for, must_knock, receive, sit, tell, undo
from chalicelib.rooms import merging, service as rooms
from chalicelib.rooms.models import changing, find_member, member_key, new_head
from chalicelib.rooms.record_models import Member, heads, members
from chalicelib.rooms.room import Room
from chalicelib.runtime.ids import ParticipantId, RoomId, derived
from chalicelib.runtime.parallel import together
from chalicelib.sessions import models as sessions

ROUNDS_MAX = 4  # each further round follows a write that someone else made meanwhile


def gather(mine: Ear, heard: Sequence[Ear], agree: Agree, *, now: int, rounds: int = ROUNDS_MAX) -> RoomId | None:
    """Brings the clip and those it matches into one room: the room of `mine`. `agree` tells if two clips match."""
    known = {ear.room_id for ear in (mine, *heard) if ear.room_id}
    if not known:
        placed = _open([mine, *heard], now)
    elif len(known) == 1:
        placed = _join([mine, *heard], known.pop(), now)
    else:
        placed = _settle(mine, heard, known, agree, now)
    if placed is not None or not rounds:
        return (placed or {}).get(mine.participant_id)
    again = [_look_again(ear, now) for ear in (mine, *heard)]
    return gather(again[0], again[1:], agree, now=now, rounds=rounds - 1)


def _open(everyone: Sequence[Ear], now: int) -> Placed | None:
    """A new room for all; who sees the same clips derives the same room, so that two who open it open one."""
    first = min(everyone, key=lambda ear: (ear.start_ms, ear.clip_id))
    room_id = RoomId(derived("room", *first.clip_id))
    arrivals = arrivals_for(everyone, room_id, now)
    steps = [partial(sit, ear, member, now, first.start_ms) for ear, member in arrivals.items()]
    seated = together([*steps, partial(_write_room, room_id, first.start_ms)])[:-1]
    return receive(arrivals, seated, now)


def _join(everyone: Sequence[Ear], room_id: RoomId, now: int) -> Placed | None:
    """Those without a seat take one in a room that there is. None where someone was seated elsewhere meanwhile."""
    arrivals = arrivals_for([ear for ear in everyone if not ear.seated], room_id, now)
    steps: list[Callable[[], object]] = [partial(sit, ear, member, now) for ear, member in arrivals.items()]
    steps.append(partial(merging.current_room, room_id, now=now))
    results = together(steps)
    seated, room = dict(zip(arrivals, map(bool, results), strict=False)), results[-1]
    if not isinstance(room, Room):
        _clear_up(everyone, arrivals, room_id, now)
        return None
    welcome = {ear: member for ear, member in arrivals.items() if not _is_kept_out(ear, room, seated[ear], now)}
    for ear, member in welcome.items() if room.asks(None) else ():
        if not ear.room_id:
            members.create(member, now=now)  # who runs the meeting need not knock
    return receive(welcome, [seated[ear] for ear in welcome], now)


def _clear_up(everyone: Sequence[Ear], arrivals: Iterable[Ear], room_id: RoomId, now: int) -> None:
    """The room is not there yet, or not any more."""
    opening = _finish_opening([ear for ear in everyone if ear.seated], room_id, now)
    for ear in arrivals if opening else everyone:  # otherwise the meeting has ended: its seats are worth nothing
        members.delete(member_key(room_id, ParticipantId(ear.participant_id)))
        undo_seat(ear.participant_id, room_id)


def _is_kept_out(ear: Ear, room: Room, seated: bool, now: int) -> bool:
    """Whoever has to knock was not let in, and their seat is taken back."""
    session = sessions.find(ear.session_id, now=now) if room.asks(None) else None
    if session is None or not must_knock(ear, session, room, now):
        return False
    if seated:
        undo_seat(ear.participant_id, room.room_id)
    return True


def _finish_opening(seated: Sequence[Ear], room_id: RoomId, now: int) -> bool:
    """Where seats are taken in a room that is not written yet, or whose opener died, writes it as they would have."""
    for ear in seated:
        seat = read_seat(ear.participant_id, now=now)
        if seat is not None and seat.room_id == room_id and seat.opened_at_ms is not None:
            return heads.create(new_head(room_id, int(seat.opened_at_ms)), now=now)
    return False


def _settle(mine: Ear, heard: Sequence[Ear], known: Collection[RoomId], agree: Agree, now: int) -> Placed | None:
    """Brings together those rooms that surely are one, and the newcomers to `mine`; nobody where no room is left."""
    ears, found = dict[RoomId, list[Ear]](), dict[RoomId, Room]()
    now_in = together([partial(merging.current_room, room_id, now=now) for room_id in known])
    for room_id, room in zip(known, now_in, strict=True):
        if room is not None:
            found[room.room_id] = room
            ears.setdefault(room.room_id, []).extend(one for one in (mine, *heard) if one.room_id == room_id)
    hosts, moved = list[Room](), Placed()
    for room in sorted(found.values(), key=lambda one: one.age):
        came = _bring_together(hosts, room, ears, agree, now)
        if came is None:
            return None
        moved |= came
    if not hosts:
        return {}
    _knock_at_the_others(hosts, ears, mine, now)
    target = max(hosts, key=lambda host: (mine in ears[host.room_id], len(ears[host.room_id]))).room_id
    newcomers = [one for one in (mine, *heard) if not one.room_id]
    placed = _join([*ears[target], *newcomers], target, now)
    return None if placed is None else moved | placed


def _bring_together(
    hosts: list[Room], room: Room, ears: dict[RoomId, list[Ear]], agree: Agree, now: int
) -> Placed | None:
    """Adds the next younger room to `hosts`, or to one of them; who moved to another room by that.

    None where someone else has merged or ended one of them meanwhile.
    """
    for host in hosts:
        match bond(host, room, ears, agree, now=now):
            case Bond.ONE:
                merging.merge_rooms(host.room_id, room.room_id, now=now)
                ears[host.room_id] += ears[room.room_id]
            case Bond.YOUNGER_COMES:
                return _move(ears[room.room_id], room, host, now)
            case Bond.OLDER_COMES:
                hosts[hosts.index(host)] = room
                return _move(ears[host.room_id], host, room, now)
            case Bond.CHANGED:
                return None
            case Bond.NONE:
                continue
        return {}
    hosts.append(room)
    return {}


def _move(alone: Sequence[Ear], waited: Room, host: Room, now: int) -> Placed:
    """Whoever sat alone in a room comes to where several are; that room stays what it was."""
    moved = Placed()
    for ear, member in arrivals_for(alone, host.room_id, now).items():
        former = find_member(waited.room_id, ParticipantId(ear.participant_id), now=now)
        if former is None or not _change_rooms(ear, member, former, now):
            continue  # elsewhere meanwhile, or there already
        there = tell(replace(ear, room_id=None), member, now)
        if there is not None:
            moved[ear.participant_id] = there
        else:  # it has ended under way
            undo(member)
        rooms.see_off(former, now=now) if there else members.create(former, now=now)
    return moved


def _change_rooms(ear: Ear, member: Member, former: Member, now: int) -> bool:
    """Seat and membership go over together, so that nobody is in two meetings, whatever dies when."""
    whole = changing(member, former, now=now)
    seat = new_seat(ear.participant_id, RoomId(member.room_id), now=now, opened_at_ms=None)
    whole.create(seats, seat, over=(Seat.room_id == ear.room_id) | given_up_before(ear.heard_at_ms))
    return whole.commit()


def _knock_at_the_others(hosts: Iterable[Room], ears: dict[RoomId, list[Ear]], mine: Ear, now: int) -> None:
    """A meeting that asks everybody to knock does not merge: who heard it from another one knocks at it."""
    asking = [room for room in hosts if room.asks(None)]
    for room in asking:
        heard_it = [ear for group in ears.values() for ear in group] if mine in ears[room.room_id] else [mine]
        inside = {ear.participant_id for other in asking for ear in ears[other.room_id]}
        arrivals_for([ear for ear in heard_it if ear.participant_id not in inside], room.room_id, now, room)


def _write_room(room_id: RoomId, opened_at_ms: int) -> bool:
    """The same again changes nothing."""
    heads.put(new_head(room_id, opened_at_ms))
    return True


def _look_again(ear: Ear, now: int) -> Ear:
    seat = find_seat(ear.participant_id, now=now)
    if seat is None:
        return replace(ear, room_id=None, seated=False) if ear.seated else ear
    return replace(ear, room_id=seat, seated=True)
