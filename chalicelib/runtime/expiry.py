"""What has run out is deleted on time: who stores something files when it is due, and once a minute the reaper calls.

An entry lies in the partition of its minute, so that finding what is due is a Query of each minute since the last run,
never a scan. A subject registers a handler for each kind of its own in app.py; it looks whether the thing is over by
now, deletes it, and answers None, or until when it still lives. It may be called twice, and side by side with itself.

   minute   10:31           10:32           10:33   now
   entries  · · · · ·       · · ·           ·  ·   |
            ^ the cursor: nothing before it is left        rows come while their minute passes, and a little after
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import EXPIRY_CURSOR, EXPIRY_ENTRY, HOUR, MINUTE
from chalicelib.runtime import problems
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.telemetry import log
from chalicelib.runtime.transactions import Transaction

SHARDS = 4  # of a minute: 4 000 entries a second before one is too hot
PAGE = 100  # entries
ENTRIES_A_RUN = 2_000  # handled by one run, so that it ends in time; the next, a minute later, goes on
MINUTES_A_RUN = 6 * 60  # looked at by one run, where it was away for longer
SETTLED_MS = 2 * MINUTE  # no process writes an entry later than that: Lambda ends it long before
FIRST_LOOK_MS = HOUR  # how far back the very first run looks
CURSOR = "cursor"

Handler = Callable[[str, int], int | None]


class Entry(Record):
    """That something of this kind and name is due for a look."""

    class Meta(Binding):
        pass

    minute = UnicodeAttribute(hash_key=True)  # and shard
    entry = UnicodeAttribute(range_key=True)  # when it is due, kind and name

    @property
    def due_at_ms(self) -> int:
        return int(self.entry.partition("#")[0])

    @property
    def what(self) -> tuple[str, str]:
        """Kind and name."""
        _, kind, name = self.entry.split("#", 2)
        return kind, name


class Cursor(Record):
    """How far the reaper has come."""

    class Meta(Binding):
        pass

    minute = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    reached_ms = NumberAttribute()  # nothing is due before that minute


entries = Table(Entry, "expiries")
cursors = Table(Cursor, "expiries")
_handlers: dict[str, Handler] = {}


@dataclass
class Reaped:
    """What one run did. `late_ms` is how long the most belated entry had been due."""

    handled: int = 0
    failed: int = 0
    late_ms: int = 0


def handled_by(kind: str, handler: Handler) -> None:
    """Calls `handler` with (name, now) of every entry of that kind that is due."""
    _handlers[kind] = handler


def file(kind: str, name: str, due_at_ms: int, *, now: int) -> None:
    """Has the handler of `kind` called once `due_at_ms` is over; filing the same again is filing it once."""
    entries.put(_entry((kind, name), due_at_ms, now, EXPIRY_ENTRY.deadline(max(due_at_ms, now))))


def file_with(both: Transaction, kind: str, name: str, due_at_ms: int, *, now: int) -> None:
    """As `file`, together with what it is about."""
    both.put(entries, _entry((kind, name), due_at_ms, now, EXPIRY_ENTRY.deadline(max(due_at_ms, now))))


def reap(*, now: int) -> Reaped:
    """Has everything that is due looked at, the oldest first. Two runs at once, or one broken off, do no harm."""
    done = Reaped()
    reached = _cursor(now)
    for minute in _minutes(reached, now):
        if not all(_reap_partition(f"{minute}#{shard}", done, now) for shard in range(SHARDS)):
            break
        reached = minute * MINUTE
    _move_cursor(min(reached, now - SETTLED_MS), now)
    if done.handled:
        log.info("reaped", entries=done.handled, failed=done.failed, late_ms=done.late_ms)
    return done


def _minutes(reached_ms: int, now: int) -> Iterator[int]:
    first = reached_ms // MINUTE
    yield from range(first, min(now // MINUTE, first + MINUTES_A_RUN) + 1)


def _reap_partition(partition: str, done: Reaped, now: int) -> bool:
    """Whether nothing due is left in it."""
    while done.handled < ENTRIES_A_RUN:
        due = entries.query(partition, now=now, where=Entry.entry < _sorted(now + 1), limit=PAGE)
        for entry in due:
            _look_at(entry, done, now)
        if len(due) < PAGE:
            return True
    return False


def _look_at(entry: Entry, done: Reaped, now: int) -> None:
    kind, name = entry.what
    done.handled += 1
    done.late_ms = max(done.late_ms, now - entry.due_at_ms)
    try:
        again_at_ms = _handlers[kind](name, now)
    except Exception as error:  # one that fails keeps nobody else waiting: it is tried again, for a day
        problems.unexpected(error, f"expiry of {kind}")
        done.failed += 1
        entries.put(_entry(entry.what, now + MINUTE, now, int(entry.expires_at_ms)))
    else:
        if again_at_ms is not None:
            file(kind, name, max(again_at_ms, now + 1), now=now)
    entries.delete((entry.minute, entry.entry))  # last: breaking off before it means looking twice


def _entry(what: tuple[str, str], due_at_ms: int, now: int, lives_until_ms: int) -> Entry:
    """Where it is due already, it waits in the minute of `now`, which the reaper has not left."""
    shard = zlib.crc32("#".join(what).encode()) % SHARDS
    made = Entry(f"{max(due_at_ms, now) // MINUTE}#{shard}", "#".join((_sorted(due_at_ms), *what)))
    made.lives_until(lives_until_ms)
    return made


def _sorted(instant_ms: int) -> str:
    """As text that sorts like the number."""
    return f"{instant_ms:015d}"


def _cursor(now: int) -> int:
    found = cursors.get((CURSOR, CURSOR), now=now)
    reached = now - FIRST_LOOK_MS if found is None else int(found.reached_ms)
    return max(reached, now - EXPIRY_ENTRY.length_ms)  # no older entry exists


def _move_cursor(reached_ms: int, now: int) -> None:
    """Forwards only, however the runs overtake one another."""
    made = Cursor(CURSOR, CURSOR, reached_ms=reached_ms)
    made.lives_until(EXPIRY_CURSOR.deadline(now))
    cursors.create(made, now=now, over=Cursor.reached_ms < reached_ms)
