"""The two fine views of a clip that a full comparison uses: its scrambled waveform and its envelope.

Every constant here is part of fingerprint format 1: the browser's port holds the same ones.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import spectrum
from chalicelib.joining.allpass import scrambled
from chalicelib.joining.keys import Key
from chalicelib.joining.spectrum import Complexes, Floats

WAVE_HZ = 2_400
WAVE_LOW_HZ, WHITEN_HZ, FLATTEN_SAMPLES = 48.0, 60, 73  # 73 samples: 30 ms
WAVE_STEP, WAVE_MAX = 0.843, 2  # five levels, near-optimal for a Gaussian (Max 1960)

SOUND_HZ = 16_000
FRAME, HOP = 1_024, 240  # 64 ms every 15 ms
BANDS, BAND_LOW_HZ, BAND_HIGH_HZ = 24, 800.0, 6_500.0
EVERY = 2  # one envelope row is kept of two frames: 30 ms
RISE_FRAMES, FALL_FRAMES, MARGIN = 4 / 3, 32 / 3, 43  # 20 and 160 ms; 43 frames: four of the wider deviations
ENVELOPE_STEP, ENVELOPE_MIN, ENVELOPE_MAX = 0.75, -2, 3  # six levels: sounds rise higher than they fall

Codes = NDArray[np.int8]
Part = tuple[int, int, Key]  # waveform samples [start, end) and the key of their minute


def waveform(lines: Complexes, seconds: int, count: int, parts: Sequence[Part]) -> Codes:
    """(count,) in -2…2: 60–1 200 Hz, whitened over 60 Hz, flattened over 30 ms, scrambled, quantised."""
    band = lines[: WAVE_HZ // 2 * seconds]
    power = band.real**2 + band.imag**2
    hz = np.maximum(np.arange(len(band)) / seconds, 1.0)
    smooth = spectrum.moving_mean(power, WHITEN_HZ * seconds + 1) + 1e-4 * power.mean() + 1e-30
    gain = 1 / (np.sqrt(smooth) * (1 + (WAVE_LOW_HZ / hz) ** 8))
    wave = spectrum.wave_at(band, seconds, WAVE_HZ, gain)[:count]
    flat = wave / (np.sqrt(spectrum.moving_mean(wave**2, FLATTEN_SAMPLES)) + 0.1 * wave.std() + 1e-30)
    mixed = scrambled(flat, parts, seconds * WAVE_HZ)
    level = np.floor(mixed / (mixed.std() * WAVE_STEP + 1e-30) + 0.5)
    codes: Codes = np.clip(level, -WAVE_MAX, WAVE_MAX).astype(np.int8)
    return codes


def envelope_rows(wave_samples: int) -> int:
    """How many envelope rows belong to so many waveform samples."""
    return (wave_samples * SOUND_HZ // WAVE_HZ - FRAME) // HOP // EVERY + 1


def moving(powers: Floats) -> Floats:
    """(rows, 24) of frame powers: how the log bands rise and fall, band-passed in time (1–8 Hz)."""
    filters = spectrum.mel_filters(FRAME, SOUND_HZ, BANDS, BAND_LOW_HZ, BAND_HIGH_HZ)
    logs = spectrum.mirrored(spectrum.log_energies(powers, filters), MARGIN)
    windows = np.lib.stride_tricks.sliding_window_view(logs, 2 * MARGIN + 1, axis=0)[::EVERY]
    rows: Floats = windows @ _rise_and_fall()
    return rows


def envelope(rows: Floats) -> Codes:
    """(rows, 24) in -2…3 of `moving`: less what neighbouring bands share, in units of each band's deviation."""
    rows = rows - _across(rows)
    rows = rows / (np.sqrt((rows**2).mean(axis=0)) + 0.05)  # 0.05: a band without movement stays near zero
    steps = np.floor(rows / ENVELOPE_STEP + 0.5)
    codes: Codes = np.clip(steps, ENVELOPE_MIN, ENVELOPE_MAX).astype(np.int8)
    return codes


def _rise_and_fall() -> Floats:
    """Difference of two Gaussians of unit sum."""
    places = np.arange(-MARGIN, MARGIN + 1)
    narrow, wide = (np.exp(-0.5 * (places / width) ** 2) for width in (RISE_FRAMES, FALL_FRAMES))
    kernel: Floats = narrow / narrow.sum() - wide / wide.sum()
    return kernel


def _across(rows: Floats) -> Floats:
    """Mean over 7 neighbouring bands, the edges mirrored."""
    padded = spectrum.mirrored(rows.T, 3)
    mean: Floats = np.lib.stride_tricks.sliding_window_view(padded, 7, axis=0).mean(axis=-1).T
    return mean
