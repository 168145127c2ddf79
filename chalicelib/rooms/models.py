"""Rooms and their members: one partition a room, so that reading a meeting is one Query."""

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import MEETING
from chalicelib.runtime.ids import ParticipantId, RoomId
from chalicelib.runtime.store import Binding, Record, Table

HEAD = "room"
MEMBER = "member#"


class RoomEntry(Record):
    class Meta(Binding):
        pass

    room_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Head(RoomEntry, discriminator="room"):
    """The room itself. `merged_into` is set once and for all, always to an older room, so no circle can arise."""

    title = UnicodeAttribute(default="")
    opened_at_ms = NumberAttribute()
    sequence = NumberAttribute(default=0)
    merged_into = UnicodeAttribute(null=True)


class Member(RoomEntry, discriminator="member"):
    """A participant in the room; `here` is false while none of their tabs is connected."""

    participant_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    name = UnicodeAttribute()
    joined_at_ms = NumberAttribute()
    via = UnicodeAttribute()
    here = BooleanAttribute(default=True)


entries: Table[RoomEntry] = Table(RoomEntry, "rooms")
heads: Table[Head] = Table(Head, "rooms")
members: Table[Member] = Table(Member, "rooms")


def new_head(room_id: RoomId, now: int) -> Head:
    head = Head(room_id, HEAD, opened_at_ms=now)
    head.lives_until(MEETING.deadline(now))
    return head


def member_key(room_id: RoomId, participant_id: ParticipantId) -> tuple[str, str]:
    return room_id, MEMBER + participant_id


def members_of(room_id: RoomId, *, now: int) -> list[Member]:
    """Everyone who belongs to the room, connected or not."""
    return members.query(room_id, now=now, where=RoomEntry.entry.startswith(MEMBER))
