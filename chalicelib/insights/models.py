"""Raw batches of insights: one compact item each, under the meeting and the shard of their participant.

part                    entry
<room>#batches#<shard>  <participant>#<tab>#<sequence>    what a tab measured
"""

import zlib

from pynamodb.attributes import BinaryAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.insights.recording import Recording, pack, unpack
from chalicelib.lifetimes import RAW_INSIGHTS_NET_MS
from chalicelib.runtime.store import Binding, Record, Table

SHARDS = 16  # of a meeting: 625 of 10 000 participants each, 12 writes a second


class InsightEntry(Record):
    class Meta(Binding):
        pass

    part = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Batch(InsightEntry, discriminator="batch"):
    """Packed as `recording.pack` does; `person` is the sender as consents name them, who may withdraw theirs."""

    person = UnicodeAttribute()
    base_ms = NumberAttribute()
    talk = BinaryAttribute(legacy_encoding=False)
    webcam = BinaryAttribute(legacy_encoding=False)
    attention = BinaryAttribute(legacy_encoding=False)
    covered = BinaryAttribute(legacy_encoding=False)

    @property
    def participant_id(self) -> str:
        return str(self.entry).partition("#")[0]

    @property
    def recording(self) -> Recording:
        return unpack(int(self.base_ms), (self.talk, self.webcam, self.attention, self.covered))


batches: Table[Batch] = Table(Batch, "insights")


def new_batch(
    room_id: str, participant_id: str, tab_id: str, sequence: int, recording: Recording, *, person: str, now: int
) -> Batch:
    base_ms, (talk, webcam, attention, covered) = pack(recording)
    made = Batch(batches_part(room_id, shard_of(participant_id)), f"{participant_id}#{tab_id}#{sequence}")
    made.person, made.base_ms = person, base_ms
    made.talk, made.webcam, made.attention, made.covered = talk, webcam, attention, covered
    made.lives_until(now + RAW_INSIGHTS_NET_MS)
    return made


def batches_part(room_id: str, shard: int) -> str:
    return f"{room_id}#batches#{shard}"


def shard_of(participant_id: str) -> int:
    return zlib.crc32(participant_id.encode()) % SHARDS
