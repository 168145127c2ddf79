"""What is wrong with a clip, in small numbers a device can send and a person can act on.

The numbers travel inside the fingerprint. A device could lie in them, so the server uses them only against a
match, and checks what the fingerprint's own content shows as well.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining.spectrum import Floats

OFF, ON, UNKNOWN = 0, 1, 2  # the browser's sound processing, as read back from the track

CLIPPED_AT = 0.97  # of full scale
TOO_QUIET_DB = 75  # below full scale: under the noise of a 16-bit microphone path
CLIPPED_SHARE = 0.25
TONE_SHARE = 0.97
STEADY_DB = 1.5
GAPS_SHARE = 0.2
_LINES_A_TONE = 3  # Hann main lobe of a 15.6 Hz line: one line either side


@dataclass(frozen=True)
class Quality:
    """Each 0…255. below_full_scale in dB; clipped, tonal and gaps as shares of 255; swing in tenths of a dB.

    tonal: sound power in the three strongest lines of the mean spectrum. swing: how much the level moves over
    time (standard deviation). gaps: frames 50 dB under the loudest, as noise suppression leaves them.
    """

    below_full_scale: int
    clipped: int
    tonal: int
    swing: int
    gaps: int

    def to_bytes(self) -> bytes:
        return bytes(getattr(self, item.name) for item in fields(self))


def measure(samples: NDArray[np.floating], sound: Floats, powers: Floats) -> Quality:
    """Of the samples as recorded, the same at 16 kHz, and the latter's frame powers (frames, lines)."""
    rms = float(np.sqrt(np.mean(sound**2)))
    levels = 10 * np.log10(powers.sum(axis=1) + 1e-20)
    return Quality(
        _small(-20 * np.log10(rms + 1e-13)),
        _small(255 * np.mean(np.abs(samples) >= CLIPPED_AT)),
        _small(255 * _tonal(powers.mean(axis=0))),
        _small(10 * levels.std()),
        _small(255 * np.mean(levels < levels.max() - 50)),
    )


def _small(value: float) -> int:
    return int(min(255, max(0, np.floor(value + 0.5))))


def _tonal(power: Floats) -> float:
    rest, tones = power.copy(), 0.0
    for _ in range(3):
        peak = int(rest.argmax())
        near = slice(max(0, peak - _LINES_A_TONE), peak + _LINES_A_TONE + 1)
        tones += rest[near].sum()
        rest[near] = 0
    return float(tones / (power.sum() + 1e-30))


def refusals(quality: Quality) -> tuple[str, ...]:
    """Reasons why such a clip must never match: `too-quiet`, `clipped`, `steady-sound`."""
    found = {
        "too-quiet": quality.below_full_scale >= TOO_QUIET_DB,
        "clipped": quality.clipped >= 255 * CLIPPED_SHARE,
        "steady-sound": quality.tonal >= 255 * TONE_SHARE and quality.swing <= 10 * STEADY_DB,
    }
    return tuple(reason for reason, true in found.items() if true)


def hints(quality: Quality, processing: int) -> tuple[str, ...]:
    """Reasons to tell when no match was found, the most useful first."""
    found = {
        "noise-suppression": processing == ON or quality.gaps >= 255 * GAPS_SHARE,
        "too-quiet": quality.below_full_scale >= TOO_QUIET_DB - 15,
        "steady-sound": quality.swing <= 10 * STEADY_DB,
        "clipped": quality.clipped >= 255 * CLIPPED_SHARE / 5,
    }
    found_hints = tuple(reason for reason, true in found.items() if true)
    return refusals(quality) + tuple(hint for hint in found_hints if hint not in refusals(quality))
