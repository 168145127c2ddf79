"""Fingerprints of the committed recordings and of made-up sounds, at any instant."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import fingerprint, quality
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.keys import keys_between
from tests.vectors.sounds import samples_of

SECRET = bytes(range(32))
NOON_MS = 1_800_014_400_000  # a whole minute
AT_MS = NOON_MS + 10_000.0  # far from a change of keys
RATE = 16_000
LOOP_MS = 12_000
TOLERANCE_S = 0.2

Samples = NDArray[np.float32]


def heard_by(seat: str, from_ms: int, ms: int = 4_000, rate: int = RATE) -> Samples:
    """What a seat hears from a point of the loop on."""
    sound = {"kind": "recording", "name": seat, "from_ms": from_ms % LOOP_MS, "ms": ms}
    return (samples_of(sound, rate) / 32_768).astype(np.float32)


def fingerprint_of(
    samples: Samples, at_ms: float = AT_MS, rate: int = RATE, processing: int = quality.OFF
) -> Fingerprint:
    keys = keys_between(SECRET, at_ms, at_ms + 1e3 * len(samples) / rate)
    return fingerprint.compute(samples, rate, at_ms, keys, clock_error_ms=20, processing=processing)


@lru_cache(maxsize=256)
def clip(seat: str, from_ms: int, ms: int = 4_000, rate: int = RATE, base_ms: float = AT_MS) -> Fingerprint:
    """A clip whose server time says where in the loop it began: base_ms is the loop's beginning."""
    return fingerprint_of(heard_by(seat, from_ms, ms, rate), base_ms + from_ms, rate)


def offset_s(a: Fingerprint, b: Fingerprint) -> float:
    return (b.recorded_at_ms - a.recorded_at_ms) / 1e3


def noise(seed: int, count: int = 4 * RATE) -> Samples:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32) * np.float32(0.1)


def tones(*hz: float, gain: float = 0.3, phase: float = 0.0) -> Samples:
    turns = np.arange(4 * RATE) / RATE
    wave = sum(np.sin(2 * np.pi * each * turns + phase) for each in hz)
    return np.asarray(gain * wave / len(hz), np.float32)
