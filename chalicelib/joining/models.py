"""Sound clips for 10 seconds, and the verdict rows that carry no sound for 60.

A clip is listed under its places, each listing with the coarse signature. Everything else of it lies under its
participant, so that nobody's clip can touch another's. Listings are read by the hundred: their names are letters.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.joining.rules import Span, Status
from chalicelib.lifetimes import JOIN_VERDICT, SOUND_CLIP
from chalicelib.runtime.ids import RoomId
from chalicelib.runtime.parallel import together
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table

READ_MAX = 49  # clips of one BatchGetItem: two keys each, a seat and a verdict, DynamoDB quota 100
SOUND, VERDICT, SEAT = "sound#", "verdict#", "seat"
PARTICIPANT_ID = 22  # characters of runtime.ids.opaque


class ClipId(NamedTuple):
    """Whose clip, and which: a join id means something to its owner only."""

    participant_id: str
    join_id: str

    @property
    def tag(self) -> str:
        return self.participant_id + self.join_id

    @classmethod
    def of_tag(cls, tag: str) -> "ClipId":
        return cls(tag[:PARTICIPANT_ID], tag[PARTICIPANT_ID:])


class Withdrawn(Exception):
    """A clip was cancelled while it was being dealt with."""


class Listing(Record):
    """A clip under one of its places, for those who look for company there."""

    class Meta(Binding):
        pass

    place = UnicodeAttribute(hash_key=True, attr_name="p")
    tag = UnicodeAttribute(range_key=True, attr_name="e")
    signature = BinaryAttribute(attr_name="s", legacy_encoding=False)
    start_ms = NumberAttribute(attr_name="t")
    end_ms = NumberAttribute(attr_name="u")
    ranked = BooleanAttribute(attr_name="m", null=True)  # a crowd's round has seen to it

    @property
    def clip_id(self) -> ClipId:
        return ClipId.of_tag(self.tag)

    @property
    def span(self) -> Span:
        return Span(int(self.start_ms), int(self.end_ms))


class Notice(Record):
    """Something to know about a place for a moment; that it is there is all it says."""

    class Meta(Binding):
        pass

    subject = UnicodeAttribute(hash_key=True, attr_name="p")
    entry = UnicodeAttribute(range_key=True, attr_name="e")


class ClipEntry(Record):
    """What lies under a participant: their clips, and their seat."""

    class Meta(Binding):
        pass

    participant_id = UnicodeAttribute(hash_key=True, attr_name="p")
    entry = UnicodeAttribute(range_key=True, attr_name="e")
    kind = DiscriminatorAttribute(attr_name="k")


class Sound(ClipEntry, discriminator="s"):
    """The fine part of the fingerprint (everything but the signature), and what its deletion must know."""

    fine = BinaryAttribute(attr_name="f", legacy_encoding=False)
    session_id = UnicodeAttribute(attr_name="b")
    inside = UnicodeAttribute(attr_name="r", null=True)  # the room the sender is in already
    start_ms = NumberAttribute(attr_name="t")
    places = UnicodeSetAttribute(attr_name="l")  # where it is listed

    @property
    def clip_id(self) -> ClipId:
        return ClipId(self.participant_id, self.entry.removeprefix(SOUND))

    @property
    def heard_at_ms(self) -> int:
        """When it heard its last: the same, however often the clip is sent."""
        return int(self.expires_at_ms) - SOUND_CLIP.length_ms


class Join(ClipEntry, discriminator="v"):
    """What became of a clip, as far as its own sound decides it; where it led its participant says their seat."""

    status = UnicodeAttribute()
    hint = UnicodeAttribute(null=True)
    clip_until_ms = NumberAttribute()
    withdrawn = BooleanAttribute(null=True)  # cancelled, or its owner left: sent again, it stays out

    @property
    def join_id(self) -> str:
        return self.entry.removeprefix(VERDICT)


class Seat(ClipEntry, discriminator="p"):
    """The room that a participant's sound has led them to: decided once a minute, by one conditional write.

    Whoever leaves gives it up and says when: what was heard before leads them nowhere any more, however late it comes.
    """

    room_id = UnicodeAttribute(null=True)
    opened_at_ms = NumberAttribute(null=True)
    given_up_at_ms = NumberAttribute(null=True)

    @property
    def taken_at_ms(self) -> int:
        return int(self.expires_at_ms) - JOIN_VERDICT.length_ms


listings: Table[Listing] = Table(Listing, "clips")
notices: Table[Notice] = Table(Notice, "clips")
clip_entries: Table[ClipEntry] = Table(ClipEntry, "clips")
sounds: Table[Sound] = Table(Sound, "clips")
joins: Table[Join] = Table(Join, "clips")
VERDICTS_OVER = RunningOut("join-verdict", clip_entries)


def new_join(clip_id: ClipId, status: Status, now: int) -> Join:
    join = Join(clip_id.participant_id, VERDICT + clip_id.join_id, status=status)
    join.lives_until(JOIN_VERDICT.deadline(now))
    return join


def find_join(clip_id: ClipId, *, now: int) -> Join | None:
    return joins.get((clip_id.participant_id, VERDICT + clip_id.join_id), now=now)


def find_sound(clip_id: ClipId, *, now: int) -> Sound | None:
    return sounds.get((clip_id.participant_id, SOUND + clip_id.join_id), now=now)


def find_company(
    of: Sequence[ClipId], mine: Sound, *, now: int, just_listed: bool = False
) -> tuple[list[Sound], dict[str, RoomId]]:
    """Of at most READ_MAX clips: those that live; and which participants, `mine` too, are seated where. One step.

    Of clips that a consistent look has `just_listed` eventually consistent reading will do, at half the units: whoever
    cancelled or left before is not listed any more, and what is not there yet is asked for again. Whoever left since is
    no company. Raises Withdrawn where `mine` was cancelled, or its owner left, meanwhile.
    """
    me = mine.clip_id
    sound_keys = [(clip_id.participant_id, SOUND + clip_id.join_id) for clip_id in of]
    keys = [*sound_keys, *((who, SEAT) for who in dict.fromkeys(one.participant_id for one in of))]
    own = [(me.participant_id, SEAT), (me.participant_id, VERDICT + me.join_id)]
    read = partial(clip_entries.get_many, now=now)
    ours, found = together([partial(read, own), partial(read, keys, consistent=not just_listed)])
    here = {(one.participant_id, one.entry) for one in found}
    if just_listed:
        found += read([key for key in sound_keys if key not in here])
    held = {one.participant_id: one for one in (*found, *ours) if isinstance(one, Seat)}
    if _left_since(mine, held) or any(isinstance(one, Join) and one.withdrawn for one in ours):
        raise Withdrawn
    seated = {who: RoomId(seat.room_id) for who, seat in held.items() if seat.room_id}
    return [one for one in found if isinstance(one, Sound) and not _left_since(one, held)], seated


def _left_since(sound: Sound, held: Mapping[str, Seat]) -> bool:
    seat = held.get(sound.participant_id)
    return seat is not None and seat.given_up_at_ms is not None and int(seat.given_up_at_ms) >= sound.heard_at_ms


def see_verdicts_off(clips: Sequence[ClipId], over_ms: int, *, now: int) -> None:
    """Has what became of clips, and where their participants are seated, deleted a minute after the last of them."""
    seats = dict.fromkeys((clip.participant_id, SEAT) for clip in clips)
    keys = [*((clip.participant_id, VERDICT + clip.join_id) for clip in clips), *seats]
    VERDICTS_OVER.file_keys(keys, JOIN_VERDICT.deadline(over_ms), now=now)


def delete_clip(clip_id: ClipId, places: Sequence[str]) -> None:
    """Everything of the clip that is sound; its verdict stays."""
    own = (clip_id.participant_id, SOUND + clip_id.join_id)
    clip_entries.delete_many([own, *((place, clip_id.tag) for place in places)])


def withdraw(participant_id: str, join_id: str, *, now: int) -> None:
    """Says that the clip is over before its time, so that the same clip sent again stays out."""
    actions = [Join.withdrawn.set(True), Join.clip_until_ms.set(now)]
    joins.update((participant_id, VERDICT + join_id), actions, now=now, where=Join.clip_until_ms > now)


def note_hint(clip_id: ClipId, hint: str, *, now: int) -> None:
    joins.update((clip_id.participant_id, VERDICT + clip_id.join_id), [Join.hint.set(hint)], now=now)


def note_first_hint(clip_id: ClipId, hint: str, *, now: int) -> bool:
    """Where there is no hint yet, and no verdict either; False where there is."""
    key, hints = (clip_id.participant_id, VERDICT + clip_id.join_id), [Join.hint.set(hint)]
    free = Join.hint.does_not_exist() & (Join.status == "listening")
    return joins.update(key, hints, now=now, where=free) is not None


def refuse_join(clip_id: ClipId, hint: str, *, now: int) -> bool:
    """The verdict on a clip whose owner was not let in; False where there is none any more."""
    refused = [Join.status.set("inconclusive"), Join.hint.set(hint)]
    key = (clip_id.participant_id, VERDICT + clip_id.join_id)
    return joins.update(key, refused, now=now, where=Join.status == "listening") is not None


def delete_clips_of(participant_id: str, *, now: int) -> None:
    """All clips of a participant, at once; none of them comes back by being sent again."""
    for one in clip_entries.query(participant_id, now=now):
        if isinstance(one, Join):
            withdraw(participant_id, one.join_id, now=now)
        elif isinstance(one, Sound):
            delete_clip(one.clip_id, sorted(one.places))
