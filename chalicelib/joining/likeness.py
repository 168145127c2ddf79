"""How alike two envelopes are at a lag that the waveforms have shown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import views
from chalicelib.joining.spectrum import Floats
from chalicelib.joining.views import Codes

ROW_S = views.HOP * views.EVERY / views.SOUND_HZ
NEAR_ROWS = 2  # ± 60 ms: reflections, and the rows' own grid
ROWS_MIN = 40  # 1.2 s
ROWS_MAX = 132  # of 4 s

Reals = NDArray[np.float32]


def likeness(mine: Codes, others: Sequence[Codes], offsets_s: Floats) -> Reals:
    """(candidates,): highest Fisher-transformed correlation near the offset, in deviations at 100 rows."""
    rows = np.zeros((len(others), ROWS_MAX, views.BANDS), np.float32)
    for row, other in enumerate(others):
        rows[row, : len(other)] = other
    own = np.zeros((ROWS_MAX, views.BANDS), np.float32)
    own[: len(mine)] = mine
    products = (rows.reshape(-1, views.BANDS) @ own.T).reshape(len(others), -1)  # [b * ROWS_MAX + a]
    lengths = np.array([len(other) for other in others])
    powers = (rows**2).sum(axis=2), np.tile((own**2).sum(axis=1), (len(others), 1))
    nearest = np.round(offsets_s / ROW_S).astype(int)
    steps = range(-NEAR_ROWS, NEAR_ROWS + 1)
    highest: Reals = np.max([_at_lag(products, powers, len(mine), lengths, nearest + step) for step in steps], axis=0)
    return highest


def _at_lag(
    products: Reals, powers: tuple[Reals, Reals], mine: int, others: NDArray[np.intp], lags: NDArray[np.intp]
) -> Reals:
    """Row i of mine faces row i - lag of the other."""
    places = np.arange(ROWS_MAX)
    facing = places - lags[:, None]
    valid = (places < mine) & (facing >= 0) & (facing < others[:, None])
    facing = np.where(valid, facing, 0)
    each = np.arange(len(others))[:, None]
    dot = np.where(valid, products[each, facing * ROWS_MAX + places], 0).sum(axis=1)
    power = np.where(valid, powers[0][each, facing], 0).sum(axis=1) * np.where(valid, powers[1], 0).sum(axis=1)
    rows = valid.sum(axis=1)
    angle = np.arctanh(np.clip(dot / (np.sqrt(power) + 1e-9), -0.999, 0.999)) * np.sqrt(rows / 100)
    found: Reals = np.where(rows >= ROWS_MIN, angle, 0).astype(np.float32)
    return found
