"""The all-pass keys that scramble a fingerprint's waveform: one a minute, derived, never stored.

Every device filters its sound with the same random-phase all-pass before quantising it, so that two
fingerprints of one room still correlate, while a fingerprint that leaks after its minute cannot be turned
back into sound. The browser derives the same phases: see `phases`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PERIOD_MS = 60_000
SEED_BYTES = 32
TAPS = 650  # 0.25 s at the waveform's 2 600 Hz
_INFO = b"earshot all-pass key v1 "

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Key:
    """The all-pass of one minute: valid for samples recorded in [from_ms, to_ms), epoch milliseconds."""

    id: int
    seed: bytes = field(repr=False)
    from_ms: int
    to_ms: int


def key_of_minute(secret: bytes, minute: int) -> Key:
    """HKDF-SHA-256 (RFC 5869, no salt, one block) of the root secret for a minute since the epoch."""
    root = hmac.digest(bytes(SEED_BYTES), secret, "sha256")
    seed = hmac.digest(root, _INFO + str(minute).encode() + b"\x01", "sha256")
    return Key(minute, seed, minute * PERIOD_MS, (minute + 1) * PERIOD_MS)


def keys_at(secret: bytes, now_ms: int) -> tuple[Key, Key]:
    """The keys of this minute and of the next, as handed to devices."""
    minute = now_ms // PERIOD_MS
    return key_of_minute(secret, minute), key_of_minute(secret, minute + 1)


def keys_between(secret: bytes, from_ms: float, to_ms: float) -> tuple[Key, ...]:
    """Every key that a recording over [from_ms, to_ms] needs, oldest first."""
    first, last = int(from_ms // PERIOD_MS), int(to_ms // PERIOD_MS)
    return tuple(key_of_minute(secret, minute) for minute in range(first, last + 1))


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
