"""The reaper: what is filed is looked at when it is due, whatever breaks off, comes twice or was away."""

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import NoReturn
from unittest.mock import patch

import pytest

from chalicelib.lifetimes import DAY, HOUR, MINUTE, SECOND
from chalicelib.runtime import expiry, lateness, meter
from chalicelib.runtime.expiry_models import CURSOR, PAGE, entries, new_entry
from infra.local.chalice_app import handlers_of
from infra.local.events import LambdaContext, schedule_event
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, Memory, in_memory
from tests.support.world import World

DUE = START_MS + 10 * MINUTE + 30 * SECOND + 123


class Things:
    """Something that is deleted when it is over; `until` says when that is, `deleted` how often it happened."""

    def __init__(self) -> None:
        self.until: dict[str, int] = {}
        self.deleted: dict[str, int] = {}
        self.broken: set[str] = set()

    def add(self, name: str, due_at_ms: int = DUE, *, now: int = START_MS) -> None:
        self.until[name] = due_at_ms
        expiry.file("thing", name, due_at_ms, now=now)

    def look(self, name: str, now: int) -> int | None:
        if name in self.broken:
            raise RuntimeError
        if self.until[name] > now:
            return self.until[name]
        self.deleted[name] = self.deleted.get(name, 0) + 1
        return None


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory() as found:
        yield found


@pytest.fixture
def things(memory: Memory) -> Iterator[Things]:
    with patch.dict(expiry._handlers), patch.dict(expiry._lanes):
        made = Things()
        expiry.handled_by("thing", made.look)
        yield made


def waiting(memory: Memory) -> list[str]:
    found = (row["entry"]["S"] for row in memory.items("expiries"))
    return sorted(entry.partition("#")[2] for entry in found if entry != CURSOR)


def run_every_minute(until_ms: int, *, since_ms: int = START_MS) -> None:
    for now in range(since_ms, until_ms + 1, MINUTE):
        expiry.reap(now=now)


def test_what_is_filed_is_looked_at_when_it_is_due_and_once(things: Things, memory: Memory) -> None:
    """The four lifetimes: gone on time, without the sweeper."""
    things.add("tab")
    things.add("other", DUE + 1)
    for now, deleted in ((DUE - 1, {}), (DUE, {"tab": 1}), (DUE, {"tab": 1}), (DUE + 1, {"tab": 1, "other": 1})):
        expiry.reap(now=now)
        assert things.deleted == deleted
    assert waiting(memory) == []


def test_a_run_every_minute_is_never_more_than_a_minute_late(things: Things) -> None:
    for second in range(180):
        things.add(str(second), DUE + second * SECOND)
    late = [expiry.reap(now=now).late_ms for now in range(START_MS, DUE + 5 * MINUTE, MINUTE)]
    assert len(things.deleted) == 180
    assert 0 < max(late) <= MINUTE


def test_how_late_each_kind_went_is_a_metric(things: Things, capsys: pytest.CaptureFixture[str]) -> None:
    """The four lifetimes: the worst of a run, in seconds; what failed counts from its end, what was renewed not."""
    expiry.handled_by("other", things.look)
    for name, due_at_ms in (("late", DUE), ("later", DUE - SECOND), ("broken", DUE), ("renewed", DUE)):
        things.add(name, due_at_ms)
    things.until["other"] = DUE
    expiry.file("other", "other", DUE, now=START_MS)
    things.broken.add("broken")
    things.until["renewed"] = DUE + DAY
    expiry.reap(now=DUE + 90 * SECOND)
    assert told(capsys) == {"other": 90.0, "thing": 91.0}
    things.broken.clear()
    run_every_minute(DUE + 4 * MINUTE, since_ms=DUE + 2 * MINUTE)
    assert things.deleted["broken"] == 1
    assert told(capsys)["thing"] >= 120.0
    expiry.reap(now=DUE + 5 * MINUTE)
    assert told(capsys) == {}


@pytest.mark.parametrize("by_the_page", [False, True])
def test_what_waits_for_its_turn_is_late_all_the_while(
    things: Things, memory: Memory, capsys: pytest.CaptureFixture[str], *, by_the_page: bool
) -> None:
    """The four lifetimes: from its end, and not from its latest look; what lives for the moment is not late."""
    answers = {"slow": [DUE, DUE, DUE], "alive": [DUE + 2 * MINUTE]}

    def look(name: str, now: int) -> int | None:
        return answers[name].pop(0) if answers[name] else None

    def look_at_all(names: Collection[str], now: int) -> dict[str, int]:
        return {name: at_ms for name in names if (at_ms := look(name, now)) is not None}

    with patch.dict(expiry._page_handlers):
        for name in answers:
            kind = f"{name}-thing"
            if by_the_page:
                expiry.handled_by_page(kind, look_at_all)
            else:
                expiry.handled_by(kind, look)
            expiry.file(kind, name, DUE, now=START_MS)
        seen = []
        for minute in range(4):
            expiry.reap(now=DUE + minute * MINUTE)
            seen.append(told(capsys))
    assert [one.get("slow-thing") for one in seen] == [0.0, 60.0, 120.0, 180.0]
    assert [one.get("alive-thing") for one in seen] == [None, None, 0.0, None]
    assert waiting(memory) == []


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics that were written since the last look, as CloudWatch reads them."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"CloudWatchMetrics"' in line]
    assert {one["_aws"]["CloudWatchMetrics"][0]["Namespace"] for one in lines} <= {"Earshot"}
    return {one["kind"]: one["LatenessSeconds"][0] for one in lines}


def test_what_lives_longer_than_it_was_filed_for_is_filed_again(things: Things, memory: Memory) -> None:
    """A heartbeat touches the lease only: the reaper finds it renewed."""
    things.add("tab")
    things.until["tab"] = later = DUE + 25 * MINUTE
    run_every_minute(later - MINUTE)
    assert things.deleted == {}
    assert waiting(memory) == ["thing#tab"]
    expiry.reap(now=later)
    assert things.deleted == {"tab": 1}
    assert waiting(memory) == []


@pytest.mark.parametrize("longer_ms", [1, 20 * SECOND, 30 * MINUTE])
def test_filed_again_within_the_minute_or_later_it_is_not_lost(things: Things, longer_ms: int) -> None:
    things.add("tab")
    things.until["tab"] = DUE + longer_ms
    expiry.reap(now=DUE)
    expiry.reap(now=DUE + longer_ms)
    assert things.deleted == {"tab": 1}


def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next(things: Things, memory: Memory) -> None:
    """G2: started again, nothing is lost, and nothing is left."""
    for survived in range(40):
        things.add("over")
        things.add("renewed")
        things.until["renewed"] = DUE + MINUTE
        things.deleted.clear()
        with suppress(Crash), memory.crash_after(survived):
            expiry.reap(now=DUE)
        expiry.reap(now=DUE + 1)
        assert set(things.deleted) == {"over"}, survived
        expiry.reap(now=DUE + MINUTE)
        assert set(things.deleted) == {"over", "renewed"}, survived
        assert waiting(memory) == [], survived


def test_two_runs_at_once_do_no_harm(things: Things, memory: Memory) -> None:
    for at in range(40):
        things.add("over")
        things.add("renewed")
        things.until["renewed"] = DUE + MINUTE
        things.deleted.clear()
        with memory.interrupted(at, lambda: expiry.reap(now=DUE + 1)):
            expiry.reap(now=DUE)
        expiry.reap(now=DUE + MINUTE)
        assert set(things.deleted) == {"over", "renewed"}, at
        assert waiting(memory) == [], at


@pytest.mark.parametrize("later_ms", [1, SECOND, HOUR])
def test_what_is_filed_anew_while_it_is_looked_at_stays_filed(things: Things, memory: Memory, later_ms: int) -> None:
    """The same name again, for later, between the look and the deletion."""
    things.add("tab")

    def look(name: str, now: int) -> None:
        expiry.file("thing", name, now + later_ms, now=now)

    expiry.handled_by("thing", look)
    expiry.reap(now=DUE)
    assert waiting(memory) == ["thing#tab"]


def test_after_hours_away_it_goes_on_where_it_was(things: Things, memory: Memory) -> None:
    """Bounded work a run, the oldest first; what is older waits longer than what is not."""
    expiry.reap(now=START_MS)
    away_ms = 10 * HOUR
    for minute in range(0, 600, 7):
        things.add(str(minute), START_MS + minute * MINUTE + 1)
    first = expiry.reap(now=START_MS + away_ms)
    assert 0 < first.handled < len(things.until)
    assert min(map(int, set(things.until) - set(things.deleted))) > max(map(int, things.deleted))
    expiry.reap(now=START_MS + away_ms + MINUTE)
    assert set(things.deleted) == set(things.until)
    assert waiting(memory) == []


def test_a_crowd_is_shared_out_among_runs(things: Things, memory: Memory) -> None:
    lane = replace(expiry.URGENT, entries_a_run=250)
    for n in range(600):
        things.add(str(n))
    handled = [expiry.reap(now=DUE + run * MINUTE, lanes=[lane]).handled for run in range(4)]
    assert sum(handled) == 600
    assert max(handled) <= 250 + PAGE
    assert set(things.deleted.values()) == {1}
    assert waiting(memory) == []


def test_one_that_fails_keeps_nobody_waiting_and_is_tried_again(things: Things, memory: Memory) -> None:
    things.add("broken")
    for n in range(20):
        things.add(str(n))
    things.broken.add("broken")
    assert expiry.reap(now=DUE).failed == 1
    assert len(things.deleted) == 20
    things.broken.clear()
    expiry.reap(now=DUE + MINUTE)
    assert things.deleted["broken"] == 1


def test_one_that_fails_is_never_given_up(things: Things, memory: Memory) -> None:
    """Nothing is lost unseen: it is tried, the more seldom the longer, and told as late until it succeeds."""
    things.add("broken")
    things.broken.add("broken")
    failed = [now for now in range(DUE, DUE + 2 * DAY, MINUTE) if expiry.reap(now=now).failed]
    assert failed[:3] == [DUE, DUE + MINUTE, DUE + 2 * MINUTE]
    waits = [later - now for now, later in pairwise(failed)]
    assert waits == sorted(waits)
    assert max(waits) == expiry.RETRY_MAX_MS
    assert failed[-1] > DUE + 2 * DAY - 2 * expiry.RETRY_MAX_MS

    things.broken.clear()
    run_every_minute(DUE + 2 * DAY + expiry.RETRY_MAX_MS, since_ms=DUE + 2 * DAY)
    assert things.deleted == {"broken": 1}
    assert waiting(memory) == []


def test_nothing_is_lost_where_the_reaper_was_away_for_weeks(things: Things, memory: Memory) -> None:
    """Also of what had failed before."""
    things.add("tab")
    things.add("broken")
    things.broken.add("broken")
    expiry.reap(now=DUE - MINUTE)
    things.until["tab"] = DUE + MINUTE
    expiry.reap(now=DUE)
    things.broken.clear()
    back_ms = DUE + 29 * DAY
    run_every_minute(back_ms + 2 * HOUR, since_ms=back_ms)
    assert things.deleted == {"tab": 1, "broken": 1}
    assert waiting(memory) == []


def test_one_of_a_page_that_fails_keeps_no_other_from_being_deleted(things: Things, memory: Memory) -> None:
    """Those that are looked at together, and fail together, are then looked at one by one."""

    def look(names: Collection[str], now: int) -> dict[str, int]:
        return {name: until for name in names if (until := things.look(name, now))}

    names = [str(number) for number in range(20)]
    with patch.dict(expiry._page_handlers):
        expiry.handled_by_page("paged", look)
        for name in names:
            things.until[name] = DUE
            expiry.file("paged", name, DUE, now=START_MS)
        things.broken.add("7")
        assert expiry.reap(now=DUE).failed > 1
        assert expiry.reap(now=DUE + MINUTE).failed == 1
    assert set(things.deleted) == {*names} - {"7"}
    assert waiting(memory) == ["paged#7"]


def test_what_was_filed_for_two_instants_and_lives_until_a_third_is_filed_once(things: Things, memory: Memory) -> None:
    """DynamoDB refuses a batch that has a key twice; the reaper would come to a halt there."""

    def look(names: Collection[str], now: int) -> dict[str, int]:
        return {name: until for name in names if (until := things.look(name, now))}

    with patch.dict(expiry._page_handlers), patch.dict(expiry._lanes):
        expiry.handled_by_page("paged", look)
        things.until["a"] = DUE + HOUR
        for due_at_ms in (DUE, DUE + 1):
            expiry.file_many("paged", ["a", "a"], due_at_ms, now=START_MS)
        assert expiry.reap(now=DUE + 1).failed == 0
        assert waiting(memory) == ["paged#a"]
        assert expiry.reap(now=DUE + HOUR).failed == 0
    assert things.deleted == {"a": 1}


def test_what_is_late_in_two_lanes_is_told_by_the_worst(things: Things) -> None:
    """Whichever lane is looked at first."""
    things.add("broken", DUE)
    things.broken.add("broken")
    expiry.reap(now=DUE)
    things.add("late", DUE + 50 * SECOND)
    assert expiry.reap(now=DUE + MINUTE).late == {"thing": MINUTE}
    assert expiry.reap(now=DUE + 2 * MINUTE, lanes=expiry.LANES[::-1]).late == {"thing": 2 * MINUTE}
    things.add("later", DUE + 3 * MINUTE)
    for lanes in (expiry.LANES, expiry.LANES[::-1]):
        expiry.file("thing", "broken", DUE, now=DUE)
        expiry.file("thing", "later", DUE + 3 * MINUTE, now=DUE)
        entries.put(new_entry((expiry.FAILED,), ("thing", "broken"), DUE, DUE + 3 * MINUTE))
        assert expiry.reap(now=DUE + 3 * MINUTE + SECOND, lanes=lanes).late == {"thing": 3 * MINUTE + SECOND}


class Ended(BaseException):
    """Lambda has ended the process: no exception that anybody could handle."""


@pytest.mark.parametrize("by_the_page", [False, True])
def test_what_ends_the_whole_process_keeps_nothing_else_waiting(
    things: Things, memory: Memory, *, by_the_page: bool
) -> None:
    """ADR 24: neither in its lane nor in those after it, nor what has failed; and it is told of as late."""
    told = list[str]()

    def end(name: str, now: int) -> NoReturn:
        raise Ended

    with patch.dict(expiry._page_handlers):
        if by_the_page:
            expiry.handled_by_page("ending", lambda names, now: {one: end(one, now) for one in names}, (expiry.URGENT,))
        else:
            expiry.handled_by("ending", end)
        expiry.handled_by("patient-thing", things.look, (expiry.PATIENT,))
        expiry.reap(now=DUE - MINUTE)
        expiry.file("ending", "first", DUE - SECOND, now=START_MS)
        expiry.file("ending", "second", DUE - SECOND, now=START_MS)
        things.add("behind", DUE)
        things.add("broken", DUE - 2 * SECOND)
        things.broken.add("broken")
        things.until["patient"] = DUE
        expiry.file("patient-thing", "patient", DUE, now=START_MS)
        ended = 0
        with lateness.heard_by(lambda kind, _: told.append(kind)):
            for minute in range(8):
                things.broken -= {"broken"} if minute == 4 else set()
                try:
                    expiry.reap(now=DUE + minute * MINUTE)
                except Ended:
                    ended += 1
    assert set(things.deleted) == {"behind", "broken", "patient"}
    assert told.count("ending") >= 2
    assert 1 < ended < 8
    assert waiting(memory) == ["ending#first", "ending#second"]


def test_a_run_that_is_still_under_way_is_not_taken_for_ended(things: Things, memory: Memory) -> None:
    """Two at once do not put aside what the other looks at."""
    things.add("tab")
    seen = list[int]()

    def look(name: str, now: int) -> int | None:
        seen.append(expiry.reap(now=now + 10 * SECOND).failed if now == DUE else 0)
        return things.look(name, now)

    expiry.handled_by("thing", look)
    expiry.reap(now=DUE)
    assert not [
        row
        for row in memory.items("expiries")
        if row["minute"]["S"].startswith("failed/") and CURSOR not in row["minute"]["S"]
    ]
    assert seen == [0, 0]


def test_a_run_ends_by_itself_before_it_is_ended(things: Things, memory: Memory) -> None:
    """Each lane leaves something of the time to those after it; what is left waits for the next run, and is late."""
    looked = list[str]()

    def look(name: str, now: int) -> int | None:
        looked.append(name)
        return things.look(name, now)

    expiry.handled_by("thing", look)
    expiry.handled_by("patient-thing", look, (expiry.PATIENT,))
    for number in range(30):
        things.add(str(number))
    things.until["patient"] = DUE
    expiry.file("patient-thing", "patient", DUE, now=START_MS)
    runs = 0
    while waiting(memory):
        looked.clear()
        expiry.reap(now=DUE + runs * MINUTE, lanes=expiry.TOGETHER, spent_ms=lambda: 4 * SECOND * len(looked))
        runs += 1
        assert 4 * SECOND * len(looked) < expiry.ENDED_MS
        assert "patient" in things.deleted
    assert runs == 4
    assert set(things.deleted.values()) == {1}


def test_what_never_succeeds_is_told_as_later_and_later(things: Things) -> None:
    """The metric that says whether the promises hold, and its alarm."""
    things.add("broken")
    things.broken.add("broken")
    told = list[tuple[str, int]]()
    with lateness.heard_by(lambda kind, late_ms: told.append((kind, late_ms))):
        for n in range(3):
            expiry.reap(now=DUE + n * MINUTE)
    assert [late_ms for _, late_ms in told] == [0, MINUTE, 2 * MINUTE]


def test_an_entry_without_a_handler_is_a_failure_not_a_loss(things: Things, memory: Memory) -> None:
    expiry.file("unknown", "tab", DUE, now=START_MS)
    assert expiry.reap(now=DUE).failed == 1
    assert waiting(memory) == ["unknown#tab"]


def test_an_entry_written_late_is_found(things: Things) -> None:
    """Its writer read the clock, was held up for a minute, and the reaper had passed meanwhile."""
    run_every_minute(DUE + MINUTE)
    things.add("tab", DUE, now=DUE - 30 * MINUTE)
    expiry.reap(now=DUE + 2 * MINUTE)
    assert things.deleted == {"tab": 1}


def test_what_is_due_already_when_filed_is_found(things: Things) -> None:
    now = DUE + 5 * HOUR
    run_every_minute(now, since_ms=now - HOUR)
    things.add("tab", DUE, now=now)
    expiry.reap(now=now)
    assert things.deleted == {"tab": 1}


def test_a_slow_run_does_not_turn_the_cursor_back(things: Things, memory: Memory) -> None:
    expiry.reap(now=DUE)
    before = [row["reached_ms"] for row in memory.items("expiries") if "reached_ms" in row]
    assert len(before) == len(expiry.LANES)
    expiry.reap(now=DUE - HOUR)
    assert [row["reached_ms"] for row in memory.items("expiries") if "reached_ms" in row] == before


def test_an_idle_minute_costs_next_to_nothing(things: Things) -> None:
    """G3: a look at the last minutes, and the cursor."""
    expiry.reap(now=START_MS)
    with meter.metering() as counted:
        expiry.reap(now=START_MS + MINUTE)
    most = sum(4 * lane.shards + 2 for lane in expiry.LANES)
    assert counted.requests <= most
    assert counted.units <= most


def test_the_schedule_calls_it_every_minute(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The reaper runs by the application's own schedule, and says that it has."""
    [timed] = [one for one in handlers_of(world.app).schedules if one.name == "reap"]
    assert timed.expression == "rate(1 minute)"
    with patch.dict(expiry._handlers):
        things = Things()
        expiry.handled_by("thing", things.look)
        things.add("tab", world.now + 1, now=world.now)
        world.clock.advance(DAY // 24 // 60)
        timed.handler(schedule_event("reap", world.now / 1_000), LambdaContext("reap"))
        assert things.deleted == {"tab": 1}
    assert '"reaper":"reap","ReaperRuns":[1' in capsys.readouterr().out
