"""How much a clip resembles itself at other lags: a drone, a chord or a loop does, speech hardly.

Two clips of such sound agree at many lags even when the rooms are two, so what they share proves less.
"""

from dataclasses import dataclass

import numpy as np

from chalicelib.joining import correlation
from chalicelib.joining.correlation import LAG_STEP_S
from chalicelib.joining.spectrum import Floats
from chalicelib.joining.views import WAVE_HZ, Codes

REACH_S = 0.2
OWN_S = 0.02  # below it every sound resembles itself
RHYTHM_S = 0.05, 0.12
# what recorded sound shows at least (500 clips: 1.53 and more); made-up codes of less would be believed for it
LEVEL_LEAST, RHYTHM_LEAST = 1.5, 1.3
BLURRED_S = 0.05  # around a change of keys, where one filter rings on and the other begins: measured


@dataclass(frozen=True)
class Repetition:
    """Logarithms: of the root mean square of the clip's correlation with itself, of its highest 50–120 ms away."""

    level: float
    rhythm: float


def repetition(wave: Codes, key_change: int = 0) -> Repetition:
    """Of a waveform whose samples from `key_change` on, if it lies inside, are scrambled by another key."""
    mine = correlation.query(wave, REACH_S)
    own = correlation.lag_maps(mine, [wave], [0.0])[0]
    steps = np.abs(np.arange(len(own)) - len(own) // 2)
    own = own / _comparable(steps * LAG_STEP_S * WAVE_HZ, len(wave), key_change) ** 2
    low, high = (round(edge / LAG_STEP_S) for edge in RHYTHM_S)
    away, between = own[steps >= round(OWN_S / LAG_STEP_S)], own[(steps >= low) & (steps < high)]
    level, rhythm = np.sqrt((away**2).mean()), between.max()
    return Repetition(_log(float(level), LEVEL_LEAST), _log(float(rhythm), RHYTHM_LEAST))


def _comparable(lags: Floats, samples: int, key_change: int) -> Floats:
    """At each lag (samples) the share of a clip that the same key scrambled as what it is compared with."""
    either_side = max(0, min(key_change, samples - key_change))
    return 1 - np.minimum(lags + BLURRED_S * WAVE_HZ, either_side) / (samples - lags)


def _log(value: float, least: float) -> float:
    return max(least, float(np.log(max(value, 1e-9))))
