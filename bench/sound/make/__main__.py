"""`bank` decodes the packages' sounds once, `generate` simulates pairs, `recordings` the three looping seats."""

import argparse
import csv
import multiprocessing
import os
import sys
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

from bench.sound.make.recordings import write_recordings
from bench.sound.make.scenes import CONDITIONS, make_pair
from bench.sound.make.signals import SPLITS
from bench.sound.make.sounds import Stage
from bench.sound.make.sources import Bank, build_bank

_stages: list[Stage] = []  # one in every worker


def _open_stage(bank: str, split: str, rooms: int) -> None:
    _stages[:] = [Stage(Bank(bank, split), split, rooms)]


def _pair(job: tuple[int, str, int, int, str]) -> dict[str, object]:
    return make_pair(_stages[0], *job)


def _jobs(options: argparse.Namespace) -> Iterator[tuple[int, str, int, int, str]]:
    wanted = options.conditions.split(",") if options.conditions else [name for name, _ in CONDITIONS]
    for index in range(options.n):
        for which, (name, _) in enumerate(CONDITIONS):
            if name in wanted:
                yield options.seed, options.split, which, index, options.out


def generate(options: argparse.Namespace) -> None:
    os.makedirs(os.path.join(options.out, "wav"), exist_ok=True)
    stage = options.bank, options.split, options.rooms
    rows = []
    with multiprocessing.Pool(options.workers, _open_stage, stage) as pool:
        for row in pool.imap(_pair, _jobs(options), chunksize=8):
            rows.append(row)
            if len(rows) % 400 == 0:
                print(len(rows), "pairs", file=sys.stderr, flush=True)
    rows.sort(key=lambda row: str(row["pair_id"]))
    with open(os.path.join(options.out, "pairs.csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sound.make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bank = commands.add_parser("bank")
    bank.add_argument("--pkg", default="pkg")
    bank.add_argument("--bank", default="bank")
    pairs = commands.add_parser("generate")
    pairs.add_argument("--bank", default="bank")
    pairs.add_argument("--out", required=True)
    pairs.add_argument("--split", choices=list(SPLITS), default="dev")
    pairs.add_argument("--n", type=int, default=100, help="pairs a condition")
    pairs.add_argument("--seed", type=int, default=1)
    pairs.add_argument("--rooms", type=int, default=36)
    pairs.add_argument("--workers", type=int, default=os.cpu_count())
    pairs.add_argument("--conditions", default="", help="comma-separated, all when empty")
    seats = commands.add_parser("recordings")
    seats.add_argument("--pkg", default="pkg")
    seats.add_argument("--out", default="tests/recordings")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _options()
    if chosen.command == "bank":
        build_bank(chosen.pkg, chosen.bank)
    elif chosen.command == "generate":
        generate(chosen)
    else:
        write_recordings(chosen.pkg, chosen.out)
