"""A corpus of recorded pairs: a directory with pairs.csv and the WAV files it names.

The first seven columns are needed: clip_a, clip_b, label (1: one room), condition, snr_db, start_offset_a_ms,
start_offset_b_ms (when each device claims its clip began). `sources_a` and `sources_b`, where there are any, keep
cross pairs apart that would share a source.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

OFFSETS_S = 1.5  # cross pairs begin up to this far apart, as the pairs do


@dataclass(frozen=True)
class Pair:
    """Two clips by their index in `Corpus.clips`; offset_s: claimed start of b minus that of a."""

    a: int
    b: int
    offset_s: float
    same_room: bool
    condition: str
    sources: frozenset[str]


@dataclass(frozen=True)
class Corpus:
    clips: tuple[Path, ...]
    claimed_ms: tuple[float, ...]  # when each clip claims to have begun
    pairs: tuple[Pair, ...]


def load(directory: Path) -> Corpus:
    """Raises KeyError for a missing column, ValueError for a cell that is no number."""
    with (directory / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    clips = [directory / row[f"clip_{seat}"] for row in rows for seat in "ab"]
    claimed_ms = [float(row[f"start_offset_{seat}_ms"]) for row in rows for seat in "ab"]
    pairs = [_pair(row, 2 * at, claimed_ms[2 * at : 2 * at + 2]) for at, row in enumerate(rows)]
    return Corpus(tuple(clips), tuple(claimed_ms), tuple(pairs))


def _pair(row: dict[str, str], at: int, claimed_ms: list[float]) -> Pair:
    named = ";".join(row.get(f"sources_{seat}") or "" for seat in "ab").split(";")
    sources = frozenset(name.split("@")[0] for name in named) - {"fan", "leak", ""}
    offset_s = (claimed_ms[1] - claimed_ms[0]) / 1e3
    return Pair(at, at + 1, offset_s, row["label"] == "1", row["condition"], sources)


def cross_pairs(corpus: Corpus, count: int) -> tuple[Pair, ...]:
    """Clip a of one pair against clip b of another that shares no source: ordinary other rooms. Always the same."""
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, len(corpus.pairs), (2, 2 * count))
    couples = ((corpus.pairs[p], corpus.pairs[q]) for p, q in zip(left, right, strict=True) if p != q)
    apart = [(a.a, b.b) for a, b in couples if not a.sources & b.sources][:count]
    offsets = rng.uniform(-OFFSETS_S, OFFSETS_S, len(apart))
    return tuple(
        Pair(a, b, float(offset), False, "cross", frozenset()) for (a, b), offset in zip(apart, offsets, strict=True)
    )
