"""Sound clips for 10 seconds, and the verdict rows that carry no sound for 60.

A clip is listed under its places, each listing with the coarse signature; its fine part lies under its own id, beside
its verdict. Listings are read by the hundred, so their attribute names are single letters.
"""

from collections.abc import Sequence

from pynamodb.attributes import (
    BinaryAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.joining.rules import Span, Status
from chalicelib.lifetimes import JOIN_VERDICT
from chalicelib.runtime.ids import JoinId, RoomId
from chalicelib.runtime.store import Binding, Record, Table

READ_MAX = 49  # clips of one BatchGetItem: two keys each and one seat, DynamoDB quota 100
SOUND, CANDIDATES, VERDICT, SEAT, OWN = "sound", "candidates", "verdict", "seat", "clip#"


class Listing(Record):
    """A clip under one of its places, for those who look for company there."""

    class Meta(Binding):
        pass

    place = UnicodeAttribute(hash_key=True, attr_name="p")
    join_id = UnicodeAttribute(range_key=True, attr_name="e")
    participant_id = UnicodeAttribute(attr_name="w")
    signature = BinaryAttribute(attr_name="s", legacy_encoding=False)
    start_ms = NumberAttribute(attr_name="t")
    end_ms = NumberAttribute(attr_name="u")

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
    """What lies under a clip's own id."""

    class Meta(Binding):
        pass

    join_id = UnicodeAttribute(hash_key=True, attr_name="p")
    entry = UnicodeAttribute(range_key=True, attr_name="e")
    kind = DiscriminatorAttribute(attr_name="k")


class Sound(ClipEntry, discriminator="s"):
    """The fine part of the fingerprint (everything but the signature), and whose it is."""

    fine = BinaryAttribute(attr_name="f", legacy_encoding=False)
    participant_id = UnicodeAttribute(attr_name="w")
    session_id = UnicodeAttribute(attr_name="b")
    inside = UnicodeAttribute(attr_name="r", null=True)  # the room the sender is in already
    start_ms = NumberAttribute(attr_name="t")


class Candidates(ClipEntry, discriminator="c"):
    """Whom a clip in a crowd is worth comparing with, the likeliest first: words of join id and participant id."""

    pairs = UnicodeAttribute()


class Join(ClipEntry, discriminator="v"):
    """What became of a clip, as far as its own sound decides it; where it led its participant says their seat."""

    session_id = UnicodeAttribute()
    participant_id = UnicodeAttribute()
    status = UnicodeAttribute()
    hint = UnicodeAttribute(null=True)
    clip_until_ms = NumberAttribute()


class Own(ClipEntry, discriminator="o"):
    """A participant's clip, under their seat: so that leaving deletes it, and where it is listed is known."""

    names = UnicodeSetAttribute()


class Seat(ClipEntry, discriminator="p"):
    """The room that a participant's sound has led them to: decided once a minute, by one conditional write."""

    room_id = UnicodeAttribute()


listings: Table[Listing] = Table(Listing, "clips")
clip_entries: Table[ClipEntry] = Table(ClipEntry, "clips")
sounds: Table[Sound] = Table(Sound, "clips")
candidates: Table[Candidates] = Table(Candidates, "clips")
joins: Table[Join] = Table(Join, "clips")
owns: Table[Own] = Table(Own, "clips")
seats: Table[Seat] = Table(Seat, "clips")
notices: Table[Notice] = Table(Notice, "clips")


def new_join(join_id: JoinId, status: Status, now: int) -> Join:
    join = Join(join_id, VERDICT, status=status)
    join.lives_until(JOIN_VERDICT.deadline(now))
    return join


def find_join(join_id: str, *, now: int) -> Join | None:
    return joins.get((join_id, VERDICT), now=now)


def find_company(
    of: Sequence[tuple[str, str]], seats_too: Sequence[str], *, now: int
) -> tuple[list[Sound], dict[str, RoomId]]:
    """Of at most READ_MAX (join id, participant id): the clips that live; who of all is seated where. One request."""
    people = dict.fromkeys([*(who for _, who in of), *seats_too])
    found = clip_entries.get_many([*((join_id, SOUND) for join_id, _ in of), *map(seat_key, people)], now=now)
    seated = {one.join_id: RoomId(one.room_id) for one in found if isinstance(one, Seat)}
    rooms = {who: seated[seat_key(who)[0]] for who in people if seat_key(who)[0] in seated}
    return [one for one in found if isinstance(one, Sound)], rooms


def seat_key(participant_id: str) -> tuple[str, str]:
    return f"seat#{participant_id}", SEAT


def find_seat(participant_id: str, *, now: int) -> RoomId | None:
    seat = seats.get(seat_key(participant_id), now=now)
    return None if seat is None else RoomId(seat.room_id)


def take_seat(participant_id: str, room_id: RoomId, *, now: int) -> bool:
    """Seats a participant in a room; False where they have a seat, whichever room it is in."""
    seat = Seat(*seat_key(participant_id), room_id=room_id)
    seat.lives_until(JOIN_VERDICT.deadline(now))
    return seats.create(seat, now=now)


def leave_seat(participant_id: str, room_id: str) -> None:
    """Gives the seat up if it is still in that room."""
    seats.delete(seat_key(participant_id), where=Seat.room_id == room_id)


def new_own(join: Join, names: Sequence[str]) -> Own:
    own = Own(seat_key(join.participant_id)[0], OWN + join.join_id, names=set(names))
    own.lives_until(int(join.clip_until_ms))
    return own


def delete_clip(join_id: str, participant_id: str, names: Sequence[str]) -> None:
    """Everything of the clip that is sound; its verdict stays."""
    own = (seat_key(participant_id)[0], OWN + join_id)
    clip_entries.delete_many([(join_id, SOUND), (join_id, CANDIDATES), own, *((name, join_id) for name in names)])


def delete_clips_of(participant_id: str, *, now: int) -> None:
    """All clips of a participant, at once."""
    partition = seat_key(participant_id)[0]
    for own in owns.query(partition, now=now, where=ClipEntry.entry.startswith(OWN)):
        delete_clip(own.entry.removeprefix(OWN), participant_id, sorted(own.names))


def find_own(join_id: str, participant_id: str, *, now: int) -> Own | None:
    return owns.get((seat_key(participant_id)[0], OWN + join_id), now=now)
