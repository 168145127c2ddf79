"""From what two clips have in common to log odds that both heard one room: logistic regressions, two looks.

How still the sound was decides what the rest is worth: envelopes of a steady fan cannot agree, envelopes of speech in
one room must. And sound that repeats itself proves less: what two clips share counts against how much each
shares with itself at other lags. docs/sound.md has the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining.correlation import LAG_STEP_S, Reals
from chalicelib.joining.repetition import Repetition
from chalicelib.joining.spectrum import Floats

PEAK_STEPS = round(0.012 / LAG_STEP_S)  # what lies nearer to the peak belongs to it
FAR_STEPS = round(0.08 / LAG_STEP_S)  # further from the peak than any pitch or early reflection


@dataclass(frozen=True, eq=False)
class Shared:
    """For each candidate: log of the highest correlation and of its spread over the other lags, likeness of the
    envelopes at the highest, how still the stiller of the two sounds was, and what share of the highest comes back far
    from it."""

    peak: Reals
    spread: Reals
    likeness: Floats
    still: Floats
    returns: Floats

    @classmethod
    def of(cls, maps: Reals, peaks: NDArray[np.intp], likenesses: Reals, still: Floats) -> Self:
        """maps (candidates, lags), peaks: the lag in each that counts."""
        highest = np.log1p(np.maximum(maps[np.arange(len(maps)), peaks], 0))
        slope = 3 * (1 + 2 * still)  # in still sound, much likeness is little more than some
        alike = np.tanh(slope * likenesses) / slope
        return cls(highest, np.log(_spread(maps, peaks) + 0.05), alike, still, _returns(maps, peaks))

    def only(self, few: NDArray[np.intp]) -> Self:
        return type(self)(self.peak[few], self.spread[few], self.likeness[few], self.still[few], self.returns[few])


def _spread(maps: Reals, peaks: NDArray[np.intp]) -> Reals:
    other = np.abs(np.arange(maps.shape[1]) - peaks[:, None]) > PEAK_STEPS
    deviations: Reals = maps.std(axis=1, where=other)
    return deviations


def _returns(maps: Reals, peaks: NDArray[np.intp]) -> Floats:
    far = np.abs(np.arange(maps.shape[1]) - peaks[:, None]) >= FAR_STEPS
    highest: Floats = np.where(far, maps, 0).max(axis=1) / np.maximum(maps[np.arange(len(maps)), peaks], 1e-9)
    return highest


@dataclass(frozen=True)
class Weights:
    """Of both looks; `level` puts 0 of the second where one of ten thousand pairs of unrelated rooms reaches it."""

    still_peak: float
    spread: float
    likeness: float
    still: float
    level: float
    repeated: float = 0.0
    still_repeated: float = 0.0
    rhythm: float = 0.0


FIRST = Weights(7.459, 6.068, 46.407, -10.679, -10.283)
SECOND = Weights(7.097, 6.861, 45.793, -3.501, 20.6, -20.925, -3.167, 4.419)


def first_odds(shared: Shared) -> Floats:
    """(candidates,): enough to pass over nearly all strangers."""
    return _odds(FIRST, shared)


def odds(shared: Shared, own: Repetition, others: Sequence[Repetition]) -> Floats:
    """(candidates,): the verdict's, in the light of how each clip repeats itself."""
    rhythm = np.array([(own.rhythm + other.rhythm) / 2 for other in others])
    weight = SECOND.repeated + SECOND.still_repeated * shared.still
    found: Floats = _odds(SECOND, shared) + weight * levels(own, others) + SECOND.rhythm * rhythm
    return found


def levels(own: Repetition, others: Sequence[Repetition]) -> Floats:
    """(candidates,): how much the two of each pair repeat themselves."""
    return np.array([(own.level + other.level) / 2 for other in others])


def _odds(weights: Weights, shared: Shared) -> Floats:
    found: Floats = (
        weights.still_peak * shared.peak * shared.still
        + weights.spread * shared.spread
        + weights.likeness * shared.likeness
        + weights.still * shared.still
        + weights.level
    )
    return found
