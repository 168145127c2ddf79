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

Reals = NDArray[np.float32]


def likeness(mine: Codes, others: Sequence[Codes], offsets_s: Floats) -> Reals:
    """(candidates,): highest Fisher-transformed correlation near the offset, in deviations at 100 rows."""
    nearest, lengths = np.round(offsets_s / ROW_S).astype(int), np.array([len(other) for other in others])
    own, facing = mine.astype(np.float32), _facing(others, nearest + NEAR_ROWS, len(mine) + 2 * NEAR_ROWS)
    powers = _sums((own**2).sum(axis=1)), _sums((facing**2).sum(axis=2))
    found = []
    for step in range(2 * NEAR_ROWS + 1):  # row i of mine faces row i + step of `facing`, row i - lag of the other
        lag = nearest + NEAR_ROWS - step
        low, high = np.clip(lag, 0, len(mine)), np.clip(lag + lengths, 0, len(mine))
        dots = _dots(own, facing, step)
        power = (powers[0][high] - powers[0][low]) * (powers[1][:, step + len(mine)] - powers[1][:, step])
        angle = np.arctanh(np.clip(dots / (np.sqrt(power) + 1e-9), -0.999, 0.999)) * np.sqrt((high - low) / 100)
        found.append(np.where(high - low >= ROWS_MIN, angle, 0))
    highest: Reals = np.max(found, axis=0).astype(np.float32)
    return highest


def _facing(others: Sequence[Codes], starts: NDArray[np.intp], rows: int) -> Reals:
    """(candidates, rows, bands): each other's envelope moved to begin at row `start`, zeros around it."""
    facing = np.zeros((len(others), rows, views.BANDS), np.float32)
    for row, (other, start) in enumerate(zip(others, starts, strict=True)):
        low, high = max(0, start), min(rows, start + len(other))
        if low < high:
            facing[row, low:high] = other[low - start : high - start]
    return facing


def _sums(values: Reals) -> Reals:
    """Sums up to each place along the last axis, the first 0: whole numbers, so float32 holds them exactly."""
    sums: Reals = np.zeros((*values.shape[:-1], values.shape[-1] + 1), np.float32)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums


def _dots(own: Reals, facing: Reals, step: int) -> Reals:
    dots: Reals = facing.reshape(len(facing), -1)[:, step * views.BANDS :][:, : own.size] @ own.reshape(-1)
    return dots
