"""What one join costs: `python -m bench.join [--check] [--json OUT] [--small]`.

Times of the sound part on this machine, as CPU time and the best of several rounds: what else runs only ever slows
one down. DynamoDB requests, sequential steps and units of one clip, counted on the real application over the
dictionary of tests/support/memory.py, without session read (table sessions), limiter (table limits) and deletion.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.calls import Case, cases  # isort: skip - sets the environment
from bench.rooms import RATE, Rooms
from chalicelib.joining import engine, fingerprint, quality
from chalicelib.joining.keys import keys_between
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS

FINGERPRINT_MAX_MS, COMPARISON_MAX_US = 5.0, 300.0
REQUESTS_MAX, STEPS_MAX, UNITS_MAX = 8, 4, 60.0
BATCH = 100
CANDIDATES = 100, 1_000, 10_000
ELSEWHERE, ELSEWHERE_SMALL = (10, 1_000, 10_000), (10, 1_000)
TURNS = 7
AT_MS = START_MS + 10_000


@dataclass(frozen=True)
class Figures:
    """Comparison: µs a pair. Coarse: ms for one query among so many candidates."""

    fingerprint_ms: float
    comparison_us_singly: float
    comparison_us_by_100: float
    coarse_ms: dict[int, float]
    memory_mb: float
    cases: list[Case]

    def misses(self) -> list[str]:
        found = {
            f"fingerprint {self.fingerprint_ms} ms": self.fingerprint_ms > FINGERPRINT_MAX_MS,
            f"comparison by 100 {self.comparison_us_by_100} us": self.comparison_us_by_100 > COMPARISON_MAX_US,
        }
        for one in self.cases:
            within = one.requests <= REQUESTS_MAX and one.steps <= STEPS_MAX and one.units <= UNITS_MAX
            found[str(one)] = one.counts and not within
        return [miss for miss, missed in found.items() if missed]


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.join", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--small", action="store_true", help="at most 1 000 clips elsewhere; times are not held to")
    arguments = parser.parse_args()
    figures = measure(ELSEWHERE_SMALL if arguments.small else ELSEWHERE)
    _print(figures)
    misses = [miss for miss in figures.misses() if not (arguments.small and _is_time(miss))]
    print("MISSED:\n  " + "\n  ".join(misses) if misses else "every figure is met")
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), "figures": asdict(figures)}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    return 1 if arguments.check and misses else 0


def measure(elsewhere: tuple[int, ...]) -> Figures:
    samples = Rooms(1, 8.0).hear(0, 0, 2.0, 4.0)
    keys = keys_between(SECRET, AT_MS, AT_MS + 4_000)
    made = [
        fingerprint.compute(samples[turn:], RATE, AT_MS, keys, clock_error_ms=60, processing=quality.OFF)
        for turn in range(BATCH + 1)
    ]
    fine = [fingerprint.fine_part(one.to_bytes()) for one in made]
    signatures = [one.signature.to_bytes() for one in made] * BATCH
    return Figures(
        round(_best_ms(lambda: fingerprint.compute(samples, RATE, AT_MS, keys)), 2),
        round(1e3 * _best_ms(lambda: engine.compare(fine[0], fine[1:2])), 1),
        round(1e3 / BATCH * _best_ms(lambda: engine.compare(fine[0], fine[1:])), 1),
        {many: round(_best_ms(partial(_rank, signatures, many)), 2) for many in CANDIDATES},
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        [case for many in elsewhere for case in cases(many)],
    )


def _rank(signatures: list[bytes], many: int) -> None:
    engine.likeliest(signatures[:1], signatures[:many], BATCH)


def _best_ms(act: Callable[[], object]) -> float:
    """CPU milliseconds of the quickest of several turns."""
    act()
    found = []
    for _ in range(TURNS):
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return 1e3 * min(found)


def _is_time(miss: str) -> bool:
    return miss.startswith(("fingerprint", "comparison"))


def _print(figures: Figures) -> None:
    print(f"fingerprint {figures.fingerprint_ms} ms CPU (at most {FINGERPRINT_MAX_MS})")
    by_100 = f"{figures.comparison_us_by_100} us by {BATCH} (at most {COMPARISON_MAX_US})"
    print(f"comparison  {figures.comparison_us_singly} us singly, {by_100}")
    print("coarse      " + ", ".join(f"{ms} ms among {many}" for many, ms in figures.coarse_ms.items()))
    print(f"memory      {figures.memory_mb:.0f} MB at most, test doubles included")
    print(
        f"one clip    at most {REQUESTS_MAX} requests, {STEPS_MAX} in sequence, {UNITS_MAX} units; announcement apart"
    )
    for one in figures.cases:
        print(f"  {one}")


if __name__ == "__main__":
    sys.exit(main())
