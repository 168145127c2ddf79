"""Small signal tools in plain numpy, each with an exact counterpart in the browser's port.

Only the discrete Fourier transform is taken from a library: everything else is sums and products, so that both
sides compute the same numbers to the last few bits, whatever the sample rate of the microphone.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]

_AT_ONCE = 32  # frames


def clip_spectrum(samples: NDArray[np.floating], sample_rate: int) -> tuple[Complexes, int]:
    """Spectrum of the clip padded with zeros to whole seconds, at least one of them empty: (lines, seconds).

    Line k lies at k / seconds Hz at every sample rate, and has the same value: the sum over samples is divided by
    the rate.
    """
    seconds = -(-len(samples) // sample_rate) + 1
    return np.fft.rfft(samples.astype(np.float64), seconds * sample_rate) / sample_rate, seconds


def wave_at(spectrum: Complexes, seconds: int, rate: int, gain: Floats | float = 1.0) -> Floats:
    """The clip at `rate` Hz, seconds * rate samples: its lines below rate / 2 times `gain`, transformed back."""
    lines = np.zeros(seconds * rate // 2 + 1, np.complex128)
    count = min(len(spectrum), len(lines) - 1)
    lines[:count] = (spectrum[:count] * rate) * (gain if isinstance(gain, float) else gain[:count])
    return np.fft.irfft(lines, seconds * rate)


def moving_mean(values: Floats, width: int) -> Floats:
    """Centred mean over `width` (odd) neighbours along axis 0; at the edges over those that exist."""
    half, count = width // 2, len(values)
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    places = np.arange(count)
    low, high = np.maximum(places - half, 0), np.minimum(places + half + 1, count)
    means: Floats = (sums[high] - sums[low]) / (high - low).reshape(-1, *[1] * (values.ndim - 1))
    return means


def mirrored(values: Floats, margin: int) -> Floats:
    """`margin` rows of reflection (… b a | a b … y z | z y …) put before and after axis 0; may exceed the length."""
    return np.pad(values, [(margin, margin), *[(0, 0)] * (values.ndim - 1)], mode="symmetric")


@lru_cache(maxsize=8)
def hann(length: int) -> Floats:
    """Symmetric Hann window."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / (length - 1))


def frame_powers(wave: Floats, length: int, hop: int) -> Floats:
    """Power spectra of Hann-windowed frames: (frames, length / 2 + 1)."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, length)[::hop]
    powers = np.empty((len(frames), length // 2 + 1))
    for start in range(0, len(frames), _AT_ONCE):  # large temporaries cost more in page faults than the transform
        lines = np.fft.rfft(frames[start : start + _AT_ONCE] * hann(length))
        powers[start : start + _AT_ONCE] = lines.real**2 + lines.imag**2
    return powers


@lru_cache(maxsize=8)
def mel_filters(length: int, rate: int, bands: int, low_hz: float, high_hz: float) -> Floats:
    """Triangles equally spaced in log(1 + f/700): (length / 2 + 1, bands)."""
    edges_mel = np.linspace(np.log1p(low_hz / 700), np.log1p(high_hz / 700), bands + 2)
    edges = 700 * np.expm1(edges_mel)
    hz = (np.arange(length // 2 + 1) * rate / length)[:, None]
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    filters: Floats = np.maximum(0.0, np.minimum(rising, falling))
    return filters


def log_energies(powers: Floats, filters: Floats) -> Floats:
    """Log band energies above each band's own floor (15th percentile of its frames): (frames, bands)."""
    energies = powers @ filters
    floors = np.sort(energies, axis=0)[int(0.15 * (len(energies) - 1))]
    logs: Floats = np.log(energies + floors + 1e-4 * energies.mean() + 1e-12)
    return logs
