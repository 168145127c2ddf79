"""Members who talk to each other over the network: who is in the call, and what they whisper to set it up (B13).

Sound and pictures go from browser to browser. What is relayed here is neither stored nor logged.
"""

from collections.abc import Iterator
from typing import Literal

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import connections, push
from chalicelib.rooms.connections import Connection
from chalicelib.rooms.messages import Signal
from chalicelib.rooms.models import enter_call, find_call, find_member, leave_call, members_of
from chalicelib.rooms.record_models import Member, members
from chalicelib.runtime import limits
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId

CALL_MAX = 6  # people: each sends to every other
SIGNALS = 600  # a minute by one participant: a call of six is set up by a few hundred
ENTRIES = 30  # into a call a minute by one participant; each is told to everybody
SIGNAL_MAX = 16_384  # bytes: a description of a session with all its candidates
Failure = Literal["not-here", "too-large", "too-many"]


def relay(connection_id: ConnectionId, to: str, data: str, *, now: int) -> Failure | None:
    """Passes `data` on to the other member's tabs; why not, where it does not."""
    if len(data.encode()) > SIGNAL_MAX:
        return "too-large"
    known = connections.find(connection_id, now=now)
    both = None if known is None else next(_common(known, to, now), None)
    if both is None:
        return "not-here"
    me, other = both
    try:
        limits.count(f"signals/{me.participant_id}", allowed=SIGNALS, window_ms=MINUTE, now=now)
    except TooMany:
        return "too-many"
    push.to_member(other, Signal(me.room_id, me.participant_id, data), now=now)
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
    if not _enter(member, now):
        return False
    members.update((room_id, member.entry), [Member.in_call.set(True)], now=now)
    push.call_changed(room_id, now=now)
    return True


def hang_up(member: Member, *, now: int) -> None:
    """Whoever goes leaves the call, too."""
    if member.in_call:
        leave_call(member.room_id, {member.participant_id}, now=now)
        members.update((member.room_id, member.entry), [Member.in_call.remove()], now=now)
        push.call_changed(RoomId(member.room_id), now=now)


def _enter(member: Member, now: int) -> bool:
    """Where the call is full, whoever is in it without being here makes room: their process may have died."""
    room_id = RoomId(member.room_id)
    if enter_call(room_id, member.participant_id, CALL_MAX, now=now):
        return True
    here = {one.participant_id for one in members_of(room_id, now=now) if one.here}
    gone = find_call(room_id, now=now) - here
    if not gone:
        return False
    leave_call(room_id, gone, now=now)
    return enter_call(room_id, member.participant_id, CALL_MAX, now=now)


def _common(known: Connection, to: str, now: int) -> Iterator[tuple[Member, Member]]:
    """The two of them in each room that the tab follows and both are present in."""
    for room in sorted(known.rooms or ()):
        me, other = (_present(RoomId(room), who, now) for who in (str(known.participant_id), to))
        if me is not None and other is not None and me.participant_id != other.participant_id:
            yield me, other


def _present(room_id: RoomId, participant_id: str, now: int) -> Member | None:
    member = find_member(room_id, ParticipantId(participant_id), now=now)
    return member if member is not None and member.here else None
