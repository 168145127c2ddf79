"""What a cold start imports: `python -m bench.cold [--check] [--json OUT] [--rounds N]`.

CPU milliseconds of importing each function's handler in a fresh interpreter, beside those of importing Chalice and
PynamoDB alone, which nothing here can do without; in turns, the best of each, as other work on the machine slows some
rounds down. And what the first join of a fresh process takes, which is the first to need numpy.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.first_join import CLIP_MS, NOW_MS
from bench.rooms import RATE, Rooms
from chalicelib.joining import fingerprint, quality
from chalicelib.joining.keys import keys_between
from tests.support.environment import ENVIRONMENT, SECRET

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS: Sequence[str] = tuple(json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))["lambda_functions"])
BASE = "import chalice, pynamodb.models"
APP = "import app"
TRACED = f"{APP}; from aws_lambda_powertools import Tracer; Tracer(service='earshot', disabled=False)"
RATIO_MAX = 1.25


@dataclass(frozen=True)
class Figures:
    """CPU milliseconds, the interpreter's own included; `traced`: with Powertools' tracer on, which nothing here is."""

    rounds: int
    base: float
    handlers: dict[str, float]
    traced: float
    first_join: float
    second_join: float

    @property
    def ratio(self) -> float:
        return max(self.handlers.values()) / self.base


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is imported")
    arguments = parser.parse_args()
    found = measure(arguments.rounds)
    _tell(found)
    if arguments.json:
        record = {
            "date": datetime.now(UTC).date().isoformat(),
            "ratio": round(found.ratio, 2),
            "figures": asdict(found),
        }
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    missed = found.ratio > RATIO_MAX
    print(f"MISSED: {found.ratio:.2f} times the base, not {RATIO_MAX}" if missed else "every figure is met")
    return 1 if arguments.check and missed else 0


def measure(rounds: int) -> Figures:
    wanted = {"base": BASE, **{name: f"{APP}; app.{_attribute(name)}" for name in FUNCTIONS}, "traced": TRACED}
    best = dict.fromkeys(wanted, float("inf"))
    for _ in range(rounds):
        for name, statement in wanted.items():
            best[name] = min(best[name], _spent_ms(statement))
    first, second = _joins()
    handlers = {name: round(best[name], 1) for name in FUNCTIONS}
    return Figures(
        rounds, round(best["base"], 1), handlers, round(best["traced"], 1), round(first, 1), round(second, 1)
    )


def _attribute(function: str) -> str:
    """What of app.py Lambda calls, as infra/packaging.py has it."""
    return "app" if function == "api_handler" else function


def _spent_ms(statement: str) -> float:
    process = subprocess.Popen([sys.executable, "-c", statement], cwd=ROOT, env={**os.environ, **ENVIRONMENT})
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, statement
    return (used.ru_utime + used.ru_stime) * 1e3


def _joins() -> tuple[float, float]:
    """Of the first clip of a process, and of the second."""
    heard = Rooms(1, 12.0, seed=3).hear(0, 0, 4.0, CLIP_MS / 1e3)
    start_ms = NOW_MS - CLIP_MS
    keys = keys_between(SECRET, start_ms, NOW_MS)
    clip = fingerprint.compute(heard, RATE, start_ms, keys, clock_error_ms=60, processing=quality.OFF).to_bytes()
    command = [sys.executable, "-m", "bench.first_join"]
    done = subprocess.run(command, cwd=ROOT, input=clip, capture_output=True, check=True)
    first, second = map(float, done.stdout.split()[-2:])
    return first, second


def _tell(found: Figures) -> None:
    slowest = max(found.handlers, key=lambda name: found.handlers[name])
    print(f"Chalice and PynamoDB alone: {found.base:.0f} ms of CPU time, the best of {found.rounds}")
    for name, spent in found.handlers.items():
        print(f"  {name}: {spent:.0f} ms")
    print(f"the slowest, {slowest}: {found.ratio:.2f} times the base")
    print(f"with Powertools' tracer, which is off and not part of the package: {found.traced:.0f} ms")
    print(
        f"the first join of a process: {found.first_join:.0f} ms, as it loads numpy; the second {found.second_join:.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
