"""The table of error rates, and the target that `--check` holds it to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from bench.sound.corpus import Pair
from bench.sound.rates import Scores, equal_error_rate, reject_rate, threshold_at

CONDITIONS = "easy", "typical", "hard", "quiet"
FARS = 1e-2, 1e-3, 1e-4


@dataclass(frozen=True)
class Row:
    """frr: share of one-room pairs refused at FAR 1e-2, 1e-3, 1e-4; nan where there are too few others to say."""

    name: str
    same: int
    other: int
    eer: float
    frr: tuple[float, float, float]

    def __str__(self) -> str:
        frr = " ".join(f"{100 * rate:8.2f}%" for rate in self.frr)
        return f"{self.name:30}{self.same:6}{self.other:7}{100 * self.eer:8.2f}% {frr}"


HEADING = f"{'':30}{'same':>6}{'other':>7}{'EER':>9} " + " ".join(f"FRR@{far:g}".rjust(9) for far in FARS)


def table(pairs: Sequence[Pair], scores: Scores, crossed: Scores) -> list[Row]:
    """Each condition of one room against all other pairs and against cross pairs; CORE without the quiet ones."""
    same = np.array([pair.same_room for pair in pairs])
    condition = np.array([pair.condition for pair in pairs])
    loud = np.array(["quiet" not in pair.condition for pair in pairs])
    rows: list[Row | None] = []
    for name in dict.fromkeys(condition[same]):
        mine = scores[same & (condition == name)]
        rows.append(_row(f"{name} / all other pairs", mine, scores[~same]))
        rows.append(_row(f"{name} / cross pairs", mine, crossed))
    others = dict.fromkeys(condition[~same])
    rows += [_row(f"core / {name}", scores[same & loud], scores[condition == name]) for name in others]
    rows.append(_row("CORE", scores[same & loud], scores[~same & loud]))
    rows.append(_row("ALL", scores[same], scores[~same]))
    return [row for row in rows if row is not None]


def _row(name: str, same: Scores, other: Scores) -> Row | None:
    if not len(same) or not len(other):
        return None
    far_1, far_2, far_3 = (reject_rate(same, other, far) for far in FARS)
    return Row(name, len(same), len(other), equal_error_rate(same, other), (far_1, far_2, far_3))


def misses(rows: Sequence[Row], rival: Sequence[Row], cost: dict[str, float]) -> list[str]:
    """Every figure of the target (docs/sound.md) that is not met; what a corpus cannot show counts as missed."""
    by_name = {row.name: row for row in rows}
    found = [_miss(by_name, *goal) for goal in _goals()]
    found += [f"{name} is {cost[name]:g}, above {most}" for name, most in COSTS.items() if cost[name] > most]
    rivals = {row.name: row.eer for row in rival}
    found += [
        f"{row.name}: EER {100 * row.eer:.2f} %, not better than Sound-Proof's {100 * rivals[row.name]:.2f} %"
        for row in rows
        if row.eer > rivals[row.name] or (row.eer == rivals[row.name] > 0)
    ]
    return [miss for miss in found if miss]


COSTS = {"bytes_max": 4_096, "ms_a_fingerprint": 5.0, "us_a_comparison_of_100": 300.0}
EER_MOST = {"easy": 0.001, "typical": 0.002, "hard": 0.005, "quiet": 0.004}
FRR_MOST = {"easy": (0.001, 1e-4), "typical": (0.0025, 1e-4), "hard": (0.01, 1e-4), "quiet": (0.005, 1e-3)}


def _goals() -> list[tuple[str, float, float | None]]:
    """(row, highest rate, FAR of an FRR or None for the EER)."""
    against_all = [(f"pos_{name} / all other pairs", EER_MOST[name], None) for name in CONDITIONS]
    crossed = [(f"pos_{name} / cross pairs", *FRR_MOST[name]) for name in CONDITIONS]
    return [*against_all, *crossed, ("CORE", 0.003, None), ("CORE", 0.005, 1e-3)]


def _miss(rows: dict[str, Row], name: str, most: float, far: float | None) -> str:
    what = f"{name}: " + ("EER" if far is None else f"FRR at FAR {far:g}")
    if name not in rows:
        return f"{what} is not measured by this corpus"
    value = rows[name].eer if far is None else rows[name].frr[FARS.index(far)]
    return "" if value <= most else f"{what} is {100 * value:.2f} %, above {100 * most:g} %"


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) | {"frr": dict(zip(map(str, FARS), map(_finite, row.frr), strict=True))} for row in rows]


def _finite(value: float) -> float | None:
    return value if value == value else None


def thresholds(crossed: Scores, hard: Scores, same: Scores, marks: dict[str, float]) -> dict[str, dict[str, float]]:
    """For each named threshold the shares of cross pairs and of the corpus's other pairs that reach it, and that of
    one-room pairs that do not."""
    return {
        name: {
            "score": mark,
            "false_match": float(np.mean(crossed >= mark)),
            "false_match_hard": float(np.mean(hard >= mark)),
            "false_reject": float(np.mean(same < mark)),
        }
        for name, mark in marks.items()
    }


def scores_at(other: Scores) -> dict[str, float]:
    return {f"{far:g}": threshold_at(other, far) for far in FARS}
