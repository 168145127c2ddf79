"""What is wrong with a clip, in small numbers a device can send and a person can act on.

The numbers travel inside the fingerprint. A device could lie in them; none of them alone can make a match.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining.spectrum import Floats

OFF, ON, UNKNOWN = 0, 1, 2  # the browser's sound processing, as read back from the track

CLIPPED_AT = 0.97  # of full scale
TOO_QUIET_DB = 75  # below full scale: under the noise of a 16-bit microphone path
QUIET_DB = 60
CLIPPED_SHARE, OFTEN_CLIPPED_SHARE = 0.6, 0.05
TONE_SHARE = 0.97
STEADY = 0.17  # movement of fans and hum, with a little to spare
GAP_DB, GAPS_SHARE = 50, 0.2
POOR_CLOCK_MS = 240  # a bound above which even an ordinary clock (60 ms) on the other side raises the bar (match.bar)
MOVEMENT_STEPS = 200  # a unit of movement
_TONES, _LINES_A_TONE = 3, 3  # Hann main lobe of a 15.6 Hz line: one line either side


@dataclass(frozen=True)
class Quality:
    """Each 0…255: level in dB below full scale; clipped, tonal and gaps as shares of 255; movement in 1/200.

    tonal: sound power in the three strongest lines of the mean spectrum. movement: how far the bands of the
    envelope rise and fall, in natural logarithms. gaps: frames 50 dB under the loudest.
    """

    below_full_scale: int
    clipped: int
    tonal: int
    movement: int
    gaps: int

    def to_bytes(self) -> bytes:
        return bytes(getattr(self, item.name) for item in fields(self))


def measure(samples: NDArray[np.floating], sound: Floats, powers: Floats, moving: Floats) -> Quality:
    """Of the samples as recorded, the same at 16 kHz, its frame powers (frames, lines), and `views.moving`."""
    rms = float(np.sqrt(np.mean(sound**2)))
    levels = 10 * np.log10(powers.sum(axis=1) + 1e-20)
    return Quality(
        _small(-20 * np.log10(rms + 1e-13)),
        _small(255 * np.mean(np.abs(samples) >= CLIPPED_AT)),
        _small(255 * _tonal(powers.mean(axis=0))),
        _small(MOVEMENT_STEPS * np.sqrt((moving**2).mean(axis=0)).mean()),
        _small(255 * np.mean(levels < levels.max() - GAP_DB)),
    )


def _small(value: float) -> int:
    return int(min(255, max(0, np.floor(value + 0.5))))


def _tonal(power: Floats) -> float:
    rest = power.copy()
    for _ in range(_TONES):
        peak = int(rest.argmax())
        rest[max(0, peak - _LINES_A_TONE) : peak + _LINES_A_TONE + 1] = 0
    return float((power.sum() - rest.sum()) / (power.sum() + 1e-30))


def stillness(quality: Quality) -> float:
    """0 for sound that rises and falls as speech does, up to 1.5 for a fan (docs/sound.md)."""
    movement = max(1, quality.movement) / MOVEMENT_STEPS + 0.02
    return min(1.5, max(0.0, -0.7 - math.log(movement)))


def refusals(quality: Quality) -> tuple[str, ...]:
    """Reasons why such a clip must never match: `too-quiet`, `clipped`, `steady-sound`."""
    found = {
        "too-quiet": quality.below_full_scale >= TOO_QUIET_DB,
        "clipped": quality.clipped >= 255 * CLIPPED_SHARE,
        "steady-sound": quality.tonal >= 255 * TONE_SHARE and quality.movement <= MOVEMENT_STEPS * STEADY,
    }
    return tuple(reason for reason, true in found.items() if true)


def hints(quality: Quality, processing: int, clock_error_ms: int = 0) -> tuple[str, ...]:
    """Reasons to tell when no match was found, the most useful first."""
    found = {
        "clock": clock_error_ms > POOR_CLOCK_MS,
        "noise-suppression": processing == ON or quality.gaps >= 255 * GAPS_SHARE,
        "too-quiet": quality.below_full_scale >= QUIET_DB,
        "steady-sound": quality.movement <= MOVEMENT_STEPS * STEADY,
        "clipped": quality.clipped >= 255 * OFTEN_CLIPPED_SHARE,
    }
    return tuple(dict.fromkeys([*refusals(quality), *(hint for hint, true in found.items() if true)]))
