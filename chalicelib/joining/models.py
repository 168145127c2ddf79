"""Sound clips under their places, and the verdict rows that carry no sound."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.joining.rules import Span, Status
from chalicelib.lifetimes import JOIN_VERDICT
from chalicelib.runtime.ids import JoinId, RoomId
from chalicelib.runtime.store import Binding, Record, Table

JOINS_READ_MAX = 100  # keys of one BatchGetItem, DynamoDB quota


class Clip(Record):
    """A fingerprint under one of its places."""

    class Meta(Binding):
        pass

    place = UnicodeAttribute(hash_key=True)
    join_id = UnicodeAttribute(range_key=True)
    participant_id = UnicodeAttribute()
    start_ms = NumberAttribute()
    end_ms = NumberAttribute()
    fingerprint = BinaryAttribute(legacy_encoding=False)

    @property
    def span(self) -> Span:
        return Span(int(self.start_ms), int(self.end_ms))


class Join(Record):
    """What became of a clip: no sound in it, and 60 s later no row."""

    class Meta(Binding):
        pass

    join_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute()
    participant_id = UnicodeAttribute()
    status = UnicodeAttribute()
    hint = UnicodeAttribute(null=True)
    inside = UnicodeAttribute(null=True)  # the room the sender was in already
    room_id = UnicodeAttribute(null=True)  # the room it led to
    places = UnicodeSetAttribute(null=True)
    clip_until_ms = NumberAttribute()


clips = Table(Clip, "clips")
joins = Table(Join, "joins")


def new_join(join_id: JoinId, session_id: str, participant_id: str, status: Status, now: int) -> Join:
    join = Join(join_id, session_id=session_id, participant_id=participant_id, status=status)
    join.lives_until(JOIN_VERDICT.deadline(now))
    return join


def joins_of(join_ids: list[str], *, now: int) -> list[Join]:
    return joins.get_many(join_ids[:JOINS_READ_MAX], now=now)


def assign_room(join_id: str, room_id: RoomId, *, now: int) -> Join | None:
    """Gives the clip its room, once: None where it has one already, was cancelled or is gone."""
    return joins.update(
        join_id,
        [Join.room_id.set(room_id), Join.status.set("joined")],
        now=now,
        where=Join.room_id.does_not_exist() & (Join.status == "listening"),
    )


def delete_clips(places: set[str] | list[str], join_id: str) -> None:
    clips.delete_many((place, join_id) for place in places)
