"""Where two scrambled waveforms agree: correlation power in third octaves, summed at a common lag.

In each band the power at a lag is divided by what unrelated sound (or a shared steady tone) would show there, so
that it is 1 on average and exponentially distributed. Sound of one room peaks at one lag in many bands, with a
tail of reflections around it. One clip, the query, is cut into blocks whose spectra serve all candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining.spectrum import Floats
from chalicelib.joining.views import WAVE_HZ, Codes

LAG_STEP_S = 0.002
BLOCKS = 4
BANDS, BAND_LOW_HZ, BANDS_PER_OCTAVE = 13, 60.0, 3  # 60–1 210 Hz, of which 1 200 exist
POWER_CAP = 15.0  # one band alone, such as a shared hum, decides nothing
DRIFTS = np.array([-160e-6, -80e-6, 0.0, 80e-6, 160e-6])  # two clocks of ± 100 ppm
_AT_ONCE = 8  # candidates
_STEP = round(LAG_STEP_S * WAVE_HZ * 10)  # tenths of a sample
_SIZES = (1_920, 2_160, 2_400, 2_592, 2_880, 3_072, 3_240, 3_456, 3_600, 3_840, 4_320)  # small factors

Reals = NDArray[np.float32]
Spectra = NDArray[np.complex64]


@dataclass(frozen=True, eq=False)
class Query:
    """spectra (blocks, lines): one clip's blocks of `length` samples, conjugated, searched ± reach samples."""

    samples: int
    length: int
    reach: int
    size: int
    spectra: Spectra


@dataclass(frozen=True, eq=False)
class Cross:
    """spectra (candidates, blocks, lines); level (candidates, bands): the power that chance would show at a lag."""

    spectra: Spectra
    level: Reals

    def only(self, few: NDArray[np.intp]) -> "Cross":
        return Cross(self.spectra[few], self.level[few])


def query(wave: Codes, tolerance_s: float) -> Query:
    """The clip against which others will be held, at lags within ± tolerance_s of the claimed offset."""
    length, reach = -(-len(wave) // BLOCKS), round(tolerance_s * WAVE_HZ)
    size = next(n for n in _SIZES if n >= length + 2 * reach)
    blocks = np.zeros((BLOCKS, length), np.float32)
    blocks.reshape(-1)[: len(wave)] = wave
    return Query(len(wave), length, reach, size, _lines(blocks, size).conj())


def cross(mine: Query, waves: Sequence[Codes], offsets_s: Sequence[float] | Floats) -> Cross:
    """Cross-spectra with candidates around their claimed offsets."""
    width = mine.length + 2 * mine.reach
    padded = np.zeros((len(waves), (BLOCKS - 1) * mine.length + width), np.float32)
    bounds = np.empty((len(waves), 2), np.intp)
    for row, (wave, offset_s) in enumerate(zip(waves, offsets_s, strict=True)):
        start = -round(offset_s * WAVE_HZ) - mine.reach  # of the candidate, where the first window begins
        low, high = max(0, start), min(len(wave), start + padded.shape[1])
        padded[row, low - start : high - start] = wave[low:high]
        bounds[row] = low - start, high - start
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)[:, :: mine.length]
    chance = _chance(mine, bounds[:, :1], bounds[:, 1:])
    edges = _edges(mine.size)
    spectra = np.empty((len(waves), BLOCKS, edges[-1]), np.complex64)
    level = np.empty((len(waves), BANDS), np.float32)
    for start in range(0, len(waves), _AT_ONCE):  # what fits the processor's cache is not fetched twice
        few = slice(start, start + _AT_ONCE)
        spectra[few] = lines = _lines(windows[few], mine.size) * mine.spectra
        power = np.add.reduceat(lines.real**2 + lines.imag**2, edges[:-1], axis=2)
        level[few] = (power * chance[few, :, None]).sum(axis=1) + np.float32(1e-12)
    return Cross(spectra, level)


def _chance(mine: Query, low: NDArray[np.intp], high: NDArray[np.intp]) -> Reals:
    """For candidates that fill [low, high) (candidates, 1) of their windows: power expected near the claimed lag over
    that at any lag, (candidates, blocks)."""
    starts = np.arange(BLOCKS) * mine.length
    there = np.minimum(high, starts + mine.length + 2 * mine.reach) - np.maximum(low, starts)
    own = np.minimum(mine.samples, starts + mine.length) - starts
    shared = np.minimum(high - mine.reach, starts + own) - np.maximum(low - mine.reach, starts)
    ratio: Reals = (np.maximum(shared, 0) * mine.size / np.maximum(own * there, 1)).astype(np.float32)
    return ratio


def _lines(blocks: Reals, size: int) -> Spectra:
    """Spectra of the rows up to the highest band, divided by the fourth root of their magnitude."""
    spectra: Spectra = np.fft.rfft(blocks, size)[..., : _edges(size)[-1]].astype(np.complex64, copy=False)
    scale = spectra.real**2
    scale += spectra.imag**2
    scale += np.float32(1e-12)
    for _ in range(3):
        np.sqrt(scale, out=scale)
    np.reciprocal(scale, out=scale)
    spectra.real *= scale
    spectra.imag *= scale
    return spectra


@lru_cache(maxsize=16)
def _edges(size: int) -> tuple[int, ...]:
    hz = BAND_LOW_HZ * 2.0 ** (np.arange(BANDS + 1) / BANDS_PER_OCTAVE)
    return tuple(min(size // 2, round(edge * size / WAVE_HZ)) for edge in hz)


def lag_map(mine: Query, theirs: Cross) -> Reals:
    """(candidates, lags): band powers at each lag summed, less chance, in deviations of chance."""
    summed = theirs.spectra.sum(axis=1, keepdims=True)
    total: Reals = _map(mine, theirs, summed, np.ones((1, 1, 1), np.complex64))[0]
    return total


def drifting_lag_map(mine: Query, theirs: Cross) -> Reals:
    """The same for the best of several clock drifts, each candidate its own."""
    middles_s = (np.arange(BLOCKS) - (BLOCKS - 1) / 2) * mine.length / WAVE_HZ
    centres_hz = BAND_LOW_HZ * 2.0 ** ((np.arange(BANDS) + 0.5) / BANDS_PER_OCTAVE)
    turns = np.exp(2j * np.pi * centres_hz[:, None, None] * DRIFTS[:, None] * middles_s)
    maps = _map(mine, theirs, theirs.spectra, turns)
    best = maps.max(axis=2).argmax(axis=0)
    chosen: Reals = maps[best, np.arange(len(best))]
    return chosen


def _map(mine: Query, theirs: Cross, spectra: Spectra, turns: NDArray[np.complexfloating]) -> Reals:
    """(drifts, candidates, lags) of spectra (candidates, blocks, lines) turned by (bands or 1, drifts, blocks)."""
    lags = 2 * round(mine.reach * 10 / _STEP) + 1
    total = np.zeros((turns.shape[1], len(spectra), lags), np.float32)
    edges = _edges(mine.size)
    for band, (low, high) in enumerate(pairwise(edges)):
        lines = spectra[:, :, low:high]
        turn = turns[min(band, len(turns) - 1)].astype(np.complex64)
        power = _band_power(lines, turn, mine.size, lags)
        total += np.minimum(power / theirs.level[:, band, None], POWER_CAP)
    return (total - BANDS) / np.float32(np.sqrt(BANDS))


def _band_power(lines: Spectra, turn: Spectra, size: int, lags: int) -> Reals:
    """(drifts, candidates, lags): |sum over blocks of the turned correlation|² of one band's lines."""
    points = min(_points(3 * lines.shape[2]), size * 10 // _STEP)
    waves = np.fft.ifft(lines, points, norm="forward").astype(np.complex64, copy=False)
    places = np.arange(lags) * (_STEP / 10 * points / size)
    waves = waves[:, :, : int(places[-1]) + 2]
    turned = np.tensordot(turn, waves, (1, 1)) if turn.size > 1 else waves.transpose(1, 0, 2)
    power = turned.real**2 + turned.imag**2
    left = np.minimum(places.astype(int), power.shape[2] - 2)
    part = (places - left).astype(np.float32)
    between: Reals = power[:, :, left] * (1 - part) + power[:, :, left + 1] * part
    return between


def _points(least: int) -> int:
    """A transform length with small factors; above them all, the lag step decides (`_band_power`)."""
    lengths = 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 720, 960
    return next((n for n in lengths if n >= least), least)
