"""Who heard whom, and whether that makes two rooms one.

Two rooms with several members each are one only if at least two pairs of people, nobody in both, agree by their clips:
one ambiguous device merges nothing. Where one of them holds a single person, one pair is enough; but whoever sits alone
in a room of their own draws nobody out of a meeting that there was before they were heard: they come to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import product

from chalicelib.joining.models import ClipId
from chalicelib.joining.rules import CLIP_MAX_MS
from chalicelib.lifetimes import SOUND_CLIP
from chalicelib.rooms.models import find_room
from chalicelib.rooms.room import Room
from chalicelib.runtime.ids import RoomId
from chalicelib.runtime.parallel import together

FORMING_MS = CLIP_MAX_MS + SOUND_CLIP.length_ms  # the clips that opened a room may still be leading people to it


@dataclass(frozen=True)
class Ear:
    """A clip and who made it: `room_id` is where they are already, if anywhere."""

    participant_id: str
    join_id: str
    session_id: str
    start_ms: int
    heard_at_ms: int
    room_id: RoomId | None
    seated: bool  # by sound, in `room_id`; otherwise they are in it as a member who lets others join

    @property
    def clip_id(self) -> ClipId:
        return ClipId(self.participant_id, self.join_id)


Agree = Callable[[Ear, Ear], bool]
Ears = Mapping[RoomId, Sequence[Ear]]  # by the rooms they are in


class Bond(StrEnum):
    """What follows for an older room and a younger one when people in them heard each other."""

    NONE = "none"
    ONE = "one"  # the younger becomes the older
    OLDER_COMES = "older comes"  # whoever is alone in it moves to the younger
    YOUNGER_COMES = "younger comes"
    CHANGED = "changed"  # one of them is over, or has become another: who was found in it is elsewhere by now


def bond(older: Room, younger: Room, ears: Ears, agree: Agree, *, now: int) -> Bond:
    """Of two rooms of which people heard each other."""
    if older.asks(None) or younger.asks(None) or _are_run_apart(older, younger):
        return Bond.NONE
    found = together([partial(find_room, one.room_id, now=now) for one in (older, younger)])
    sizes = [len(one.members) for one in found if one is not None and one.merged_into is None]
    if len(sizes) < 2:
        return Bond.CHANGED
    if min(sizes) > 1:
        return Bond.ONE if _two_pairs_agree(ears[older.room_id], ears[younger.room_id], agree) else Bond.NONE
    if sizes[0] < sizes[1] and _is_there_before(younger, now):
        return Bond.OLDER_COMES
    if sizes[0] > sizes[1] and younger.organiser and _is_there_before(older, now):
        return Bond.YOUNGER_COMES  # or whoever runs it would run the older from now on
    return Bond.ONE


def _is_there_before(room: Room, now: int) -> bool:
    """Not one that is only being opened: had a single clip come first, it would have been another's from the start."""
    return now - room.opened_at_ms > FORMING_MS


def _are_run_apart(one: Room, other: Room) -> bool:
    """By two accounts: nobody takes over whom another has gathered by sitting alone in an older room."""
    return bool(one.organiser and other.organiser and not one.is_run_by(other.organiser.account_id))


def _two_pairs_agree(ears: Sequence[Ear], others: Sequence[Ear], agree: Agree) -> bool:
    agreed = list[set[str]]()  # by participant: two clips of somebody between two rooms are one ambiguity
    for one, other in product(ears, others):
        people = {one.participant_id, other.participant_id}
        if len(people) > 1 and people not in agreed and agree(one, other):
            if any(people.isdisjoint(pair) for pair in agreed):
                return True
            agreed.append(people)
    return False
