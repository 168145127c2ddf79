"""Error rates of scores: FRR is the share of one-room pairs refused, FAR that of other pairs accepted."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def equal_error_rate(same: Scores, other: Scores) -> float:
    """Where FRR and FAR meet, over every threshold that the scores themselves suggest."""
    thresholds = np.unique(np.concatenate([same, other]))
    frr = np.searchsorted(np.sort(same), thresholds, "left") / len(same)
    far = (len(other) - np.searchsorted(np.sort(other), thresholds, "left")) / len(other)  # exact, unlike 1 - share
    at = int(np.argmin(np.abs(frr - far)))
    return float(frr[at] + far[at]) / 2


def threshold_at(other: Scores, far: float) -> float:
    """The lowest threshold that accepts at most this share; nan when there are too few scores to say."""
    if len(other) * far < 1:
        return float("nan")
    last_refused = np.sort(other)[len(other) - 1 - int(far * len(other))]
    return float(np.nextafter(last_refused, np.inf))


def reject_rate(same: Scores, other: Scores, far: float) -> float:
    """FRR at the threshold of that FAR; nan when there are too few scores to say."""
    threshold = threshold_at(other, far)
    return float(np.mean(same < threshold)) if threshold == threshold else threshold
