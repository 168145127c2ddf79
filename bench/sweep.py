"""Leases that run out by the hundred thousand: `python -m bench.sweep [--check] [--json OUT] [--small]`.

The reaper runs each minute, over the dictionary of tests/support/memory.py: while a million leases run out within an
hour and until the last is looked at; and where it was away for an hour of a steady stream that goes on. Of the four
lanes, which are alike and wait for nothing of each other, one is looked at: a quarter of all tabs. Each of them is real
and has a link, deleted by the real handler, and every request and unit is counted. A run takes as long as it took here,
counting included, and what a dictionary leaves out: CLIENT_S of work for each request, and ANSWER_S of waiting where
one waits for another.
"""

from tests.support import environment  # isort: skip - the application reads it while it is imported

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib import wiring
from chalicelib.content.models import new_item
from chalicelib.content.staging import EXPIRY_KIND
from chalicelib.lifetimes import MINUTE, SECOND, STAGED_CONTENT
from chalicelib.rooms.tabs import new_lease
from chalicelib.runtime import expiry
from chalicelib.runtime.expiry_models import PAGE, Entry
from chalicelib.runtime.ids import TabId, derived
from chalicelib.runtime.meter import metering
from chalicelib.runtime.reaped import Reaped
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory, in_memory
from tests.support.pushes import recorded_pushes

LEASES, LEASES_SMALL = 1_000_000, 6_000  # within an hour
STEADY, STEADY_SMALL = 3_000, 50  # a minute, where the reaper was away
LANE = expiry.TABS[0]
CLIENT_S, ANSWER_S = 0.001, 0.01
A_RUN_S, GONE_S = 60, 120  # a run is done when the next begins; content is gone two minutes after its end
REQUESTS_MAX, UNITS_MAX = 16_000, 100_000  # of one run
DRAINED_MIN = 15  # after an hour away; where it was not, with the run after the last has run out
RUNS_MAX = 24 * 60
assert environment.ENVIRONMENT


@dataclass
class Figures:
    """What it took to have every lease of the lane looked at; `_a_run`: of the run that did most."""

    leases: int = 0  # in all lanes
    of_lane: int = 0
    runs: int = 0
    entries_a_run: int = 0
    requests_a_run: int = 0
    units_a_run: float = 0.0  # of DynamoDB
    run_s: float = 0.0
    units: float = 0.0  # all runs
    late_s: int = 0  # the most belated when its run began
    drained_after_min: int = 0  # from when the reaper began, or was back
    took_s: float = 0.0

    def misses(self, drained_min: int, gone_s: int | None) -> list[str]:
        """`drained_min`: within so many minutes. `gone_s`: the most belated, its run included; None after a pause."""
        bounds = [
            (self.entries_a_run, LANE.entries_a_run + PAGE, "entries a run"),
            (self.requests_a_run, REQUESTS_MAX, "requests a run"),
            (self.units_a_run, UNITS_MAX, "units a run"),
            (self.run_s, A_RUN_S, "seconds a run"),
            (self.drained_after_min, drained_min, "minutes until it was drained"),
            (self.late_s + self.run_s, gone_s or RUNS_MAX * 60, "seconds late"),
        ]
        return [f"{found} {what}, at most {most}" for found, most, what in bounds if found > most]


class Sweep:
    """Leases that run out evenly, and a reaper that looks at them."""

    def __init__(self, memory: Memory, a_minute: int) -> None:
        self.memory, self.a_minute, self.figures = memory, a_minute, Figures()

    def run_out(self, minute_ms: int) -> None:
        """Those of that minute lie there, filed when their tabs were last heard of."""
        for number in range(self.a_minute):
            owner, due_ms = derived("sweep", str(self.figures.leases)), minute_ms + number * MINUTE // self.a_minute
            entry = expiry._entry(EXPIRY_KIND, f"{owner}/tab", due_ms, due_ms - STAGED_CONTENT.length_ms)
            self.figures.leases += 1
            if entry.minute.startswith(f"{LANE.name}/"):
                self._open(owner, entry, due_ms - STAGED_CONTENT.length_ms)
                self.figures.of_lane += 1

    def _open(self, owner: str, entry: Entry, heard_ms: int) -> None:
        lease, item = new_lease(owner, "tab", heard_ms), new_item(owner, TabId("tab"), "https://e.org/", None, heard_ms)
        lease.staged = 1
        self.memory.fill("tabs", [lease.serialize(), item.serialize()])
        self.memory.fill("expiries", [entry.serialize()])

    def reap(self, now: int) -> Reaped:
        began_s, figures = time.process_time(), self.figures
        with metering() as metered:
            done = expiry.reap(now=now, lanes=[LANE])
        run_s = time.process_time() - began_s + metered.requests * CLIENT_S + metered.steps * ANSWER_S
        figures.runs += 1
        figures.units += metered.units
        figures.entries_a_run = max(figures.entries_a_run, done.handled)
        figures.requests_a_run = max(figures.requests_a_run, metered.requests)
        figures.units_a_run = max(figures.units_a_run, metered.units)
        figures.run_s = max(figures.run_s, round(run_s, 1))
        figures.late_s = max(figures.late_s, done.late_ms // SECOND)
        self.memory.prune("tabs", lambda item: "closed" in item)  # they lie there for a day
        return done


@contextmanager
def sweeping(a_minute: int) -> Iterator[Sweep]:
    wiring.connect()
    with in_memory() as memory, recorded_pushes():
        sweep, began_s = Sweep(memory, a_minute), time.perf_counter()
        expiry.reap(now=START_MS)
        yield sweep
        sweep.figures.units = round(sweep.figures.units)
        sweep.figures.took_s = round(time.perf_counter() - began_s, 1)
        assert not memory.items("tabs"), "a link was left, or a lease is open"


def a_million(leases: int) -> Figures:
    """Within an hour; the reaper runs from the first on."""
    with sweeping(leases // 60) as sweep:
        now, handled = START_MS, 0
        while (sweep.figures.runs < 60 or handled < sweep.figures.of_lane) and sweep.figures.runs < RUNS_MAX:
            if sweep.figures.runs < 60:
                sweep.run_out(now)
            now += MINUTE
            handled += sweep.reap(now).handled
        sweep.figures.drained_after_min = (now - START_MS) // MINUTE
        return sweep.figures


def away(a_minute: int) -> Figures:
    """For an hour; then it runs until it is on time again, while the stream goes on."""
    with sweeping(a_minute) as sweep:
        for minute in range(60):
            sweep.run_out(START_MS + minute * MINUTE)
        now = back_ms = START_MS + 60 * MINUTE
        while sweep.reap(now).late_ms > MINUTE and sweep.figures.runs < RUNS_MAX:
            sweep.run_out(now)
            now += MINUTE
        sweep.figures.drained_after_min = (now - back_ms) // MINUTE
        for more in range(1, 4):
            sweep.reap(now + more * MINUTE)
        return sweep.figures


def main() -> int:
    """1 where --check was asked for and a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    leases, steady = (LEASES_SMALL, STEADY_SMALL) if arguments.small else (LEASES, STEADY)
    found: Mapping[str, Figures] = {"within_an_hour": a_million(leases), "after_an_hour_away": away(steady)}
    told: dict[str, Any] = {name: asdict(one) for name, one in found.items()}
    print(json.dumps(told, indent=1))
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), "figures": told}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    bounds = {"within_an_hour": (61, GONE_S), "after_an_hour_away": (DRAINED_MIN, None)}
    misses = [f"{name}: {miss}" for name, one in found.items() for miss in one.misses(*bounds[name])]
    print("\n".join(misses) or "every bound holds")
    return 1 if arguments.check and misses else 0


if __name__ == "__main__":
    sys.exit(main())
