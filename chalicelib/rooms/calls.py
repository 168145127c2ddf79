"""Members who talk to each other over the network: who is in the call, and what they whisper to set it up (B13).

Sound and pictures go from browser to browser. What is relayed here is neither stored nor logged.
"""

from typing import Literal

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import connections, push
from chalicelib.rooms.call_models import enter_call, entered, find_call, find_callers, leave_call
from chalicelib.rooms.connections import Connection
from chalicelib.rooms.messages import Signal
from chalicelib.rooms.models import find_member
from chalicelib.rooms.record_models import IS_HERE, Member, members
from chalicelib.runtime import limits
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId

CALL_MAX = 6  # people: each sends to every other
SIGNALS = 600  # a minute by one participant: a call of six is set up by a few hundred
ENTRIES = 30  # into a call a minute by one participant; each is told to everybody
SIGNAL_MAX = 16_384  # bytes: a description of a session with all its candidates
Failure = Literal["not-here", "too-large", "too-many"]


def relay(connection_id: ConnectionId, to: str, data: str, *, now: int) -> Failure | None:
    """Passes `data` on to the other's tabs, where both are in the call; why not, where it does not.

    Whoever signals is sent sound and pictures: nobody hears or sees a call without standing in its list.
    """
    if len(data.encode()) > SIGNAL_MAX:
        return "too-large"
    known = connections.find(connection_id, now=now)
    if known is None or (other := _other(known, to, now)) is None:
        return "not-here"
    try:
        limits.count(f"signals/{known.participant_id}", allowed=SIGNALS, window_ms=MINUTE, now=now)
    except TooMany:
        return "too-many"
    push.to_member(other, Signal(other.room_id, known.participant_id, data), now=now)
    return None


def change_call(connection_id: ConnectionId, room_id: RoomId, *, joins: bool, now: int) -> bool:
    """The member joins the room's call or leaves it, and everyone is told; False where they cannot."""
    known = connections.find(connection_id, now=now)
    member = None if known is None else _present(room_id, known.participant_id, now)
    if member is None:
        return False
    if not joins:
        hang_up(member, now=now)
        return True
    if member.participant_id in find_call(room_id, now=now):
        return True
    try:
        limits.count(f"calls/{member.participant_id}", allowed=ENTRIES, window_ms=MINUTE, now=now)
    except TooMany:
        return False
    if members.update((room_id, member.entry), [Member.in_call.set(True)], now=now, where=IS_HERE) is None:
        return False  # they have left the meeting meanwhile
    if not _enter(member, now):
        members.update((room_id, member.entry), [Member.in_call.remove()], now=now)
        return False
    push.call_changed(room_id, now=now)
    return member.participant_id in find_call(room_id, now=now)  # another tab of theirs may have left meanwhile


def hang_up(member: Member, *, now: int) -> None:
    """Whoever goes leaves the call, too, whatever was read of them before."""
    if leave_call(member.room_id, member.participant_id, now=now):
        members.update((member.room_id, member.entry), [Member.in_call.remove()], now=now)
        push.call_changed(RoomId(member.room_id), now=now)


def _enter(member: Member, now: int) -> bool:
    """Where the call is full, whoever's name only stands there makes room: they left, or their process died."""
    room_id = RoomId(member.room_id)
    if enter_call(room_id, member.participant_id, CALL_MAX, now=now):
        return True
    gone = entered(room_id, now=now) - find_call(room_id, now=now)
    if not gone:
        return False
    for one in gone:
        leave_call(room_id, one, now=now)
    return enter_call(room_id, member.participant_id, CALL_MAX, now=now)


def _other(known: Connection, to: str, now: int) -> Member | None:
    """Whom the tab means: somebody else in the call that it is in itself, of a room that it follows."""
    for room in sorted(known.rooms or ()):
        callers = find_callers(room, now=now)
        if to in callers and known.participant_id in callers and to != known.participant_id:
            return callers[to]
    return None


def _present(room_id: RoomId, participant_id: str, now: int) -> Member | None:
    member = find_member(room_id, ParticipantId(participant_id), now=now)
    return member if member is not None and member.here else None
