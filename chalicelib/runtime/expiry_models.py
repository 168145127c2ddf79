"""What waits for the reaper: entries by lane, minute and shard, and how far it has come in each lane."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import EXPIRY_CURSOR, EXPIRY_ENTRY, HOUR, MINUTE
from chalicelib.runtime import holdings
from chalicelib.runtime.lateness import Pace
from chalicelib.runtime.store import Binding, Page, Record, Table

PAGE = 100  # entries
FIRST_LOOK_MS = HOUR  # how far back the very first run looks
LAGGING_MS = 5 * MINUTE  # where all is well a lane is two minutes behind, for what was written just now
CURSOR = "cursor"


@dataclass(frozen=True)
class Lane:
    """Entries that wait for nobody in another lane. `entries_a_run` are handled by one run, so that it ends in time."""

    name: str  # begins its partitions
    entries_a_run: int
    pace: Pace  # how soon after its end what waits here is to be gone
    shards: int = 4  # of a minute: 4 000 entries a second before one is too hot


class Entry(Record):
    """That something of this kind and name is due for a look."""

    class Meta(Binding):
        pass

    minute = UnicodeAttribute(hash_key=True)  # lane and shard, too
    entry = UnicodeAttribute(range_key=True)  # when it was due first, kind and name

    @property
    def due_at_ms(self) -> int:
        return int(self.entry.partition("#")[0])

    @property
    def what(self) -> tuple[str, str]:
        """Kind and name."""
        _, kind, name = self.entry.split("#", 2)
        return kind, name


class Cursor(Record):
    """How far the reaper has come. With `begun_ms` a run has found something due then, and has not ended since."""

    class Meta(Binding):
        pass

    minute = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    reached_ms = NumberAttribute()  # nothing is due before that minute
    begun_ms = NumberAttribute(null=True)


entries = Table(Entry, "expiries")
cursors = Table(Cursor, "expiries")


def new_entry(lanes: Sequence[Lane], what: tuple[str, str], due_at_ms: int, waits_until_ms: int) -> Entry:
    """Looked at once `waits_until_ms` is over, which is later than `due_at_ms` where it is filed late, or again."""
    number = zlib.crc32("#".join(what).encode())
    lane, shard = lanes[number % len(lanes)], number // len(lanes)
    partition = _partition(lane, waits_until_ms // MINUTE, shard % lane.shards)
    made = Entry(partition, "#".join((_sorted(due_at_ms), *what)))
    made.lives_until(EXPIRY_ENTRY.deadline(waits_until_ms))
    return made


def due_in(lane: Lane, minute: int, shard: int, *, now: int) -> Page[Entry]:
    """At most PAGE of those that are due, the most belated first. One that was written just now may be missing: each
    minute is looked at again for two more, and this is most of what an installation costs in which nobody is."""
    where = Entry.entry < _sorted(now + 1)
    return entries.query(_partition(lane, minute, shard), now=now, where=where, limit=PAGE, consistent=False)


def find_cursor(lane: Lane, *, now: int) -> tuple[int, int | None]:
    """The instant up to which nothing is left in the lane; and when a run has begun there that has not ended."""
    found = cursors.get(_cursor_key(lane), now=now)
    reached = now - FIRST_LOOK_MS if found is None else int(found.reached_ms)
    begun_ms = None if found is None or found.begun_ms is None else int(found.begun_ms)
    return max(reached, now - EXPIRY_ENTRY.length_ms), begun_ms  # no older entry exists


def lags(lane: Lane, *, now: int) -> bool:
    """Whether a run has been there, and either none for a while, or more was due than those since have come to."""
    found = cursors.get(_cursor_key(lane), now=now)
    return found is not None and int(found.reached_ms) < now - LAGGING_MS


def note_begun(lane: Lane, *, now: int) -> None:
    """That a run is about to look at what is due."""
    reached = Cursor.reached_ms.set(Cursor.reached_ms | (now - FIRST_LOOK_MS))
    lives = Cursor.living_until(EXPIRY_CURSOR.deadline(now))
    cursors.upsert(_cursor_key(lane), [Cursor.begun_ms.set(now), reached, *lives], now=now)


def move_cursor(lane: Lane, reached_ms: int, *, now: int) -> None:
    """Forwards only, however the runs overtake one another. The run has ended."""
    made = Cursor(*_cursor_key(lane), reached_ms=reached_ms)
    made.lives_until(EXPIRY_CURSOR.deadline(now))
    ended = Cursor.begun_ms.exists() & (Cursor.reached_ms == reached_ms)
    cursors.create(made, now=now, over=(Cursor.reached_ms < reached_ms) | ended)


def forget_cursor(lane: Lane) -> None:
    """The next run looks as far back as the very first."""
    cursors.delete(_cursor_key(lane))


def _partition(lane: Lane, minute: int, shard: int) -> str:
    return f"{lane.name}/{minute}#{shard}"


def _cursor_key(lane: Lane) -> tuple[str, str]:
    return f"{lane.name}/{CURSOR}", CURSOR


def _sorted(instant_ms: int) -> str:
    """As text that sorts like the number."""
    return f"{instant_ms:015d}"


holdings.let_wait(
    Entry,
    EXPIRY_ENTRY,
    why="it says that something is due, under a seal, which the server opens, or a name that leads nowhere",
)
holdings.is_nobodys(Cursor, EXPIRY_CURSOR, why="it knows an instant and nobody")
