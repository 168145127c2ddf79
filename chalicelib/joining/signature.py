"""The coarse signature: which of ten thousand clips are worth a full comparison.

For each 80 ms slot of the server's clock, 32 signs: is the band louder or softer than in the clip's other slots.
All clips share the slots, so one matrix product per lag ranks a crowd.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import spectrum
from chalicelib.joining.spectrum import Floats

SLOT_US = 80_000
BANDS, LOW_HZ, HIGH_HZ = 32, 150.0, 5_000.0
FRAME, HOP, RATE = 1_024, 240, 16_000  # the frames of the envelope
LAGS = range(-3, 4)  # ± 240 ms: both clocks at their worst

Codes = NDArray[np.int8]


def first_slot(recorded_at_us: int) -> int:
    """Index of the first slot that begins after the centre of the clip's first frame."""
    return -(-(recorded_at_us + FRAME * 1_000_000 // RATE // 2) // SLOT_US)


def slots(recorded_at_us: int, sound_samples: int) -> int:
    """How many whole slots the frames of a clip cover; `sound_samples` at 16 kHz."""
    frames = (sound_samples - FRAME) // HOP + 1
    last_centre_us = recorded_at_us + (FRAME // 2 + (frames - 1) * HOP) * 1_000_000 // RATE
    return max(0, last_centre_us // SLOT_US - first_slot(recorded_at_us))


def of_powers(powers: Floats, recorded_at_us: int, sound_samples: int) -> Codes:
    """Signs (slots, 32) of the clip whose frame powers these are."""
    count, first = slots(recorded_at_us, sound_samples), first_slot(recorded_at_us)
    logs = spectrum.log_energies(powers, spectrum.mel_filters(FRAME, RATE, BANDS, LOW_HZ, HIGH_HZ))
    edges_us = (first + np.arange(count + 1)) * SLOT_US - recorded_at_us
    edges = np.ceil((edges_us * RATE / 1_000_000 - FRAME / 2) / HOP).astype(int)
    sums = np.concatenate([np.zeros((1, BANDS)), np.cumsum(logs, axis=0)])
    means = (sums[edges[1:]] - sums[edges[:-1]]) / (edges[1:] - edges[:-1])[:, None]
    moving = means - spectrum.moving_mean(means, 13)
    return np.where(moving > 0, 1, -1).astype(np.int8)
