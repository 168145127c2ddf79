"""Rooms and their members: one partition a room, so that reading a meeting is one Query.

What never changes about a room (its head), what changes with every message (its sequence) and what is decided once
(that it merged) are entries of their own: the head can be written again by whoever saw the same clips.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import JOIN_CODE, KNOCK, LEFT, MEETING
from chalicelib.runtime.ids import ParticipantId, RoomId, is_opaque
from chalicelib.runtime.store import Binding, Record, Table

HEAD, MERGED, SEQUENCE, MEMBER, LEFT_BY, KNOCK_BY = (
    "room",
    "merged",
    "sequence",
    "member#",
    "left#",
    "knock#",
)


class RoomEntry(Record):
    class Meta(Binding):
        pass

    room_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Head(RoomEntry, discriminator="room"):
    """The room itself."""

    title = UnicodeAttribute(default="")
    opened_at_ms = NumberAttribute()


class Merged(RoomEntry, discriminator="merged"):
    """Set once and for all, always to an older room, so no circle can arise."""

    into = UnicodeAttribute()


class Sequence(RoomEntry, discriminator="sequence"):
    """The number of the room's latest message."""

    number = NumberAttribute()


class Member(RoomEntry, discriminator="member"):
    """A participant in the room; `here` is false while none of their tabs is connected."""

    participant_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    name = UnicodeAttribute()
    joined_at_ms = NumberAttribute()
    via = UnicodeAttribute()
    here = BooleanAttribute(default=True)


class Knock(RoomEntry, discriminator="knock"):
    """Someone who may be in the room with the members: they are asked."""

    participant_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    join_id = UnicodeAttribute()

    @property
    def knocked_at_ms(self) -> int:
        return int(self.expires_at_ms) - KNOCK.length_ms


class JoinCode(RoomEntry, discriminator="code"):
    """Lets one device into the room it leads to; lies alone in a partition named by the code's digest."""

    leads_to = UnicodeAttribute()


class Left(RoomEntry, discriminator="left"):
    """For a minute after leaving: what was under way before must not bring the participant back."""


knocks: Table[Knock] = Table(Knock, "rooms")
join_codes: Table[JoinCode] = Table(JoinCode, "rooms")
entries: Table[RoomEntry] = Table(RoomEntry, "rooms")
merges: Table[Merged] = Table(Merged, "rooms")
sequences: Table[Sequence] = Table(Sequence, "rooms")
heads: Table[Head] = Table(Head, "rooms")
members: Table[Member] = Table(Member, "rooms")


@dataclass(frozen=True)
class Person:
    """Who enters: a participant and the session that acts for them."""

    participant_id: str
    session_id: str
    name: str


@dataclass(frozen=True)
class Room:
    """A room as one Query finds it."""

    room_id: RoomId
    title: str
    opened_at_ms: int
    merged_into: RoomId | None
    sequence: int
    members: Many[Member]

    @property
    def age(self) -> tuple[int, str]:
        """Sorts the oldest first, the same way for everyone."""
        return self.opened_at_ms, self.room_id


def new_head(room_id: RoomId, opened_at_ms: int) -> Head:
    head = Head(room_id, HEAD, opened_at_ms=opened_at_ms)
    head.lives_until(MEETING.deadline(opened_at_ms))
    return head


def new_member(room_id: RoomId, person: Person, *, via: str, now: int) -> Member:
    member = Member(
        *member_key(room_id, ParticipantId(person.participant_id)),
        participant_id=person.participant_id,
        session_id=person.session_id,
        name=person.name,
        joined_at_ms=now,
        via=via,
    )
    member.lives_until(MEETING.deadline(now))
    return member


def new_knock(room_id: RoomId, person: Person, join_id: str, now: int) -> Knock:
    knock = Knock(room_id, KNOCK_BY + person.participant_id, join_id=join_id)
    knock.participant_id, knock.session_id = person.participant_id, person.session_id
    knock.lives_until(KNOCK.deadline(now))
    return knock


def find_room(room_id: RoomId, *, now: int) -> Room | None:
    """The room with everyone who belongs to it; None where there is none."""
    found = entries.query(room_id, now=now) if is_opaque(room_id) else []
    head = next((one for one in found if isinstance(one, Head)), None)
    return None if head is None else _room(head, found)


def find_head(room_id: RoomId, *, now: int) -> Room | None:
    """The room without its members, for two units whatever their number."""
    keys = [(room_id, HEAD), (room_id, MERGED)]
    found = entries.get_many(keys, now=now) if is_opaque(room_id) else []
    head = next((one for one in found if isinstance(one, Head)), None)
    return None if head is None else _room(head, found)


def next_sequence(room_id: RoomId, *, now: int) -> int | None:
    """Numbers the room's next message."""
    row = sequences.upsert(
        (room_id, SEQUENCE),
        [
            Sequence.number.add(1),
            Sequence.kind.set(Sequence),
            *Sequence.living_until(MEETING.deadline(now)),
        ],
        now=now,
    )
    return None if row is None else int(row.number)


def member_key(room_id: RoomId, participant_id: ParticipantId) -> tuple[str, str]:
    return room_id, MEMBER + participant_id


def new_join_code(digest: str, room_id: RoomId, now: int) -> JoinCode:
    code = JoinCode(*code_key(digest), leads_to=room_id)
    code.lives_until(JOIN_CODE.deadline(now))
    return code


def code_key(digest: str) -> tuple[str, str]:
    return f"code#{digest}", "code"


def new_left(room_id: RoomId, participant_id: str, now: int) -> Left:
    left = Left(room_id, LEFT_BY + participant_id)
    left.lives_until(LEFT.deadline(now))
    return left


def left_after(since: int, rooms: Many[RoomId], participant_id: str, *, now: int) -> bool:
    """Whether the participant has left one of the rooms at `since` or later."""
    found = entries.get_many([(room_id, LEFT_BY + participant_id) for room_id in dict.fromkeys(rooms)], now=now)
    return any(int(one.expires_at_ms) >= LEFT.deadline(since) for one in found)


def members_of(room_id: RoomId, *, now: int) -> list[Member]:
    """Everyone who belongs to the room, connected or not."""
    return members.query(room_id, now=now, where=RoomEntry.entry.startswith(MEMBER))


def find_member(room_id: RoomId, participant_id: ParticipantId, *, now: int) -> Member | None:
    return members.get(member_key(room_id, participant_id), now=now) if is_opaque(room_id) else None


def _room(head: Head, found: Many[RoomEntry]) -> Room:
    merged = next((one for one in found if isinstance(one, Merged)), None)
    sequence = next((one for one in found if isinstance(one, Sequence)), None)
    return Room(
        RoomId(head.room_id),
        head.title,
        int(head.opened_at_ms),
        None if merged is None else RoomId(merged.into),
        0 if sequence is None else int(sequence.number),
        [one for one in found if isinstance(one, Member)],
    )
