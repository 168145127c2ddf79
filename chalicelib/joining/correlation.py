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
# candidates at a time, so that what is worked on stays in the processor's cache and clear of page faults
_AT_ONCE, _AT_ONCE_DRIFTING, _IN_CACHE = 25, 4, 2
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


def query(wave: Codes, tolerance_s: float) -> Query:
    """The clip against which others will be held, at lags within ± tolerance_s of the claimed offset."""
    length, reach = -(-len(wave) // BLOCKS), round(tolerance_s * WAVE_HZ)
    size = next(n for n in _SIZES if n >= length + 2 * reach)
    blocks = np.zeros((BLOCKS, length), np.float32)
    blocks.reshape(-1)[: len(wave)] = wave
    spectra = np.fft.rfft(blocks, size)[:, : _edges(size)[-1]].astype(np.complex64, copy=False)
    return Query(len(wave), length, reach, size, _whitened(spectra).conj())


def lag_maps(
    mine: Query, waves: Sequence[Codes], offsets_s: Sequence[float] | Floats, *, drifting: bool = False
) -> Reals:
    """(candidates, lags) around their claimed offsets: band powers summed, less chance, in deviations of chance.

    With `drifting`, the highest for several clock drifts, each candidate its own.
    """
    one_map, at_once = (_drifting_lag_map, _AT_ONCE_DRIFTING) if drifting else (_lag_map, _AT_ONCE)
    maps = list[Reals]()
    for start in range(0, len(waves), at_once):
        few = slice(start, start + at_once)
        maps.append(one_map(mine, _cross(mine, waves[few], offsets_s[few], summed=not drifting)))
    return np.concatenate(maps)


def _cross(mine: Query, waves: Sequence[Codes], offsets_s: Sequence[float] | Floats, *, summed: bool) -> Cross:
    """Cross-spectra with candidates around their claimed offsets, of all blocks or their sum."""
    edges = _edges(mine.size)
    spectra = np.empty((len(waves), 1 if summed else BLOCKS, edges[-1]), np.complex64)
    level = np.empty((len(waves), BANDS), np.float32)
    for start in range(0, len(waves), _IN_CACHE):
        few = slice(start, start + _IN_CACHE)
        lines, chance = _candidate_lines(mine, waves[few], offsets_s[few])
        lines *= mine.spectra
        power = np.add.reduceat(lines.real**2 + lines.imag**2, edges[:-1], axis=2)
        level[few] = (power * chance[:, :, None]).sum(axis=1) + np.float32(1e-12)
        spectra[few] = lines.sum(axis=1, keepdims=True) if summed else lines
    return Cross(spectra, level)


def _candidate_lines(mine: Query, waves: Sequence[Codes], offsets_s: Sequence[float] | Floats) -> tuple[Spectra, Reals]:
    """`_lines` of what of each candidate lies around each of my blocks, (candidates, blocks, lines), and `_chance`."""
    width = mine.length + 2 * mine.reach
    padded = np.zeros((len(waves), (BLOCKS - 1) * mine.length + width), np.float32)
    bounds = np.empty((len(waves), 2), np.intp)
    for row, (wave, offset_s) in enumerate(zip(waves, offsets_s, strict=True)):
        start = -round(offset_s * WAVE_HZ) - mine.reach  # of the candidate, where the first window begins
        low, high = max(0, start), min(len(wave), start + padded.shape[1])
        padded[row, low - start : high - start] = wave[low:high]
        bounds[row] = low - start, high - start
    spectra = np.empty((len(waves), BLOCKS, mine.size // 2 + 1), np.complex64)
    for block in range(BLOCKS):
        start = block * mine.length
        np.fft.rfft(padded[:, start : start + width], mine.size, out=spectra[:, block])  # type: ignore[arg-type]  # the stubs know complex128 only
    return _whitened(spectra[..., : _edges(mine.size)[-1]]), _chance(mine, bounds[:, :1], bounds[:, 1:])


def _chance(mine: Query, low: NDArray[np.intp], high: NDArray[np.intp]) -> Reals:
    """For candidates that fill [low, high) (candidates, 1) of their windows: power expected near the claimed lag over
    that at any lag, (candidates, blocks)."""
    starts = np.arange(BLOCKS) * mine.length
    there = np.minimum(high, starts + mine.length + 2 * mine.reach) - np.maximum(low, starts)
    own = np.minimum(mine.samples, starts + mine.length) - starts
    shared = np.minimum(high - mine.reach, starts + own) - np.maximum(low - mine.reach, starts)
    ratio: Reals = (np.maximum(shared, 0) * mine.size / np.maximum(own * there, 1)).astype(np.float32)
    return ratio


def _whitened(spectra: Spectra) -> Spectra:
    """Divided by the fourth root of their magnitude, in place."""
    scale = spectra.real**2
    scale += spectra.imag**2
    scale += np.float32(1e-12)
    for _ in range(3):
        np.sqrt(scale, out=scale)
    np.reciprocal(scale, out=scale)
    spectra *= scale
    return spectra


@lru_cache(maxsize=16)
def _edges(size: int) -> tuple[int, ...]:
    hz = BAND_LOW_HZ * 2.0 ** (np.arange(BANDS + 1) / BANDS_PER_OCTAVE)
    return tuple(min(size // 2, round(edge * size / WAVE_HZ)) for edge in hz)


def _lag_map(mine: Query, theirs: Cross) -> Reals:
    return _maps(mine, theirs, None)[:, 0]


def _drifting_lag_map(mine: Query, theirs: Cross) -> Reals:
    middles_s = (np.arange(BLOCKS) - (BLOCKS - 1) / 2) * mine.length / WAVE_HZ
    centres_hz = BAND_LOW_HZ * 2.0 ** ((np.arange(BANDS) + 0.5) / BANDS_PER_OCTAVE)
    turns = np.exp(2j * np.pi * centres_hz[:, None, None] * DRIFTS[:, None] * middles_s)
    maps = _maps(mine, theirs, turns.astype(np.complex64))
    chosen: Reals = maps[np.arange(len(maps)), maps.max(axis=2).argmax(axis=1)]
    return chosen


def _maps(mine: Query, theirs: Cross, turns: Spectra | None) -> Reals:
    """(candidates, drifts, lags); turns (bands, drifts, blocks) sum the blocks, where they are not summed yet."""
    lags = 2 * round(mine.reach * 10 / _STEP) + 1
    total = np.zeros((len(theirs.level), 1 if turns is None else len(DRIFTS), lags), np.float32)
    for band, (low, high) in enumerate(pairwise(_edges(mine.size))):
        turn = None if turns is None else turns[band]
        power = _band_power(theirs.spectra[:, :, low:high], turn, mine.size, lags)
        power /= theirs.level[:, band, None, None]
        total += np.minimum(power, POWER_CAP, out=power)
    total -= BANDS
    total /= np.float32(np.sqrt(BANDS))
    return total


def _band_power(lines: Spectra, turn: Spectra | None, size: int, lags: int) -> Reals:
    """(candidates, drifts, lags): |sum over blocks of the turned correlation|² of one band's lines."""
    points = min(_points(3 * lines.shape[2]), size * 10 // _STEP)
    between = _between(points, size, lags)
    waves: Spectra = np.fft.ifft(lines, points, norm="forward")[:, :, : len(between)]  # type: ignore[assignment]  # not what the stubs say: single precision stays
    turned: Spectra = waves if turn is None else turn @ waves
    power: Reals = (turned.real**2 + turned.imag**2).astype(np.float32, copy=False) @ between
    return power


@lru_cache(maxsize=64)
def _between(points: int, size: int, lags: int) -> Reals:
    """(points that matter, lags): reads a line of so many points at the lags, in straight lines between them."""
    places = np.arange(lags) * (_STEP / 10 * points / size)
    left = places.astype(int)
    weights = np.zeros((int(places[-1]) + 2, lags), np.float32)
    weights[left, np.arange(lags)] = 1 - (places - left)
    weights[left + 1, np.arange(lags)] = places - left
    return weights


def _points(least: int) -> int:
    """A transform length with small factors; above them all, the lag step decides (`_band_power`)."""
    lengths = 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 720, 960
    return next((n for n in lengths if n >= least), least)
