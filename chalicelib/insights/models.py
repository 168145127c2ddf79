"""What a meeting's report is made of, until it is sealed.

part                    entry
<room>#batches#<shard>  <participant>#<tab>#<sequence>    what a tab measured, one compact item a batch
<room>#folds#<shard>    <participant>                     all batches of a participant, folded (fold_models)
<room>#shown            <digest>#<from>                   when something was shown
<room>#merged           <room>                            a room that became part of this one
"""

import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from pynamodb.attributes import (
    BinaryAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.insights.intervals import Spans, union
from chalicelib.insights.recording import Recording, pack, unpack
from chalicelib.lifetimes import RAW_INSIGHTS_NET_MS
from chalicelib.runtime.holdings import EVER
from chalicelib.runtime.ids import derived
from chalicelib.runtime.parallel import together
from chalicelib.runtime.store import Binding, Record, Table

SHARDS = 16  # of a meeting: 625 of 10 000 participants each, 12 writes a second
PAGE = 1_000  # entries
ENTRIES_A_RUN = 20_000  # deleted within a request: 800 of the store, one after the other
SWEPT_A_RUN = 100_000  # by a run of the reaper, each minute: of 10 000 people in two hours, 1.2 million, a quarter


class InsightEntry(Record):
    class Meta(Binding):
        pass

    part = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


PACKS = ("talk", "webcam", "attention", "covered", "heard")


class Packed(InsightEntry, discriminator="packed"):
    """A recording, as `recording.pack` makes it; never stored itself."""

    base_ms = NumberAttribute()
    talk = BinaryAttribute(legacy_encoding=False)
    webcam = BinaryAttribute(legacy_encoding=False)
    attention = BinaryAttribute(legacy_encoding=False)
    covered = BinaryAttribute(legacy_encoding=False)
    heard = BinaryAttribute(legacy_encoding=False)

    @property
    def participant_id(self) -> str:
        return str(self.entry).partition("#")[0]

    @property
    def packs(self) -> tuple[bytes, ...]:
        """Past PynamoDB's attributes, which cost a microsecond a look: a report looks at millions."""
        return tuple(map(bytes, map(self.attribute_values.__getitem__, PACKS)))

    @property
    def recording(self) -> Recording:
        return unpack(int(self.base_ms), self.packs)

    def hold(self, recording: Recording) -> None:
        self.base_ms, (self.talk, self.webcam, self.attention, self.covered, self.heard) = pack(recording)


class Batch(Packed, discriminator="batch"):
    """`person` is the sender as consents name them, who may withdraw theirs.

    Its times are `behind_ms` later than the sender's clock said, as it was sent by that clock so long before its
    receipt; None where it does not say when it was sent.
    """

    person = UnicodeAttribute()
    behind_ms = NumberAttribute(null=True)

    @property
    def sent(self) -> "Sent":
        """Past PynamoDB's attributes, likewise."""
        said = self.attribute_values
        behind_ms = said.get("behind_ms")
        behind_ms = None if behind_ms is None else int(behind_ms)
        return Sent(said["person"], said["entry"].split("#")[1], behind_ms, int(said["base_ms"]), self.packs)


class Sent(NamedTuple):
    """What a report needs of a batch."""

    person: str
    tab_id: str
    behind_ms: int | None
    base_ms: int
    packs: tuple[bytes, ...]


class ShownSpan(InsightEntry, discriminator="shown"):
    """Something was shown; what it was is not told."""

    from_ms = NumberAttribute()
    to_ms = NumberAttribute()


class MergedRoom(InsightEntry, discriminator="merged"):
    """What was measured in that room belongs to this one, too."""


batches: Table[Batch] = Table(Batch, "insights")
shown_spans: Table[ShownSpan] = Table(ShownSpan, "insights")
merged_rooms: Table[MergedRoom] = Table(MergedRoom, "insights")
entries: Table[InsightEntry] = Table(InsightEntry, "insights")


def new_batch(
    room_id: str, participant_id: str, tab_id: str, sequence: int, recording: Recording, *, person: str, now: int
) -> Batch:
    made = Batch(batches_part(room_id, shard_of(participant_id)), f"{participant_id}#{tab_id}#{sequence}")
    made.person = person
    made.hold(recording)
    made.lives_until(now + RAW_INSIGHTS_NET_MS)
    return made


def batches_of(rooms: Sequence[str], participant_id: str, *, now: int) -> Iterator[Batch]:
    """One participant's, in any of the rooms."""
    for room_id in rooms:
        part = batches_part(room_id, shard_of(participant_id))
        yield from batches.query(part, now=now, where=InsightEntry.entry.startswith(f"{participant_id}#"))


def note_shown(room_id: str, content_id: str, from_ms: int, to_ms: int, *, now: int) -> None:
    """That something was shown in the room; the same again is once. What is deleted is not named any more."""
    made = ShownSpan(f"{room_id}#shown", f"{derived(room_id, content_id)}#{from_ms:015}", from_ms=from_ms, to_ms=to_ms)
    made.lives_until(now + RAW_INSIGHTS_NET_MS)
    shown_spans.put(made)


def find_shown(rooms: Sequence[str], *, now: int) -> Spans:
    """When anything was shown in any of the rooms."""
    found = (one for room_id in rooms for one in shown_spans.query(f"{room_id}#shown", now=now))
    return union((int(one.from_ms), int(one.to_ms)) for one in found)


def note_merge(source: str, into: str, *, now: int) -> None:
    made = MergedRoom(f"{into}#merged", source)
    made.lives_until(now + RAW_INSIGHTS_NET_MS)
    merged_rooms.put(made)


def rooms_of(room_id: str, *, now: int) -> list[str]:
    """The room and all that became part of it, and of those in turn."""
    found, waiting = list[str](), [room_id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting += [str(each.entry) for each in merged_rooms.query(f"{one}#merged", now=now)]
    return found


def forget_raw(room_id: str, *, at_most: int = ENTRIES_A_RUN) -> bool:
    """Deletes all of it, what has run out, too; False where that is more than `at_most`.

    Safe to repeat: what tells of others goes last.
    """
    rooms = rooms_of(room_id, now=EVER)
    parts = [part for shard in range(SHARDS) for part in _parts_of_shard(rooms, shard)]
    parts += [f"{one}#shown" for one in rooms] + [f"{one}#merged" for one in reversed(rooms)]
    return _forget_some(parts, at_most)


def sweep_raw(room_id: str, *, at_most: int = SWEPT_A_RUN) -> bool:
    """As `forget_raw`, of very much: the shards side by side, each as many as its part of `at_most`."""
    rooms = rooms_of(room_id, now=EVER)
    shards = [_parts_of_shard(rooms, shard) for shard in range(SHARDS)]
    gone = together([partial(_forget_some, parts, at_most // SHARDS) for parts in shards])
    return all(gone) and forget_raw(room_id)


def _forget_some(parts: Sequence[str], at_most: int) -> bool:
    left = at_most
    for part in parts:
        left -= forget_part(part, left)
        if left <= 0:
            return False
    return True


def forget_shard(room_id: str, shard: int) -> None:
    """As `forget_raw`, however much it is, of the participants of one shard."""
    for part in _parts_of_shard(rooms_of(room_id, now=EVER), shard):
        forget_part(part)


def batches_part(room_id: str, shard: int) -> str:
    return f"{room_id}#batches#{shard}"


def shard_of(participant_id: str) -> int:
    return zlib.crc32(participant_id.encode()) % SHARDS


def folds_part(room_id: str, shard: int) -> str:
    return f"{room_id}#folds#{shard}"


def _parts_of_shard(rooms: Sequence[str], shard: int) -> list[str]:
    return [part for one in rooms for part in (batches_part(one, shard), folds_part(one, shard))]


def forget_part(part: str, at_most: int | None = None) -> int:
    """How many it deleted: a page at a time, for there may be a hundred thousand."""
    done = 0
    while at_most is None or done < at_most:
        found = entries.query(part, now=EVER, limit=PAGE if at_most is None else min(PAGE, at_most - done))
        entries.delete_many([(one.part, one.entry) for one in found])
        done += len(found)
        if found.whole:
            break
    return done
