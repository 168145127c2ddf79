"""The grid on which browsers record (static/js/grid.js) and the rule by which their clips are compared (A1, A3)."""

import re
from pathlib import Path

from bench import people
from chalicelib.joining.rules import OVERLAP_MIN_MS

GRID = Path(__file__).parents[3] / "chalicelib/web/static/js/grid.js"
ROUNDING_MS = 50  # clips end on whole samples, fingerprints on whole steps


def constants() -> dict[str, int]:
    found = re.findall(r"const (\w+_MS) = ([0-9_]+);", GRID.read_text())
    return {name: int(value) for name, value in found}


def test_clips_half_a_beat_apart_share_more_than_the_server_asks_for() -> None:
    """A3: whose first clips end half a beat apart can hear each other, however their clips are rounded."""
    grid = constants()
    shared_ms = grid["CLIP_MS"] - grid["BEAT_MS"] / 2
    assert shared_ms >= OVERLAP_MIN_MS + ROUNDING_MS
    assert grid["SHORTEST_MS"] >= shared_ms


def test_the_crowd_of_the_bench_records_as_the_page_does() -> None:
    """A14: `make bench-crowd` shows what browsers would send."""
    assert constants() == {name: getattr(people, name) for name in ("CLIP_MS", "BEAT_MS", "SHORTEST_MS")}
