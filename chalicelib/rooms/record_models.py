"""Rooms and their members: one partition a room, so that reading a meeting is one Query.

What never changes about a room (its head), what changes with every message (its sequence), what is decided once
(that it merged) and what its organiser decides are entries of their own: the head can be written again by whoever saw
the same clips.
"""

from pynamodb.attributes import (
    BooleanAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.expressions.condition import Condition

from chalicelib.lifetimes import KNOCK
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table

HEAD, MERGED, ORGANISER, CALL, EMPTY = "room", "merged", "organiser", "call", "empty"
MEMBER, LEFT_BY, KNOCK_BY, CODE = "member#", "left#", "knock#", "code#"
# A Query is no snapshot: the number sorts first, so that what is read after it is at least as new as it says.
PULSE = "#"
SEALED_EMAIL = "rooms/email"
SEQUENCE, SHOWN = PULSE + "sequence", PULSE + "shown#"


class RoomEntry(Record):
    class Meta(Binding):
        pass

    room_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Head(RoomEntry, discriminator="room"):
    """The room itself; it has an end while what belongs to it is being deleted: it is nobody's room any more."""

    opened_at_ms = NumberAttribute()
    ended_at_ms = NumberAttribute(null=True)

    @property
    def is_over(self) -> bool:
        return self.ended_at_ms is not None


class Organiser(RoomEntry, discriminator="organiser"):
    """The account that opened or claimed the room, and what it has decided."""

    account_id = UnicodeAttribute()
    title = UnicodeAttribute(default="")
    planned_start_ms = NumberAttribute(null=True)
    knock = BooleanAttribute(default=False)
    analytics_id = UnicodeAttribute(null=True)
    link_id = UnicodeAttribute(null=True)  # the room that the invitation link names: this one, or one merged into it


class Runs(RoomEntry, discriminator="runs"):
    """That an account runs, or ran, a room: by it the rooms of whoever goes are found."""

    @property
    def leads_to(self) -> str:
        return str(self.entry)


class Merged(RoomEntry, discriminator="merged"):
    """Set once and for all, always to an older room, so no circle can arise."""

    into = UnicodeAttribute()
    by_link = BooleanAttribute(default=False)  # its invitation links lead on


class Sequence(RoomEntry, discriminator="sequence"):
    """The number of the room's latest message."""

    number = NumberAttribute()
    left_at_ms = NumberAttribute(null=True)  # when somebody last left of their own accord


class Member(RoomEntry, discriminator="member"):
    """A participant in the room; `here` is false while none of their tabs is, since `away_since_ms`."""

    participant_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    name = UnicodeAttribute()
    joined_at_ms = NumberAttribute()
    via = UnicodeAttribute()
    here = BooleanAttribute(default=True)
    away_since_ms = NumberAttribute(null=True)
    back_since_ms = NumberAttribute(null=True)  # who was away and came back; the stay before is over
    tabs = UnicodeSetAttribute(null=True)  # which have followed the room; their leases say whether they are there
    email = UnicodeAttribute(null=True)  # sealed, of whoever gave one
    in_call = BooleanAttribute(null=True)  # said first, and taken back last: the call lists who is in it

    @property
    def came_at_ms(self) -> int:
        """When this stay of theirs began."""
        return int(self.back_since_ms or self.joined_at_ms)


IS_HERE: Condition = Member.here == True  # noqa: E712 - a condition


class Call(RoomEntry, discriminator="call"):
    """Who talks to each other over the network, by participant."""

    people = UnicodeSetAttribute(null=True)


class Empty(RoomEntry, discriminator="empty"):
    """Since when nobody has been present; it says nothing while somebody is."""

    since_ms = NumberAttribute()


class Knock(RoomEntry, discriminator="knock"):
    """Someone at the door: the members are asked whether they may come in."""

    participant_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    via = UnicodeAttribute()
    email = UnicodeAttribute(null=True)  # as a member's
    join_id = UnicodeAttribute(null=True)  # the clip that led here
    required = BooleanAttribute()  # the meeting asks this of everybody; otherwise the sound left a doubt
    refused = BooleanAttribute(null=True)  # they know, and are not asked again while this is here

    @property
    def knocked_at_ms(self) -> int:
        return int(self.expires_at_ms) - KNOCK.length_ms


class JoinCode(RoomEntry, discriminator="code"):
    """Lets one device into the room it leads to; lies alone in a partition named by the code's digest.

    A second one, in the room, makes it found when the meeting ends.
    """

    leads_to = UnicodeAttribute()
    held_by = UnicodeAttribute(null=True)  # a participant who knocks by it: nobody else can use it any more


class Left(RoomEntry, discriminator="left"):
    """For a minute after leaving: what was under way before must not bring the participant back."""


class Shown(RoomEntry, discriminator="shown"):
    """A link that its owner shows in the room, written together with their own item: never one without the other."""

    owner_id = UnicodeAttribute()  # the participant
    tab_id = UnicodeAttribute()
    url = UnicodeAttribute()
    title = UnicodeAttribute(null=True)
    host = UnicodeAttribute()
    shown_as = UnicodeAttribute()
    shown_at_ms = NumberAttribute()

    @property
    def content_id(self) -> str:
        return str(self.entry).removeprefix(SHOWN)


knocks: Table[Knock] = Table(Knock, "rooms")
join_codes: Table[JoinCode] = Table(JoinCode, "rooms")
entries: Table[RoomEntry] = Table(RoomEntry, "rooms")
MEETINGS_OVER = RunningOut("meeting", entries)  # that nobody came to: all others end
KNOCKS_OVER = RunningOut("knock", entries)
CODES_OVER = RunningOut("join-code", entries)
DEPARTURES_OVER = RunningOut("departure", entries)
merges: Table[Merged] = Table(Merged, "rooms")
sequences: Table[Sequence] = Table(Sequence, "rooms")
heads: Table[Head] = Table(Head, "rooms")
organisers: Table[Organiser] = Table(Organiser, "rooms")
runs: Table[Runs] = Table(Runs, "rooms")
members: Table[Member] = Table(Member, "rooms")
calls: Table[Call] = Table(Call, "rooms")
empties: Table[Empty] = Table(Empty, "rooms")


def runs_by(account_id: str) -> str:
    """The partition in which an account's rooms are listed."""
    return f"account#{account_id}"
