"""What has run out is deleted on time: who stores something files when it is due, and once a minute the reaper calls.

An entry lies in the partition of its minute, so that finding what is due is a Query of each minute since the last run,
never a scan. A subject registers a handler for each kind of its own in wiring.py; it looks whether the thing is over by
now, deletes it, and answers None, or until when it still lives. What is over and waits for its turn is answered with an
instant that is over: it is looked at in a minute, and counts as late all the while from when it was due. A handler may
be called twice, and side by side with itself.

   minute   10:31           10:32           10:33   now
   entries  · · · · ·       · · ·           ·  ·   |
            ^ the cursor: nothing before it is left        rows come while their minute passes, and a little after

What may come in floods waits in a lane of its own, and is looked at a page at a time: so that a flood of it keeps
nothing waiting that is promised within minutes (docs/adr/0024). What fails waits in another, is tried again for as long
as it takes, and counts as late all the while: nothing is given up (the same). What the last run was ended over, by its
time or by what it was looking at, waits there, too, before it is looked at again.

Whose name is under a seal is sealed anew whenever it is filed: an older secret may go once all that it sealed was due.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from chalicelib.lifetimes import MINUTE, SECOND
from chalicelib.runtime import lateness, problems, vault
from chalicelib.runtime.expiry_models import (
    PAGE,
    Entry,
    Lane,
    due_in,
    entries,
    find_cursor,
    move_cursor,
    new_entry,
    note_begun,
)
from chalicelib.runtime.reaped import Reaped
from chalicelib.runtime.telemetry import log
from chalicelib.runtime.transactions import Transaction

MINUTES_A_RUN = 6 * 60  # looked at by one run, where it was away for longer
SETTLED_MS = 2 * MINUTE  # no process writes an entry later than that: Lambda ends it long before
RETRY_MAX_MS = 15 * MINUTE  # from one try to the next, so that the metric goes on telling of what fails
TIME_MS = 45 * SECOND  # of a run, which looks at nothing more from then on: Lambda ends it after 60 s
KEPT_MS = 5 * SECOND  # of that for each lane that is still to come
ENDED_MS = 50 * SECOND  # after it has begun no run goes on

Handler = Callable[[str, int], int | None]
PageHandler = Callable[[Collection[str], int], Mapping[str, int]]

URGENT = Lane("urgent", 2_000, "minutes")  # one after the other: about 6 000 requests
PRESENT = Lane("present", 2_000, "minutes")  # who is in a meeting, every five minutes: 10 000 people
TABS = tuple(Lane(f"tabs-{n}", 10_000, "minutes", shards=1) for n in range(4))  # by the page, each by its own schedule
PATIENT = Lane("patient", 20_000, "days")  # by the page: about 1 600; as many as one network may open in a minute
FAILED = Lane("failed", 2_000, "minutes")  # one after the other, each kind at the pace of its own lane
TOGETHER = (URGENT, PRESENT, PATIENT, FAILED)  # last what may end the run
LANES = (*TOGETHER, *TABS)

_handlers: dict[str, Handler] = {}
_page_handlers: dict[str, PageHandler] = {}
_lanes: dict[str, Sequence[Lane]] = {}
_seals: dict[str, str] = {}
_turns: dict[str, int] = {}


def handled_by(kind: str, handler: Handler, lanes: Sequence[Lane] = (URGENT,), *, a_run: int | None = None) -> None:
    """Calls `handler` with (name, now) of every entry of that kind that is due; by its name each waits in one lane.

    Of what is costly one run takes `a_run` at most, the others wait for the next.
    """
    _handlers[kind] = handler
    if a_run is not None:
        _turns[kind] = a_run
    _wait_in(lanes, kind)


def handled_by_page(kind: str, handler: PageHandler, lanes: Sequence[Lane] = (PATIENT,)) -> None:
    """Calls `handler` with (names, now) of at most PAGE entries; it answers until when those live that still do."""
    _page_handlers[kind] = handler
    _wait_in(lanes, kind)


def is_due_ahead(kind: str, ahead_ms: int) -> None:
    """That kind is due so long before its end, and late from that on, by the minute."""
    lateness.keep_pace(kind, "minutes", ahead_ms=ahead_ms)


def named_by_seal(kind: str, purpose: str) -> None:
    """The names of that kind are sealed for `purpose`."""
    _seals[kind] = purpose


def file(kind: str, name: str, due_at_ms: int, *, now: int) -> None:
    """Has the handler of `kind` called once `due_at_ms` is over; filing the same again is filing it once."""
    entries.put(_entry(kind, name, due_at_ms, now))


def file_many(kind: str, names: Collection[str], due_at_ms: int, *, now: int) -> None:
    """As `file`, 25 a request."""
    _file_all(_entry(kind, name, due_at_ms, now) for name in names)


def file_each(kind: str, due: Mapping[str, int], *, now: int) -> None:
    """As `file`, each name when it is due, 25 a request."""
    _file_all(_entry(kind, name, at_ms, now) for name, at_ms in due.items())


def file_with(both: Transaction, kind: str, name: str, due_at_ms: int, *, now: int) -> None:
    """As `file`, together with what it is about."""
    both.put(entries, _entry(kind, name, due_at_ms, now))


def reap(*, now: int, lanes: Sequence[Lane] | None = None, spent_ms: Callable[[], int] = lambda: 0) -> Reaped:
    """Has everything that is due looked at, the oldest first. Two runs at once, or one broken off, do no harm.

    `spent_ms` says how long the run has taken by now.
    """
    done, looked_at = Reaped(), LANES if lanes is None else lanes
    for number, lane in enumerate(looked_at, 1):
        is_up = partial(_is_up, spent_ms, TIME_MS - KEPT_MS * (len(looked_at) - number))
        done.add(_reap_lane(lane, now, Reaped(is_up=is_up)))
        lateness.report(done.untold())
    return done


def _is_up(spent_ms: Callable[[], int], until_ms: int) -> bool:
    return spent_ms() >= until_ms


def _reap_lane(lane: Lane, now: int, done: Reaped) -> Reaped:
    reached, begun_ms = find_cursor(lane, now=now)
    done.follows_ended = begun_ms is not None and now - begun_ms >= ENDED_MS
    for minute in _minutes(reached, now):
        if not all(_reap_partition(lane, minute, shard, done, now) for shard in range(lane.shards)):
            break
        reached = minute * MINUTE
    move_cursor(lane, min(reached, now - SETTLED_MS), now=now)
    if done.handled:
        log.info("reaped", lane=lane.name, entries=done.handled, failed=done.failed, late_ms=done.late_ms)
    return done


def _minutes(reached_ms: int, now: int) -> Iterator[int]:
    first = reached_ms // MINUTE
    yield from range(first, min(now // MINUTE, first + MINUTES_A_RUN) + 1)


def _reap_partition(lane: Lane, minute: int, shard: int, done: Reaped, now: int) -> bool:
    """Whether nothing due is left in it."""
    while done.handled < lane.entries_a_run and not done.is_up():
        due = due_in(lane, minute, shard, now=now)
        if due and not done.handled:
            note_begun(lane, now=now)
        _look_at_page(lane, due, done, now)
        if len(due) < PAGE and not done.is_up():
            return True
    return False


def _look_at_page(lane: Lane, due: list[Entry], done: Reaped, now: int) -> None:
    done.handled += len(due)
    done.late_ms = max([done.late_ms, *(now - one.due_at_ms for one in due)])
    if lane is FAILED:
        _try_again(due, done, now)
    elif due and done.follows_ended:
        done.follows_ended = False
        _distrust(due, now)
    else:
        for kind in dict.fromkeys(one.what[0] for one in due):
            _look_at_kind(kind, [one for one in due if one.what[0] == kind], done, now)


def _look_at_kind(kind: str, due: list[Entry], done: Reaped, now: int) -> None:
    if kind in _page_handlers:
        _look_at(kind, due, done, now)
        return
    turns = done.take_turns(kind, len(due), _turns.get(kind))
    for one in due[:turns]:
        if not done.is_up():
            _look_at(kind, [one], done, now)
    _file_all(_again(one, now, done, now) for one in due[turns:])
    _delete_all(due[turns:])


def _look_at(kind: str, due: list[Entry], done: Reaped, now: int) -> None:
    if not _settle(kind, due, done, now):
        _file_all(_failing(one, now) for one in due)
    _delete_all(due)  # last: breaking off before it means looking twice


def _try_again(due: list[Entry], done: Reaped, now: int) -> None:
    """What has failed, each by itself: one that never succeeds keeps no other from it. Nor does one that ends the whole
    process: it is filed for the next try, and told of, before this one.
    """
    filed = [_failing(one, now) for one in due]
    for one in due:
        done.note_late(one.what[0], now - one.due_at_ms)
    lateness.report(done.untold())
    _file_all(filed)
    _delete_all(due)
    for one in filed:
        if not done.is_up() and _settle(one.what[0], [one], done, now):
            _delete_all([one])


def _distrust(due: list[Entry], now: int) -> None:
    """The last run was ended over one of these: they are looked at with what has failed, and keep nothing waiting."""
    log.error("reaper was ended", kinds=sorted({one.what[0] for one in due}), entries=len(due))
    _file_all(new_entry((FAILED,), _called(*one.what), one.due_at_ms, now) for one in due)
    _delete_all(due)


def _settle(kind: str, due: list[Entry], done: Reaped, now: int) -> bool:
    """Looks at some that are alike, and files again what lives; False where that failed."""
    try:
        again = _ask(kind, [one.what[1] for one in due], now)
    except Exception as error:  # one that fails keeps nobody else waiting
        problems.unexpected(error, f"expiry of {kind}")
        done.failed += len(due)
        done.note_late(kind, max(now - one.due_at_ms for one in due))
        return False
    _file_all(_again(one, again[one.what[1]], done, now) for one in due if one.what[1] in again)
    for one in due:
        if one.what[1] not in again:
            done.note_late(kind, now - one.due_at_ms)
    return True


def _ask(kind: str, names: Sequence[str], now: int) -> Mapping[str, int]:
    if kind in _page_handlers:
        return _page_handlers[kind](names, now)
    answers = ((name, _handlers[kind](name, now)) for name in names)
    return {name: again_at_ms for name, again_at_ms in answers if again_at_ms is not None}


def _again(entry: Entry, at_ms: int, done: Reaped, now: int) -> Entry:
    """What it is filed as: for when it ends, or, where it is over and waits for its turn, for the next run.

    Then it stays as late as it is, and in another minute than this, so that it is not deleted with what it follows.
    """
    kind, name = entry.what
    if at_ms > now:
        return _entry(kind, name, at_ms, now)
    done.note_late(kind, now - entry.due_at_ms)
    return new_entry(_lanes.get(kind, (URGENT,)), _called(kind, name), entry.due_at_ms, now + MINUTE)


def _failing(entry: Entry, now: int) -> Entry:
    """It is tried again, the later the longer it has failed, and never given up."""
    return new_entry((FAILED,), _called(*entry.what), entry.due_at_ms, now + _retried_after(entry, now))


def _retried_after(entry: Entry, now: int) -> int:
    return min(max((now - entry.due_at_ms) // 2, MINUTE), RETRY_MAX_MS)


def _file_all(made: Iterable[Entry]) -> None:
    """Each once: what was filed for two instants, and lives until a third, would be twice in one batch."""
    entries.put_many({(one.minute, one.entry): one for one in made}.values())


def _delete_all(these: Iterable[Entry]) -> None:
    entries.delete_many((one.minute, one.entry) for one in these)


def _entry(kind: str, name: str, due_at_ms: int, now: int) -> Entry:
    """Where it is due already, it waits in the minute of `now`, which the reaper has not left."""
    return new_entry(_lanes.get(kind, (URGENT,)), _called(kind, name), due_at_ms, max(due_at_ms, now))


def _called(kind: str, name: str) -> tuple[str, str]:
    """Under the newest secret, where a seal names it."""
    fresh = vault.sealed_anew(_seals[kind], name) if kind in _seals else None
    return kind, fresh or name


def _wait_in(lanes: Sequence[Lane], kind: str) -> None:
    _lanes[kind] = lanes
    lateness.keep_pace(kind, lanes[0].pace)
