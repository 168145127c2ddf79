"""The keyed random-phase all-pass filter, the same on every device of a minute (keys.py)."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from chalicelib.joining.keys import Key
from chalicelib.joining.spectrum import Floats

TAPS = 600  # 0.25 s at the waveform's 2 400 Hz


def phases(seed: bytes) -> Floats:
    """TAPS / 2 - 1 angles: big-endian 16-bit words of SHA-256(seed | 32-bit counter) times 2 pi / 65 536."""
    count = TAPS // 2 - 1
    blocks = range(-(-count * 2 // 32))
    stream = b"".join(hashlib.sha256(seed + block.to_bytes(4, "big")).digest() for block in blocks)
    return np.frombuffer(stream, ">u2", count) * (2 * np.pi / 65536)


@lru_cache(maxsize=8)
def response(seed: bytes) -> Floats:
    """The all-pass as an impulse response of TAPS real taps; its first and last spectral lines are 1."""
    spectrum = np.ones(TAPS // 2 + 1, np.complex128)
    spectrum[1:-1] = np.exp(1j * phases(seed))
    return np.fft.irfft(spectrum, TAPS)


def scrambled(wave: Floats, parts: Sequence[tuple[int, int, Key]], padded: int) -> Floats:
    """The wave, each part [start, end) through the all-pass of its own key; `padded` ≥ len(wave) + TAPS."""
    total = np.zeros(padded // 2 + 1, np.complex128)
    for start, end, key in parts:
        own = np.zeros(padded)
        own[start:end] = wave[start:end]
        total += np.fft.rfft(own) * np.fft.rfft(response(key.seed), padded)
    return np.fft.irfft(total, padded)[: len(wave)]
