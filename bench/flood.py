"""Ten thousand clips on one network within ten seconds: what it asks of DynamoDB, `python -m bench.flood [--check]`.

For units and hot keys only: fingerprints repeat from a pool under signatures of their own, a matcher's likeliest are
taken at random and match nobody, and of the comparisons one message in twenty is carried out and counted twenty times.
Clips come as browsers send them: at the end of every four seconds of the common grid, all at once but for the upload.
"""

import argparse
import json
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.simulation import Simulation, simulation  # isort: skip - sets the environment
from bench.crowd import READ_MAX, UNITS_MAX, WRITE_MAX
from bench.rooms import RATE, Rooms
from chalicelib.joining import engine, fingerprint, quality
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.keys import keys_between
from chalicelib.joining.routes import FINGERPRINT
from chalicelib.joining.signature import Signature
from tests.support.browser import Browser
from tests.support.environment import SECRET

CLIPS, PEOPLE, POOL = 10_000, 2_500, 24
BURSTS_MS = 4_000, 8_000, 12_000  # the ends of clips of four seconds
CLIP_MS = 4_000
SAMPLED = 20
NETWORK = "11.22.33.44"


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.flood", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--clips", type=int, default=CLIPS)
    arguments = parser.parse_args()
    figures = measure(arguments.clips)
    print(json.dumps(figures, indent=1))
    if arguments.json:
        record = {"date": datetime.now(UTC).date().isoformat(), "figures": figures}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    met = figures["busiest_write"][0] <= WRITE_MAX and figures["busiest_read"][0] <= READ_MAX
    return 1 if arguments.check and not (met and figures["units_per_clip"] <= UNITS_MAX) else 0


def measure(clips: int) -> dict[str, Any]:
    rng = np.random.default_rng(11)

    def at_random(queries: Sequence[bytes], among: Sequence[bytes], top: int) -> list[list[int]]:
        return [[int(at) for at in rng.integers(0, len(among), min(top, len(among)))] for _ in queries]

    def nobody(_: bytes, others: Sequence[bytes]) -> list[str]:
        return ["no"] * len(others)

    with (
        simulation() as simulated,
        patch.object(engine, "likeliest", at_random),
        patch.object(engine, "compare", nobody),
    ):
        simulated.sampled["compare"] = SAMPLED
        _send_all(simulated, clips, rng)
        simulated.run()
        ledger = simulated.ledger
        ledger.units["compare"] *= SAMPLED
        counted = sum(ledger.units[kind] for kind in ("clip", "round", "compare"))
        return {
            "clips": clips,
            "units_per_clip": round(counted / clips, 1),
            "units_by_kind": {kind: round(units / clips, 1) for kind, units in ledger.units.items()},
            "busiest_write": ledger.busiest(write=True),
            "busiest_read": ledger.busiest(write=False),
        }


def _send_all(simulated: Simulation, clips: int, rng: np.random.Generator) -> None:
    began_ms = simulated.now
    pools = {end: _pool(began_ms + end - CLIP_MS) for end in BURSTS_MS}
    people = [Browser(simulated.app, NETWORK) for _ in range(-(-clips * PEOPLE // CLIPS))]
    for person in people:
        assert person.open_session().status == 201
    for at in range(clips):
        end = BURSTS_MS[at % len(BURSTS_MS)]
        heard = _alone(pools[end][at % POOL], rng)
        upload_ms = float(np.clip(rng.lognormal(np.log(150), 0.7), 40, 2_000))
        person = people[at % len(people)]
        simulated.at(began_ms + end + upload_ms, "clip", partial(_send, person, heard))


def _pool(start_ms: int) -> list[Fingerprint]:
    keys, rooms = keys_between(SECRET, start_ms, start_ms + CLIP_MS), Rooms(POOL, 8.0)
    heard = [rooms.hear(room, 0, 2.0, CLIP_MS / 1e3) for room in range(POOL)]
    return [fingerprint.compute(one, RATE, start_ms, keys, clock_error_ms=60, processing=quality.OFF) for one in heard]


def _alone(like: Fingerprint, rng: np.random.Generator) -> Fingerprint:
    """The same clip with a signature of its own."""
    words = rng.integers(0, 2**32, len(like.signature.words), np.uint32)
    return replace(like, signature=Signature(like.signature.first_slot, words))


def _send(person: Browser, heard: Fingerprint) -> None:
    headers = {
        "Content-Type": FINGERPRINT, "Earshot-Join": str(uuid.uuid4()),
        "Earshot-Recorded-At": str(heard.recorded_at_ms), "Earshot-Processing": "off",
    }  # fmt: skip
    answer = person.post("/v1/joins", body=heard.to_bytes(), headers=headers)
    assert answer.status == 202, answer.body


if __name__ == "__main__":
    sys.exit(main())
