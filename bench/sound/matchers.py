"""What is measured: Earshot's shipping code, and Sound-Proof beside it."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import fingerprint, match, quality
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.keys import keys_between
from chalicelib.joining.spectrum import clip_spectrum, wave_at
from chalicelib.joining.wav import parse_wav
from chalicelib.runtime.errors import Invalid

SECRET = bytes(range(32))
NOON_MS = 1_800_014_410_000  # ten seconds after a change of keys: ordinary clips need one
CLOCK_ERROR_MS = 75  # two of the corpus's clocks differ by up to 150 ms
TOLERANCE_S = 0.17  # match.tolerance_s of two such clocks: what the server would search


class Matcher(Protocol):
    """Something that listens to clips and compares two of them; `Any` is its own kind of fingerprint."""

    def listen(self, clip: Path, claimed_ms: float) -> Any: ...
    def size(self, heard: Any) -> int: ...
    def score(self, a: Any, b: Any, offset_s: float) -> float: ...


class Earshot:
    """The shipping code. A clip that it refuses matches nothing."""

    def listen(self, clip: Path, claimed_ms: float) -> Fingerprint | None:
        at_ms = NOON_MS + claimed_ms
        try:
            recording = parse_wav(clip.read_bytes())
        except Invalid:
            return None
        keys = keys_between(SECRET, at_ms, at_ms + 1e3 * len(recording.samples) / recording.sample_rate)
        return fingerprint.compute(
            recording.samples,
            recording.sample_rate,
            at_ms,
            keys,
            clock_error_ms=CLOCK_ERROR_MS,
            processing=quality.OFF,
        )

    def size(self, heard: Fingerprint | None) -> int:
        return len(heard.to_bytes()) if heard else 0

    def score(self, a: Fingerprint | None, b: Fingerprint | None, offset_s: float) -> float:
        return match.score(a, b, offset_s, TOLERANCE_S) if a and b else match.NEVER


class SoundProof:
    """Karapanos et al., USENIX Security 2015: the mean over third octaves of 50 Hz–4 kHz of the highest normalised
    cross-correlation within the tolerance. It keeps the waveform: there is no compact fingerprint.

    The Butterworth bank is applied in the frequency domain as its squared magnitude: the phases cancel.
    """

    RATE = 10_000
    CENTRES = 1000.0 * 2.0 ** (np.arange(-13, 7) / 3)

    def listen(self, clip: Path, claimed_ms: float) -> NDArray[np.float32]:  # noqa: ARG002
        recording = parse_wav(clip.read_bytes())
        lines, seconds = clip_spectrum(recording.samples, recording.sample_rate)
        count = len(recording.samples) * self.RATE // recording.sample_rate
        return wave_at(lines, seconds, self.RATE)[:count].astype(np.float32)

    def size(self, heard: NDArray[np.float32]) -> int:
        return 2 * heard.size

    def score(self, a: NDArray[np.float32], b: NDArray[np.float32], offset_s: float) -> float:
        shift, reach = round(offset_s * self.RATE), int(TOLERANCE_S * self.RATE)
        a, b = a[max(0, shift) :], b[max(0, -shift) :]
        length = min(len(a), len(b))
        if length < self.RATE:
            return 0.0
        size = 1 << (length + reach - 1).bit_length()
        left, right = np.fft.rfft(a[:length], size), np.fft.rfft(b[:length], size)
        bank = third_octaves(size, self.RATE)
        correlations = np.fft.irfft(left * np.conj(right) * bank, size)
        peaks = np.maximum(correlations[:, : reach + 1].max(axis=1), correlations[:, -reach:].max(axis=1))
        energies = (bank @ np.abs(left) ** 2) * (bank @ np.abs(right) ** 2)
        return float((peaks / (2 * np.sqrt(energies) / size + 1e-12)).mean())


@lru_cache(maxsize=4)
def third_octaves(size: int, rate: int) -> NDArray[np.float32]:
    """(bands, lines): squared magnitude of 20th-order Butterworth band passes."""
    hz = np.arange(size // 2 + 1) * rate / size
    low, high = (SoundProof.CENTRES[:, None] * 2.0 ** (side / 6) for side in (-1, 1))
    detuned = np.abs((hz**2 - low * high) / np.maximum(hz * (high - low), 1e-9))
    bank: NDArray[np.float32] = (1 / (1 + np.minimum(detuned, 8) ** 20)).astype(np.float32)
    return bank
