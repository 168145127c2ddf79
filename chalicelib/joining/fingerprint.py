"""What a device keeps of a few seconds of sound: enough to tell whether another device heard the same room.

Three views of the same clip, each coarse:

* waveform: 60–1 200 Hz, whitened, level-flattened, scrambled by the minute's all-pass, 2 bits a sample at 2 600 Hz;
* envelope: 24 mel bands of 0.8–6.5 kHz, how each rises and falls, one of 7 steps every 30 ms;
* signature: the signs of 32 bands in 80 ms slots of the server's clock, to pick candidates in a crowd.

Every constant here is part of format version 1: the browser's port holds the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import quality, signature, spectrum
from chalicelib.joining.keys import Key, key_for, scrambled
from chalicelib.joining.quality import Quality
from chalicelib.joining.spectrum import Complexes, Floats
from chalicelib.runtime.errors import Invalid

DURATION_MIN_S, DURATION_MAX_S = 1.0, 4.0

WAVE_HZ = 2_600
WAVE_LOW_HZ, WHITEN_HZ, FLATTEN_SAMPLES = 48.0, 40, 79  # 79 samples: 30 ms
WAVE_STEP = 0.996  # near-optimal for 2 bits of a Gaussian (Max 1960)

SOUND_HZ = 16_000
FRAME, HOP = 1_024, 240  # 64 ms every 15 ms
BANDS, BAND_LOW_HZ, BAND_HIGH_HZ = 24, 800.0, 6_500.0
EVERY = 2  # one envelope row is kept of two frames: 30 ms
RISE_FRAMES, FALL_FRAMES, MARGIN = 4 / 3, 32 / 3, 43  # 20 and 160 ms; 43 frames: four of the wider deviations
ENVELOPE_STEP, ENVELOPE_MAX = 0.75, 3

Codes = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """recorded_at_us: server clock, first sample, epoch microseconds; clock_error_ms: bound the device claims.

    waveform (n,) in {-3, -1, 1, 3}; envelope (rows, 24) in -3…3; signature (slots, 32) in {-1, 1}.
    """

    recorded_at_us: int
    clock_error_ms: int
    processing: int
    key_ids: tuple[int, ...]
    quality: Quality
    waveform: Codes
    envelope: Codes
    signature: Codes

    @property
    def recorded_at_ms(self) -> float:
        return self.recorded_at_us / 1e3

    @property
    def duration_s(self) -> float:
        return len(self.waveform) / WAVE_HZ

    @property
    def ends_at_ms(self) -> float:
        return self.recorded_at_ms + self.duration_s * 1e3


def envelope_rows(wave_samples: int) -> int:
    """How many envelope rows belong to so many waveform samples."""
    return (wave_samples * SOUND_HZ // WAVE_HZ - FRAME) // HOP // EVERY + 1


def compute(
    samples: NDArray[np.floating],
    sample_rate: int,
    recorded_at_ms: float,
    keys: Sequence[Key],
    *,
    clock_error_ms: int = 0,
    processing: int = quality.UNKNOWN,
) -> Fingerprint:
    """Fingerprint of mono samples in [-1, 1]; recorded_at_ms is the server's clock at the first of them.

    Of a longer recording the last 4 s count. Raises Invalid under 1 s or when a key of the time is missing.
    """
    samples, recorded_at_ms = _last(samples, sample_rate, recorded_at_ms)
    lines, seconds = spectrum.clip_spectrum(samples, sample_rate)
    wave_samples = len(samples) * WAVE_HZ // sample_rate
    sound = spectrum.wave_at(lines, seconds, SOUND_HZ)[: wave_samples * SOUND_HZ // WAVE_HZ]
    powers = spectrum.frame_powers(sound, FRAME, HOP)
    parts = _parts(wave_samples, recorded_at_ms, keys)
    recorded_at_us = round(recorded_at_ms * 1e3)
    return Fingerprint(
        recorded_at_us,
        clock_error_ms,
        processing,
        tuple(key.id for _, _, key in parts),
        quality.measure(samples, sound, powers),
        _waveform(lines, seconds, wave_samples, parts),
        _envelope(powers),
        signature.of_powers(powers, recorded_at_us, len(sound)),
    )


def _last(samples: NDArray[np.floating], rate: int, recorded_at_ms: float) -> tuple[NDArray[np.floating], float]:
    if len(samples) < DURATION_MIN_S * rate:
        raise Invalid("The recording is shorter than one second.")
    skip = max(0, len(samples) - int(DURATION_MAX_S * rate))
    return samples[skip:], recorded_at_ms + skip * 1e3 / rate


def _parts(count: int, recorded_at_ms: float, keys: Sequence[Key]) -> list[tuple[int, int, Key]]:
    """The waveform samples that fall into each key's minute: [start, end) and the key, in order."""
    parts, start = list[tuple[int, int, Key]](), 0
    while start < count:
        key = key_for(keys, recorded_at_ms + start * 1e3 / WAVE_HZ)
        if key is None:
            raise Invalid("The recording was made outside the minutes of the known keys.")
        end = min(count, int(np.ceil((key.to_ms - recorded_at_ms) * WAVE_HZ / 1e3)))
        parts.append((start, end, key))
        start = end
    return parts


def _waveform(lines: Complexes, seconds: int, count: int, parts: list[tuple[int, int, Key]]) -> Codes:
    """Whitened over 40 Hz, flattened over 30 ms, scrambled, in units of its deviation, cut into four levels."""
    band = lines[: WAVE_HZ // 2 * seconds]
    power = band.real**2 + band.imag**2
    hz = np.maximum(np.arange(len(band)) / seconds, 1.0)
    smooth = spectrum.moving_mean(power, WHITEN_HZ * seconds + 1) + 1e-4 * power.mean() + 1e-30
    gain = 1 / (np.sqrt(smooth) * (1 + (WAVE_LOW_HZ / hz) ** 8))
    wave = spectrum.wave_at(band, seconds, WAVE_HZ, gain)[:count]
    flat = wave / (np.sqrt(spectrum.moving_mean(wave**2, FLATTEN_SAMPLES)) + 0.1 * wave.std() + 1e-30)
    mixed = scrambled(flat, parts, seconds * WAVE_HZ)
    level = np.floor(mixed / (mixed.std() * WAVE_STEP + 1e-30))
    return (2 * np.clip(level, -2, 1) + 1).astype(np.int8)


def _envelope(powers: Floats) -> Codes:
    """Band-passed in time (1–8 Hz), freed of what neighbouring bands share, in units of each band's deviation."""
    bands = spectrum.mel_filters(FRAME, SOUND_HZ, BANDS, BAND_LOW_HZ, BAND_HIGH_HZ)
    logs = spectrum.log_energies(powers, bands)
    windows = np.lib.stride_tricks.sliding_window_view(spectrum.mirrored(logs, MARGIN), 2 * MARGIN + 1, axis=0)
    moving = windows[::EVERY] @ _rise_and_fall()
    moving = moving - _across(moving)
    moving = moving / (np.sqrt((moving**2).mean(axis=0)) + 0.05)
    return np.clip(np.floor(moving / ENVELOPE_STEP + 0.5), -ENVELOPE_MAX, ENVELOPE_MAX).astype(np.int8)


def _rise_and_fall() -> Floats:
    """Difference of two Gaussians of unit sum."""
    places = np.arange(-MARGIN, MARGIN + 1)
    narrow, wide = (np.exp(-0.5 * (places / width) ** 2) for width in (RISE_FRAMES, FALL_FRAMES))
    return narrow / narrow.sum() - wide / wide.sum()


def _across(rows: Floats) -> Floats:
    """Mean over 7 neighbouring bands, the edges mirrored."""
    return np.lib.stride_tricks.sliding_window_view(spectrum.mirrored(rows.T, 3), 7, axis=0).mean(axis=-1).T
