"""What one join costs: `python -m bench.join [--check] [--json OUT] [--small]`.

Times of the sound part as CPU time, here and at the pace for which the limits were set (bench/sound/pace.py). DynamoDB
requests, sequential steps and units of one clip, counted on the real application over the dictionary of
tests/support/memory.py, without session read (table sessions), limiter (table limits) and deletion.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.calls import Case, cases  # isort: skip - sets the environment
from bench.rooms import RATE, Rooms, Samples
from bench.sound.pace import timed
from chalicelib.joining import engine, fingerprint, quality, stored
from chalicelib.joining.keys import Key, keys_between
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS

FINGERPRINT_MAX_MS, COMPARISON_MAX_US = 5.0, 300.0
REQUESTS_MAX, STEPS_MAX, UNITS_MAX = 8, 4, 60.0
BATCH = 100
CANDIDATES = 100, 1_000, 10_000
ELSEWHERE, ELSEWHERE_SMALL = (10, 1_000, 10_000), (10, 1_000)
BY_100 = STRANGERS, ONE_ROOM = "of 100 strangers", "of 100 in one room"
AT_MS = START_MS + 10_000


@dataclass(frozen=True)
class Figures:
    """Times on this machine; `pace` makes of them what the limits speak of.

    Comparison: µs a pair, singly, of 100 strangers, and of 100 who hear one room. Coarse: ms for one query.
    """

    fingerprint_ms: float
    comparison_us: dict[str, float]
    coarse_ms: dict[int, float]
    pace: float
    memory_mb: float
    cases: list[Case]

    def misses(self) -> list[str]:
        times = {"fingerprint ms": (self.fingerprint_ms, FINGERPRINT_MAX_MS)}
        times |= {f"comparison us by 100, {who}": (self.comparison_us[who], COMPARISON_MAX_US) for who in BY_100}
        found = {f"{name}: {value * self.pace:.1f}": value * self.pace > most for name, (value, most) in times.items()}
        for one in self.cases:
            within = one.requests <= REQUESTS_MAX and one.steps <= STEPS_MAX and one.units <= UNITS_MAX
            found[str(one)] = one.counts and not (within and one.announcement_requests <= one.told_max)
        return [miss for miss, missed in found.items() if missed]


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.join", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--small", action="store_true", help="at most 1 000 clips elsewhere")
    arguments = parser.parse_args()
    figures = measure(ELSEWHERE_SMALL if arguments.small else ELSEWHERE)
    _print(figures)
    misses = figures.misses()
    print("MISSED:\n  " + "\n  ".join(misses) if misses else "every figure is met")
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), "figures": asdict(figures)}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    return 1 if arguments.check and misses else 0


def measure(elsewhere: tuple[int, ...]) -> Figures:
    rooms = Rooms(BATCH + 1, 8.0)
    samples = rooms.hear(0, 0, 2.0, 4.0)
    keys = keys_between(SECRET, AT_MS, AT_MS + 4_000)
    one_room = [_heard(samples[turn:], keys) for turn in range(BATCH + 1)]
    strangers = [_heard(rooms.hear(room, 0, 2.0, 4.0), keys) for room in range(BATCH + 1)]
    fine = {name: list(map(stored.fine_part, heard)) for name, heard in zip(BY_100, (strangers, one_room), strict=True)}
    signatures = [one.signature.to_bytes() for one in strangers] * BATCH
    acts: dict[str, Callable[[], object]] = {
        "fingerprint": lambda: fingerprint.compute(samples, RATE, AT_MS, keys),
        "singly": lambda: engine.compare(fine[STRANGERS][0], fine[STRANGERS][1:2]),
        **{name: partial(engine.compare, few[0], few[1:]) for name, few in fine.items()},
        **{str(many): partial(engine.likeliest, signatures[:1], signatures[:many], BATCH) for many in CANDIDATES},
    }
    spent_s, pace = timed(acts)
    return Figures(
        round(1e3 * spent_s["fingerprint"], 2),
        {"singly": round(1e6 * spent_s["singly"], 1)} | {who: round(1e6 / BATCH * spent_s[who], 1) for who in BY_100},
        {many: round(1e3 * spent_s[str(many)], 2) for many in CANDIDATES},
        round(pace, 3),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        [case for many in elsewhere for case in cases(many)],
    )


def _heard(samples: Samples, keys: Sequence[Key]) -> fingerprint.Fingerprint:
    return fingerprint.compute(samples, RATE, AT_MS, keys, clock_error_ms=60, processing=quality.OFF)


def _print(figures: Figures) -> None:
    pace = figures.pace
    print(f"times       here, and at the limits' pace, {1 / pace:.2f} times this machine's")
    print(
        f"fingerprint {figures.fingerprint_ms} ms, {figures.fingerprint_ms * pace:.2f} (at most {FINGERPRINT_MAX_MS})"
    )
    for who, spent_us in figures.comparison_us.items():
        limit = f" (at most {COMPARISON_MAX_US})" if who in BY_100 else ""
        print(f"comparison  {spent_us} us, {spent_us * pace:.1f}{limit}: {who}")
    print("coarse      " + ", ".join(f"{ms} ms among {many}" for many, ms in figures.coarse_ms.items()))
    print(f"memory      {figures.memory_mb:.0f} MB at most, test doubles included")
    print(
        f"one clip    at most {REQUESTS_MAX} requests, {STEPS_MAX} in sequence, {UNITS_MAX} units; announcement apart"
    )
    for one in figures.cases:
        print(f"  {one}")


if __name__ == "__main__":
    sys.exit(main())
