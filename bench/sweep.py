"""Leases that run out by the hundred thousand: `python -m bench.sweep [--check] [--json OUT] [--small]`.

The reaper runs each minute, over the dictionary of tests/support/memory.py: while a million leases run out within an
hour and until the last is looked at; and where it was away for an hour of a steady stream that goes on. One in SAMPLED
is a real tab with a link, deleted by the real handler and counted for as many; of the others only entries are there.
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
from unittest.mock import patch

from chalicelib.content.models import new_item
from chalicelib.content.staging import EXPIRY_KIND, reap_tab
from chalicelib.lifetimes import EXPIRY_ENTRY, MINUTE, SECOND, STAGED_CONTENT
from chalicelib.rooms.tabs import new_lease
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import TabId, derived
from chalicelib.runtime.meter import metering
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory, in_memory
from tests.support.pushes import recorded_pushes

LEASES, LEASES_SMALL = 1_000_000, 6_000  # within an hour
STEADY, STEADY_SMALL = 1_000, 50  # a minute, where the reaper was away
SAMPLED = 50
ON_TIME_MS = 2 * MINUTE
REQUESTS_MAX = 20_000  # of one run: at 5 ms each, one after the other, it ends within two minutes
RUNS_MAX = EXPIRY_ENTRY.length_ms // MINUTE  # an entry lives a day
assert environment.ENVIRONMENT


@dataclass
class Figures:
    """What it took to have every lease looked at; entries and requests of the run that did most."""

    leases: int = 0
    runs: int = 0
    entries_a_run: int = 0
    requests_a_run: int = 0
    units: float = 0.0  # of DynamoDB, all runs
    late_s: int = 0  # the most belated when it was looked at
    drained_after_min: int = 0  # from when the reaper began, or was back
    took_s: float = 0.0

    def misses(self) -> list[str]:
        bounds = (self.entries_a_run, expiry.URGENT.entries_a_run + expiry.PAGE, "entries a run"), (
            self.requests_a_run, REQUESTS_MAX, "requests a run"
        ), (self.runs, RUNS_MAX, "runs")  # fmt: skip
        return [f"{found} {what}" for found, most, what in bounds if found > most]


class Sweep:
    """Leases that run out evenly, and a reaper that looks at them."""

    def __init__(self, memory: Memory, a_minute: int) -> None:
        self.memory, self.a_minute, self.figures = memory, a_minute, Figures()
        self.real = set[str]()

    def run_out(self, minute_ms: int) -> None:
        """Those of that minute lie there, filed when their tabs were last heard of."""
        heard_ms = minute_ms - STAGED_CONTENT.length_ms
        for number in range(self.a_minute):
            owner, due_ms = derived("sweep", str(self.figures.leases)), minute_ms + number * MINUTE // self.a_minute
            name = f"{owner}/tab"
            entry = expiry._entry(expiry.URGENT, (EXPIRY_KIND, name), due_ms, heard_ms)
            self.memory.fill("expiries", [entry.serialize()])
            if self.figures.leases % SAMPLED == 0:
                self._open(owner, due_ms - STAGED_CONTENT.length_ms)
                self.real.add(name)
            self.figures.leases += 1

    def _open(self, owner: str, heard_ms: int) -> None:
        lease, item = new_lease(owner, "tab", heard_ms), new_item(owner, TabId("tab"), "https://e.org/", None, heard_ms)
        lease.staged = 1
        self.memory.fill("tabs", [lease.serialize(), item.serialize()])

    def look(self, name: str, now: int) -> int | None:
        return reap_tab(name, now) if name in self.real else None

    def reap(self, now: int) -> expiry.Reaped:
        with metering() as metered:
            done = expiry.reap(now=now)
        times = [SAMPLED if one.table == "tabs" else 1 for one in metered.calls]
        requests = sum(one.requests * each for one, each in zip(metered.calls, times, strict=True))
        figures = self.figures
        figures.runs += 1
        figures.units += sum(one.units * each for one, each in zip(metered.calls, times, strict=True))
        figures.entries_a_run = max(figures.entries_a_run, done.handled)
        figures.requests_a_run = max(figures.requests_a_run, requests)
        figures.late_s = max(figures.late_s, done.late_ms // SECOND)
        return done


@contextmanager
def sweeping(a_minute: int) -> Iterator[Sweep]:
    with in_memory() as memory, recorded_pushes(), patch.dict(expiry._handlers):
        sweep, began_s = Sweep(memory, a_minute), time.perf_counter()
        expiry.handled_by(EXPIRY_KIND, sweep.look)
        expiry.reap(now=START_MS)
        yield sweep
        sweep.figures.units = round(sweep.figures.units)
        sweep.figures.took_s = round(time.perf_counter() - began_s, 1)
        assert not [row for row in memory.items("tabs") if row["kind"]["S"] == "item"], "a link was left"


def a_million(leases: int) -> Figures:
    """Within an hour; the reaper runs from the first on."""
    with sweeping(leases // 60) as sweep:
        now, handled = START_MS, 0
        while handled < 60 * sweep.a_minute and sweep.figures.runs < RUNS_MAX:
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
        while sweep.reap(now).late_ms > ON_TIME_MS and sweep.figures.runs < RUNS_MAX:
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
    misses = [f"{name}: {miss}" for name, one in found.items() for miss in one.misses()]
    print("\n".join(misses) or "every bound holds")
    return 1 if arguments.check and misses else 0


if __name__ == "__main__":
    sys.exit(main())
