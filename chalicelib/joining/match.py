"""How much alike two fingerprints are, and what follows from it.

The waveforms are correlated band by band around the claimed offset; sound of one room peaks at one lag in many
bands. The envelopes are then correlated at that lag. `score` is the log odds of the two together, so that 0 is
about one false match in ten thousand pairs of unrelated rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from chalicelib.joining import quality, views
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.spectrum import Floats


@dataclass(frozen=True)
class Threshold:
    """A score, and the rates measured with it on the development corpus (bench/results/)."""

    score: float
    false_match: float  # unrelated rooms taken for one
    false_reject: float  # one ordinary room (easy and typical) taken for two


JOIN = Threshold(1.5, 1e-5, 0.005)
ASK = Threshold(-0.04, 1e-4, 0.003)  # from here on the people are asked
PROCESSING_BAR = 1.0  # added to both when a device's sound processing is on or unknown (PRODUCT A9)

OVERLAP_MIN_S = 2.0  # PRODUCT A3
NEVER = -1e3  # the score of clips that may not match

TOLERANCE_MIN_S, TOLERANCE_MAX_S = 0.05, 0.3  # sound travels 17 m in 50 ms

LAG_STEP_S = 0.002
PHASE_WEIGHT = 0.2  # between plain correlation (0) and phase correlation (1)
BANDS_PER_OCTAVE, BAND_LOW_HZ, BANDS = 3, 60.0, 12  # third octaves of 60–960 Hz … and one up to 1 200
POWER_CAP = 15.0  # one band alone, such as a shared hum, decides nothing
ENVELOPE_LAG_S = 0.06
WEIGHTS = 9.08, 18.83, -21.97  # logistic regression on the development corpus


def score(a: Fingerprint, b: Fingerprint, offset_s: float, tolerance_s: float) -> float:
    """Log odds that both heard one room; offset_s: claimed start of b minus that of a, true within ± tolerance_s."""
    claimed_s = overlap_s(a, b, offset_s)
    if claimed_s < OVERLAP_MIN_S - tolerance_s:
        return NEVER
    power, lag_s = _waveform_peak(a.waveform, b.waveform, offset_s, tolerance_s)
    if (
        max(claimed_s, overlap_s(a, b, lag_s)) < OVERLAP_MIN_S
    ):  # the sound knows the time better than the clocks
        return NEVER
    likeness = _envelope_likeness(a.envelope, b.envelope, lag_s)
    return WEIGHTS[0] * float(np.log1p(max(power, 0.0))) + WEIGHTS[1] * likeness + WEIGHTS[2]


def score_many(
    a: Fingerprint, candidates: Sequence[Fingerprint], offsets_s: Sequence[float], tolerance_s: float
) -> Floats:
    """`score` of one clip against many: (candidates,)."""
    pairs = zip(candidates, offsets_s, strict=True)
    return np.array([score(a, b, offset_s, tolerance_s) for b, offset_s in pairs])


class Verdict(StrEnum):
    """What a score means for two clips."""

    JOIN = "join"
    ASK = "ask"
    NO = "no"


def verdict(value: float, a: Fingerprint, b: Fingerprint) -> Verdict:
    """The verdict on a score of these two; clips that must never match (quality.refusals) give NO."""
    if quality.refusals(a.quality) or quality.refusals(b.quality):
        return Verdict.NO
    value -= bar(a, b)
    if value >= JOIN.score:
        return Verdict.JOIN
    return Verdict.ASK if value >= ASK.score else Verdict.NO


def bar(a: Fingerprint, b: Fingerprint) -> float:
    """How much higher both thresholds stand for these two: sound processing not known to be off, poor clocks."""
    processed = a.processing != quality.OFF or b.processing != quality.OFF
    lags = (a.clock_error_ms + b.clock_error_ms) / 1e3 / TOLERANCE_MAX_S
    return PROCESSING_BAR * processed + max(0.0, lags - 1.0)


def tolerance_s(a: Fingerprint, b: Fingerprint) -> float:
    """How far around the claimed offset to search, from the two claimed clock bounds."""
    claimed_s = (a.clock_error_ms + b.clock_error_ms) / 1e3
    return min(TOLERANCE_MAX_S, max(TOLERANCE_MIN_S, claimed_s + 0.02))


def overlap_s(a: Fingerprint, b: Fingerprint, offset_s: float) -> float:
    """Seconds that both clips cover, by their claimed times."""
    return min(a.duration_s, b.duration_s + offset_s) - max(0.0, offset_s)


def _waveform_peak(
    a: views.Codes, b: views.Codes, offset_s: float, tolerance_s: float
) -> tuple[float, float]:
    """Highest sum over bands of normalised correlation power, and its lag: the true offset of b, seconds."""
    shift, reach = round(offset_s * views.WAVE_HZ), int(tolerance_s * views.WAVE_HZ)
    a, b = a[max(0, shift) :], b[max(0, -shift) :]
    length = min(len(a), len(b))
    size = _transform_size(length + 2 * reach)
    later = np.pad(b[:length].astype(np.float64), (reach, reach))
    cross = np.conj(np.fft.rfft(a[:length].astype(np.float64), size)) * np.fft.rfft(later, size)
    cross /= (np.abs(cross) + 1e-9) ** PHASE_WEIGHT
    edges = np.round(
        BAND_LOW_HZ * 2 ** (np.arange(BANDS + 2) / BANDS_PER_OCTAVE) * size / views.WAVE_HZ
    ).astype(int)
    points = size // round(LAG_STEP_S * views.WAVE_HZ)
    step_s = size / points / views.WAVE_HZ
    lags = int(2 * reach / views.WAVE_HZ / step_s) + 1
    total = np.zeros(lags)
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        lines = cross[low:high]
        power = np.abs(np.fft.ifft(lines, points)[:lags] * points) ** 2
        total += np.minimum(power / ((np.abs(lines) ** 2).sum() + 1e-12), POWER_CAP)
    best = int(total.argmax())
    return float(
        (total[best] - len(edges) + 1) / np.sqrt(len(edges) - 1)
    ), offset_s - best * step_s + tolerance_s


@lru_cache(maxsize=64)
def _transform_size(least: int) -> int:
    """A multiple of 60 that a mixed-radix transform does fast."""
    return -(-least // 480) * 480


def _envelope_likeness(a: views.Codes, b: views.Codes, offset_s: float) -> float:
    """Highest Fisher-transformed correlation within ± 60 ms of the offset, in units of 100 rows' deviation."""
    row_s = views.HOP * views.EVERY / views.SOUND_HZ
    low, high = np.floor((offset_s - ENVELOPE_LAG_S) / row_s), np.ceil((offset_s + ENVELOPE_LAG_S) / row_s)
    return max(_correlation(a, b, lag) for lag in range(int(low), int(high) + 1))


def _correlation(a: views.Codes, b: views.Codes, lag: int) -> float:
    x, y = a[max(0, lag) :].astype(np.float32), b[max(0, -lag) :].astype(np.float32)
    rows = min(len(x), len(y))
    if rows < 40:
        return 0.0
    x, y = x[:rows].ravel(), y[:rows].ravel()
    r = float(x @ y / (np.sqrt((x @ x) * (y @ y)) + 1e-9))
    return float(np.arctanh(np.clip(r, -0.999, 0.999)) * np.sqrt(rows / 100))
