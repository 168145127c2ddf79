"""A crowd on one network: `python -m bench.crowd [--check] [--json OUT] [--rooms N] [--small] [--within S]
[--unnoticed] [--corpus DIR]`.

Rooms of 2 to 30 people, each room's within two seconds, all within ten, click and send real fingerprints of generated
rooms through POST /v1/joins, clip after clip as the browser does, until they are joined or twenty seconds are over.
Two people of each meeting click again while somebody of their room is not in it (A13), unless `--unnoticed`. Time is
simulated (bench/simulation.py).
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.simulation import Simulation, simulation  # isort: skip - sets the environment
from bench.people import ATTENTIVE, Person, Town, bound
from bench.recall import RECALL_MIN, recalls
from bench.rooms import Rooms

ROOMS, ROOMS_SMALL = 200, 12
SIZES = 2, 30
ARRIVALS_MS, WITHIN_S, LENGTH_S = 10_000, 2.0, 70.0  # all rooms; the people of one room; sound that is made
RIGHT_MIN = 0.995  # of rooms
UNITS_MAX = 400  # a clip, on average
WRITE_MAX, READ_MAX = 1_000, 3_000  # units of one partition key in one second, DynamoDB quota
CROWDED_SMALL = 30  # clips that make a crowd of a small town
NETWORK = "198.51.100.7"


@dataclass(frozen=True)
class Figures:
    """Times from the click to the verdict, simulated; units without session read, limiter, deletion, announcement."""

    rooms: int
    people: int
    clips: int
    rooms_right: float
    wrong_joins: int
    unjoined: int
    verdict_p50_s: float
    verdict_p95_s: float
    units_per_clip: float
    units_by_kind: dict[str, float]
    events: dict[str, int]
    busiest_write: tuple[float, str]
    busiest_read: tuple[float, str]
    left_behind: int
    recall: dict[str, float]
    took_s: float

    def misses(self) -> list[str]:
        found = {
            f"rooms exactly right {self.rooms_right:.2%}": self.rooms_right < RIGHT_MIN,
            f"wrong joins {self.wrong_joins}": self.wrong_joins > 0,
            f"people who met nobody {self.unjoined}": self.unjoined > 0,
            f"units a clip {self.units_per_clip:.0f}": self.units_per_clip > UNITS_MAX,
            f"busiest write {self.busiest_write}": self.busiest_write[0] > WRITE_MAX,
            f"busiest read {self.busiest_read}": self.busiest_read[0] > READ_MAX,
            f"rows of sound left behind {self.left_behind}": self.left_behind > 0,
        }
        found |= {f"recall {name} {share:.2%}": share < RECALL_MIN[name] for name, share in self.recall.items()}
        return [miss for miss, missed in found.items() if missed]


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--small", action="store_true", help=f"{ROOMS_SMALL} rooms, and fewer clips for the recall")
    parser.add_argument("--within", type=float, default=WITHIN_S, help="seconds in which the people of a room click")
    parser.add_argument("--unnoticed", action="store_true", help="nobody inside clicks again for whoever is missing")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="pairs of bench.sound for the recall")
    arguments = parser.parse_args()
    rooms = ROOMS_SMALL if arguments.small else arguments.rooms
    notice = 0 if arguments.unnoticed else ATTENTIVE
    figures = measure(rooms, arguments.within * 1e3, arguments.small, arguments.corpus, notice)
    print(json.dumps(asdict(figures), indent=1))
    misses = figures.misses()
    print("MISSED: " + "; ".join(misses) if misses else "every figure is met")
    if arguments.json:
        date = datetime.now(UTC).date().isoformat()
        database = "a dictionary under PynamoDB (tests/support/memory.py)"
        record = {"date": date, "database": database, "figures": asdict(figures)}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    return 1 if arguments.check and misses else 0


def measure(rooms: int, within_ms: float, small: bool, corpus: Path | None, notice: int) -> Figures:
    began = time.perf_counter()
    with simulation() as simulated, bound(CROWDED_SMALL if small else None):
        town = _populated(simulated, rooms, within_ms, notice)
        simulated.run()
        return _figures(simulated, town, recalls(corpus, small), began)


def _populated(simulated: Simulation, rooms: int, within_ms: float, notice: int) -> Town:
    """Everyone, with their click ahead of them."""
    rng = np.random.default_rng(5)
    sizes = [int(size) for size in rng.integers(SIZES[0], SIZES[1] + 1, rooms)]
    town = Town(simulated, Rooms(rooms, LENGTH_S), notice=notice)
    for room, size in enumerate(sizes):
        begin_ms = simulated.now + 1_000 + rng.uniform(0, ARRIVALS_MS - within_ms)
        for seat in range(size):
            town.settle(Person(town, room, seat, NETWORK, begin_ms + rng.uniform(0, within_ms)))
    return town


def _figures(simulated: Simulation, town: Town, recall: dict[str, float], began: float) -> Figures:
    right, wrong = outcome(town)
    ledger = simulated.ledger
    counted = sum(ledger.units[kind] for kind in ("clip", "round", "compare"))
    waits = [one.joined_at_ms - one.click_ms for one in town.people if one.joined_at_ms] or [0.0]
    rows = [row for row in simulated.memory.items("clips") if "s" in row or "f" in row or "tags" in row]
    return Figures(
        rooms=len(town.by_room()),
        people=len(town.people),
        clips=town.clips,
        rooms_right=right,
        wrong_joins=wrong,
        unjoined=sum(not one.joined_at_ms for one in town.people),
        verdict_p50_s=round(float(np.percentile(waits, 50)) / 1e3, 2),
        verdict_p95_s=round(float(np.percentile(waits, 95)) / 1e3, 2),
        units_per_clip=round(counted / max(1, town.clips), 1),
        units_by_kind={kind: round(units / max(1, town.clips), 1) for kind, units in ledger.units.items()},
        events=dict(ledger.events),
        busiest_write=ledger.busiest(write=True),
        busiest_read=ledger.busiest(write=False),
        left_behind=len(rows),
        recall=recall,
        took_s=round(time.perf_counter() - began, 1),
    )


def outcome(town: Town) -> tuple[float, int]:
    """Share of rooms whose people are in one meeting, all of them and nobody else; people in somebody else's."""
    room_of = {one.participant_id: one.room for one in town.people}
    meetings = defaultdict[str, Counter[int]](Counter)
    for row in town.simulated.memory.items("rooms"):
        if row["kind"]["S"] == "member":
            meetings[row["room_id"]["S"]][room_of[row["participant_id"]["S"]]] += 1
    sizes = Counter(one.room for one in town.people)
    right = [room for held in meetings.values() for room in held if len(held) == 1 and held[room] == sizes[room]]
    wrong = sum(sum(held.values()) - max(held.values()) for held in meetings.values())
    return len(right) / len(sizes), wrong


if __name__ == "__main__":
    sys.exit(main())
