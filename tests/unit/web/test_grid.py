"""The grid on which browsers record (static/js/grid.js) and the rule by which their clips are compared (A1, A3)."""

import re
from pathlib import Path

from bench import people
from chalicelib.joining.rules import OVERLAP_MIN_MS
from tests.support.javascript import evaluated

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


STAYS_OUT = """(later_ms, last) => {
  const UPLOAD_MS = 300, shared = (one, other) => Math.min(one.to, other.to) - Math.max(one.from, other.from);
  const clips = from => {
    const all = [m.firstClip(from)];
    while (all.length < 6) all.push(m.nextClip(all.at(-1).to));
    return all;
  };
  let phases = 0, out = 0;
  for (let click = 38_000; click < 41_800; click += 50, phases++) {
    // met at the end of the first; then the one being recorded, and the next
    const inside = clips(click).slice(0, last ? 3 : 1);
    const met = one => inside.some(two => shared(one, two) >= 2_000 && one.to + UPLOAD_MS < two.to + 10_000);
    if (!clips(click + later_ms).some(met)) out++;
  }
  return Math.round((100 * out) / phases);
}"""


def test_a_third_up_to_six_seconds_later_hears_the_last_clips_of_those_who_have_met() -> None:
    """A1, A3: at every phase of the grid. By the first clips alone nearly all would stay out (docs/sound.md)."""
    later = "[2000, 3000, 6000, 7000]"
    shares = evaluated("grid.js", f"{later}.map(ms => [true, false].map(last => ({STAYS_OUT})(ms, last)))")
    assert shares == [[0, 79], [0, 100], [0, 100], [21, 100]]
