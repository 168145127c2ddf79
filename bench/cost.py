"""What it costs: `python -m bench.cost [--check] [--json OUT]`.

Dollars of a join, a heartbeat, a batch of insights, a report, of the reference meeting (bench/hour.py) and of a month
in which nobody comes, from the calls that the real application makes and the prices of bench/prices.py: docs/cost.md.
"""

from bench.hour import installation  # isort: skip - sets the environment

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import prices
from bench.till import QUEUES, Till, Use, dollars
from chalicelib.lifetimes import MINUTE
from infra.packaging import merged

SELDOM_MS, OFTEN_MS = 5 * MINUTE, MINUTE  # from one batch of a browser to the next
MEETING_MAX: Mapping[int, float] = {SELDOM_MS: 0.002, OFTEN_MS: 0.004}  # dollars
IDLE_MAX = 2.0  # dollars a month
MONTH_MIN = 730 * 60
JOIN = ("click", "clip", "expiry", "round", "compare")  # what is done until somebody has met those in the room
ONCE = ("before", "idle")  # of an installation, not of a meeting
ONE = ("heartbeat", "insight batch", "link")
POLLS = 5 * 3  # of one queue a minute: Lambda asks five times side by side, and waits for 20 s each time


@dataclass(frozen=True)
class Meeting:
    """Dollars at list prices; `allowed`: where the account stays within what is free for everybody, always."""

    batch_ms: int
    people: int
    each: dict[str, float]  # of a join, a heartbeat and so on
    whole: float
    allowed: float
    used: Use


@dataclass(frozen=True)
class Idle:
    """A month: dollars by line, once what is always free is taken off."""

    lines: dict[str, float]
    used: Use

    @property
    def whole(self) -> float:
        return sum(self.lines.values())


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    arguments = parser.parse_args()
    held, nobody = [meeting(batch_ms) for batch_ms in MEETING_MAX], idle()
    for one in held:
        _tell_meeting(one)
    _tell_idle(nobody)
    if arguments.json:
        record = {
            "date": datetime.now(UTC).date().isoformat(), "prices": {"date": prices.DATE, "region": prices.REGION},
            "meetings": [asdict(one) for one in held], "idle": asdict(nobody),
        }  # fmt: skip
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    missed = misses(held, nobody)
    print("MISSED:\n  " + "\n  ".join(missed) if missed else "every figure is met")
    return 1 if arguments.check and missed else 0


def meeting(batch_ms: int) -> Meeting:
    """The reference meeting, with a batch from each browser every so often."""
    with installation(batch_ms) as hour:
        people = hour.hold()
    till = hour.till
    used = _together(use for purpose, use in till.used.items() if purpose not in ONCE)
    for name, amount in till.used["idle"].items():
        used[name] -= amount
    paid = {name: amount for name, amount in used.items() if name not in prices.ALWAYS_FREE}
    each = {"join": sum(dollars(till.used[one]) for one in JOIN) / people, "report": dollars(till.used["report"])}
    each |= {one: _each(till, one) for one in ONE}
    return Meeting(batch_ms, people, _rounded(each), round(dollars(used), 6), round(dollars(paid), 6), _rounded(used))


def idle() -> Idle:
    """Schedules go on and queues are asked, whether or not anybody comes."""
    with installation() as hour:
        for _ in range(10):
            hour.pass_minute()
    used = {name: amount / 10 * MONTH_MIN for name, amount in hour.till.used["idle"].items()}
    used["queue_requests"] = len(QUEUES) * POLLS * MONTH_MIN
    resources = merged("prod")["Resources"].values()
    kinds = [one.get("Type") for one in resources]
    alarms = [one["Properties"] for one in resources if one.get("Type") == "AWS::CloudWatch::Alarm"]
    held: Use = {
        "keys": kinds.count("AWS::KMS::Key"),
        "alarms": sum("MetricName" in one for one in alarms),  # one that asks by a query is billed by what it finds
        "dashboards": kinds.count("AWS::CloudWatch::Dashboard"), "metrics": 2,  # lateness.beat
    }  # fmt: skip
    lines = {name: _beyond_free(name, amount) * prices.MONTHLY[name] for name, amount in held.items()}
    lines |= {
        name: _beyond_free(name, amount) * prices.EACH[name] for name, amount in used.items() if name in prices.EACH
    }
    return Idle({name: round(line, 4) for name, line in lines.items()}, _rounded(used | held))


def misses(held: list[Meeting], nobody: Idle) -> list[str]:
    found = dict[str, bool]()
    for one in held:
        most, every = MEETING_MAX[one.batch_ms], one.batch_ms // MINUTE
        found[f"a meeting with batches every {every} min costs ${one.whole:.4f}, not ${most}"] = one.whole > most
    found[f"a month without anybody costs ${nobody.whole:.2f}, not ${IDLE_MAX:.2f}"] = nobody.whole > IDLE_MAX
    return [miss for miss, missed in found.items() if missed]


def _each(till: Till, purpose: str) -> float:
    return dollars(till.used[purpose]) / max(1, till.times[purpose])


def _together(uses: Iterable[Use]) -> Use:
    found = defaultdict[str, float](float)
    for use in uses:
        for name, amount in use.items():
            found[name] += amount
    return found


def _beyond_free(name: str, amount: float) -> float:
    return max(0.0, amount - prices.ALWAYS_FREE.get(name, 0))


def _rounded(used: Use) -> Use:
    return {name: round(amount, 8) for name, amount in sorted(used.items()) if amount}


def _tell_meeting(one: Meeting) -> None:
    print(f"{one.people} people, an hour, a batch of insights every {one.batch_ms // MINUTE} min: ${one.whole:.4f}")
    print(f"  ${one.allowed:.4f} where the account stays within what is always free")
    for name, each in one.each.items():
        print(f"  ${each:.6f} a {name}")
    for name, amount in one.used.items():
        if name in prices.EACH:
            print(f"  {amount:12.1f} {name}, ${prices.EACH[name] * amount:.6f}")


def _tell_idle(nobody: Idle) -> None:
    print(f"a month in which nobody comes: ${nobody.whole:.2f}, beyond what is always free")
    for name, line in nobody.lines.items():
        print(f"  ${line:.2f} {name}: {nobody.used.get(name, 0):.0f}")


if __name__ == "__main__":
    sys.exit(main())
