"""Who is in a room's call: at most six, kept in one row, which one conditional write enters.

The row alone proves nothing: whoever has left the meeting, or whose process died half way, is in no call although their
name still stands there. It counts for as long as the member is here and says the same; it makes room when needed.
"""

from collections.abc import Iterable

from pynamodb.expressions.condition import size

from chalicelib.lifetimes import MEETING
from chalicelib.rooms.record_models import CALL, MEMBER, Call, Member, calls, members
from chalicelib.runtime.ids import RoomId


def enter_call(room_id: RoomId, participant_id: str, most: int, *, now: int) -> bool:
    """Puts the participant into the room's call; False where `most` others are in it."""
    call = Call(room_id, CALL, people={participant_id})
    call.lives_until(MEETING.deadline(now))
    if calls.create(call, now=now):
        return True
    few = size(Call.people) < most  # type: ignore[no-untyped-call]  # of PynamoDB's, without a type
    room_left = Call.people.does_not_exist() | few | Call.people.contains(participant_id)
    return calls.update((room_id, CALL), [Call.people.add({participant_id})], now=now, where=room_left) is not None


def leave_call(room_id: str, participant_id: str, *, now: int) -> bool:
    """Whether their name stood in the row."""
    stands, taken = Call.people.contains(participant_id), [Call.people.delete({participant_id})]
    return calls.update((room_id, CALL), taken, now=now, where=stands) is not None


def entered(room_id: str, *, now: int) -> set[str]:
    """Whose names stand in the row."""
    call = calls.get((room_id, CALL), now=now)
    return set() if call is None else set(call.people or ())


def find_callers(room_id: str, *, now: int) -> dict[str, Member]:
    """Those in the room's call, by participant: two small reads, however many are in the meeting."""
    names = sorted(entered(room_id, now=now))
    return _talking(members.get_many([(room_id, MEMBER + one) for one in names], now=now))


def find_call(room_id: str, *, now: int) -> set[str]:
    """The participants in the room's call."""
    return set(find_callers(room_id, now=now))


def in_call(call: Call | None, everyone: Iterable[Member]) -> set[str]:
    """The same, where all has been read already."""
    return set() if call is None else set(call.people or ()) & set(_talking(everyone))


def _talking(people: Iterable[Member]) -> dict[str, Member]:
    return {one.participant_id: one for one in people if one.here and one.in_call}
