"""What has run out is deleted on time: who stores something files when it is due, and once a minute the reaper calls.

An entry lies in the partition of its minute, so that finding what is due is a Query of each minute since the last run,
never a scan. A subject registers a handler for each kind of its own in wiring.py; it looks whether the thing is over by
now, deletes it, and answers None, or until when it still lives. It may be called twice, and side by side with itself.

   minute   10:31           10:32           10:33   now
   entries  · · · · ·       · · ·           ·  ·   |
            ^ the cursor: nothing before it is left        rows come while their minute passes, and a little after

What may come in floods and has a day to go waits in a lane of its own, and is looked at a page at a time: so that a
flood of it keeps nothing waiting that is promised within minutes (docs/adr/0024).
"""

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import EXPIRY_CURSOR, EXPIRY_ENTRY, HOUR, MINUTE
from chalicelib.runtime import holdings, lateness, problems
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.telemetry import log
from chalicelib.runtime.transactions import Transaction

SHARDS = 4  # of a minute: 4 000 entries a second before one is too hot
PAGE = 100  # entries
MINUTES_A_RUN = 6 * 60  # looked at by one run, where it was away for longer
SETTLED_MS = 2 * MINUTE  # no process writes an entry later than that: Lambda ends it long before
FIRST_LOOK_MS = HOUR  # how far back the very first run looks
CURSOR = "cursor"

Handler = Callable[[str, int], int | None]
PageHandler = Callable[[Collection[str], int], Mapping[str, int]]


@dataclass(frozen=True)
class Lane:
    """`entries_a_run` are handled by one run, so that it ends in time; the next, a minute later, goes on."""

    prefix: str  # of its partitions
    entries_a_run: int


URGENT = Lane("", 2_000)  # one after the other: about 6 000 requests
PATIENT = Lane("patient/", 20_000)  # by the page: about 1 600; as many sessions as one network may open in a minute


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
_page_handlers: dict[str, PageHandler] = {}


@dataclass
class Reaped:
    """What one run did. `late_ms` is how long the most belated entry had been due, `patient_ms` in the patient lane.

    `late` is the same by kind: of what was over and is deleted now, and of what failed and is not.
    """

    handled: int = 0
    failed: int = 0
    late_ms: int = 0
    patient_ms: int = 0
    late: dict[str, int] = field(default_factory=dict)

    def note_late(self, kind: str, late_ms: int) -> None:
        self.late[kind] = max(late_ms, self.late.get(kind, 0))


def handled_by(kind: str, handler: Handler) -> None:
    """Calls `handler` with (name, now) of every entry of that kind that is due."""
    _handlers[kind] = handler


def handled_by_page(kind: str, handler: PageHandler) -> None:
    """Calls `handler` with (names, now) of at most PAGE entries; it answers until when those live that still do."""
    _page_handlers[kind] = handler


def file(kind: str, name: str, due_at_ms: int, *, now: int, lane: Lane = URGENT) -> None:
    """Has the handler of `kind` called once `due_at_ms` is over; filing the same again is filing it once."""
    entries.put(_entry(lane, (kind, name), due_at_ms, now))


def file_with(both: Transaction, kind: str, name: str, due_at_ms: int, *, now: int, lane: Lane = URGENT) -> None:
    """As `file`, together with what it is about."""
    both.put(entries, _entry(lane, (kind, name), due_at_ms, now))


def reap(*, now: int) -> Reaped:
    """Has everything that is due looked at, the oldest first. Two runs at once, or one broken off, do no harm."""
    urgent, patient = (_reap_lane(lane, now) for lane in (URGENT, PATIENT))
    done = Reaped(urgent.handled + patient.handled, urgent.failed + patient.failed, urgent.late_ms, patient.late_ms)
    done.late = urgent.late | patient.late
    lateness.report(done.late)
    if done.handled:
        log.info("reaped", entries=done.handled, failed=done.failed, late_ms=done.late_ms, patient_ms=done.patient_ms)
    return done


def _reap_lane(lane: Lane, now: int) -> Reaped:
    done, reached = Reaped(), _cursor(lane, now)
    for minute in _minutes(reached, now):
        if not all(_reap_partition(lane, f"{lane.prefix}{minute}#{shard}", done, now) for shard in range(SHARDS)):
            break
        reached = minute * MINUTE
    _move_cursor(lane, min(reached, now - SETTLED_MS), now)
    return done


def _minutes(reached_ms: int, now: int) -> Iterator[int]:
    first = reached_ms // MINUTE
    yield from range(first, min(now // MINUTE, first + MINUTES_A_RUN) + 1)


def _reap_partition(lane: Lane, partition: str, done: Reaped, now: int) -> bool:
    """Whether nothing due is left in it."""
    while done.handled < lane.entries_a_run:
        due = entries.query(partition, now=now, where=Entry.entry < _sorted(now + 1), limit=PAGE)
        _look_at_page(lane, due, done, now)
        if len(due) < PAGE:
            return True
    return False


def _look_at_page(lane: Lane, due: list[Entry], done: Reaped, now: int) -> None:
    done.handled += len(due)
    done.late_ms = max([done.late_ms, *(now - one.due_at_ms for one in due)])
    for kind in dict.fromkeys(one.what[0] for one in due):
        these = [one for one in due if one.what[0] == kind]
        if kind in _page_handlers:
            _look_at_all(lane, kind, these, done, now)
        else:
            for one in these:
                _look_at(lane, one, done, now)


def _look_at(lane: Lane, entry: Entry, done: Reaped, now: int) -> None:
    kind, name = entry.what
    try:
        again_at_ms = _handlers[kind](name, now)
    except Exception as error:  # one that fails keeps nobody else waiting: it is tried again, for a day
        _failed(lane, [entry], error, done, now)
    else:
        if again_at_ms is None:
            done.note_late(kind, now - entry.due_at_ms)
        else:
            file(kind, name, max(again_at_ms, now + 1), now=now, lane=lane)
    entries.delete((entry.minute, entry.entry))  # last: breaking off before it means looking twice


def _look_at_all(lane: Lane, kind: str, due: list[Entry], done: Reaped, now: int) -> None:
    """As `_look_at`, of many that are alike."""
    try:
        again = _page_handlers[kind]([one.what[1] for one in due], now)
    except Exception as error:
        _failed(lane, due, error, done, now)
    else:
        entries.put_many(_entry(lane, (kind, name), max(at_ms, now + 1), now) for name, at_ms in again.items())
        for one in due:
            if one.what[1] not in again:
                done.note_late(kind, now - one.due_at_ms)
    entries.delete_many((one.minute, one.entry) for one in due)


def _failed(lane: Lane, due: list[Entry], error: Exception, done: Reaped, now: int) -> None:
    problems.unexpected(error, f"expiry of {due[0].what[0]}")
    done.failed += len(due)
    done.note_late(due[0].what[0], max(now - one.due_at_ms for one in due))
    later = now + MINUTE  # as late as it has been: the metric tells of what never succeeds
    entries.put_many(_entry(lane, one.what, one.due_at_ms, later, int(one.expires_at_ms)) for one in due)


def _entry(lane: Lane, what: tuple[str, str], due_at_ms: int, now: int, lives_until_ms: int | None = None) -> Entry:
    """Where it is due already, it waits in the minute of `now`, which the reaper has not left."""
    shard, waits_until_ms = zlib.crc32("#".join(what).encode()) % SHARDS, max(due_at_ms, now)
    made = Entry(f"{lane.prefix}{waits_until_ms // MINUTE}#{shard}", "#".join((_sorted(due_at_ms), *what)))
    made.lives_until(lives_until_ms or EXPIRY_ENTRY.deadline(waits_until_ms))
    return made


def _sorted(instant_ms: int) -> str:
    """As text that sorts like the number."""
    return f"{instant_ms:015d}"


def _cursor(lane: Lane, now: int) -> int:
    found = cursors.get((lane.prefix + CURSOR, CURSOR), now=now)
    reached = now - FIRST_LOOK_MS if found is None else int(found.reached_ms)
    return max(reached, now - EXPIRY_ENTRY.length_ms)  # no older entry exists


def _move_cursor(lane: Lane, reached_ms: int, now: int) -> None:
    """Forwards only, however the runs overtake one another."""
    made = Cursor(lane.prefix + CURSOR, CURSOR, reached_ms=reached_ms)
    made.lives_until(EXPIRY_CURSOR.deadline(now))
    cursors.create(made, now=now, over=Cursor.reached_ms < reached_ms)


holdings.let_pass(Entry, EXPIRY_ENTRY, why="it says that something is due, under a seal or a name that leads nowhere")
holdings.is_nobodys(Cursor, EXPIRY_CURSOR, why="it knows an instant and nobody")
