"""Generated rooms: the same few voices rearranged, so that two rooms never share sound at the same moment.

A talker is a string of phrases cut from tests/recordings at random offsets, each at a speed of its own, forwards or
backwards. A seat hears the room's talkers through a synthetic impulse response (early reflections and a diffuse tail
that decays by the room's RT60) and through a device with its own gain, frequency response, noise and clock. All of it
follows from the seed.
"""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
RATE = 16_000  # Hz
RECORDINGS = "room-a-seat-1", "room-b-seat-1"  # seat 2 of room a heard the same as seat 1
FOLDER = Path(__file__).parents[1] / "tests" / "recordings"
LEAD_S, TRAIL_S = 0.7, 0.05  # of a room's sound before and after what a seat hears: reverberation, clock drift
SPEEDS = 0.75, 1.35
PHRASE_S, PAUSE_S, FADE_S = (0.4, 1.6), (0.05, 0.4), 0.01
APART_S, APART_SPEED = 0.3, 0.03  # phrases nearer than this (s; log ratio) would share sound
SOUND_M_S = 343.0
EQ_HZ = np.array([40, 90, 180, 350, 700, 1_400, 2_800, 5_600, 8_000])
TAPS = round(0.6 * RATE)


@dataclass(frozen=True)
class Condition:
    """What makes rooms easy or hard to tell: as the SNRs and numbers of sources of the development corpus."""

    snr_db: tuple[float, float]
    talkers: tuple[int, int]
    rt60_s: tuple[float, float]
    eq_db: float


TYPICAL = Condition((10.0, 20.0), (1, 2), (0.2, 0.8), 6.0)
HARD = Condition((0.0, 10.0), (2, 4), (0.3, 0.8), 8.0)


@dataclass(frozen=True)
class Phrase:
    """From `start_s` of the room's time on, `length_s` of a recording from `at_s` on, at that signed speed."""

    start_s: float
    length_s: float
    recording: int
    at_s: float
    speed: float

    def in_words(self) -> Samples:
        """(4,) begin, end, and position in the sound as a line over time: what two phrases are compared by."""
        offset = self.at_s - self.start_s * self.speed + 1e3 * self.recording
        return np.array([self.start_s, self.start_s + self.length_s, self.speed, offset])


def shares_sound(one: Phrase, others: Samples) -> bool:
    """Whether the phrase plays what one of `others` (n, 4) plays at about the same moment."""
    begins, ends, speeds, offsets = others.T
    begin, end, speed, offset = one.in_words()
    together = (np.maximum(begins, begin) < np.minimum(ends, end) + APART_S) & (speeds * speed > 0)
    together &= np.abs(np.log(np.abs(speeds / speed))) < APART_SPEED
    middle = (np.maximum(begins, begin) + np.minimum(ends, end)) / 2
    return bool(np.any(together & (np.abs((speeds - speed) * middle + offsets - offset) < APART_S)))


class Rooms:
    """`count` rooms from second 0 to `length_s`."""

    def __init__(self, count: int, length_s: float, condition: Condition = TYPICAL, seed: int = 0) -> None:
        self._seed, self._condition = seed, condition
        self._at: dict[int, list[Samples]] = {}  # by the second in which they begin: phrases of all rooms
        self._talkers = [self._talkers_of(room, length_s) for room in range(count)]

    def hear(self, room: int, seat: int, from_s: float, length_s: float) -> Samples:
        """(length_s * RATE,) what that seat's device recorded from the room's second `from_s` on, in [-1, 1]."""
        rng = np.random.default_rng([self._seed, 2, room, seat])
        spectra, size = self._spectra(room, from_s, length_s)
        level_db = rng.uniform(-30.0, -10.0)
        responses = [np.fft.rfft(self._response(rng, room), size) for _ in spectra]
        heard = np.fft.irfft(_equaliser(rng, size, self._condition.eq_db) * sum(map(np.multiply, spectra, responses)))
        snr_db, ppm = rng.uniform(*self._condition.snr_db), rng.uniform(-100.0, 100.0)
        start = round(LEAD_S * RATE)
        at = start + np.arange(round(length_s * RATE)) * (1 + ppm * 1e-6)
        heard = np.interp(at, np.arange(size), heard)
        noise = np.random.default_rng([self._seed, 3, room, seat, round(from_s * 1e3)]).standard_normal(len(heard))
        heard += noise * np.std(heard) * 10 ** (-snr_db / 20)
        loud: Samples = np.clip(heard / np.std(heard) * 10 ** (level_db / 20), -1.0, 1.0)
        return loud

    @lru_cache(maxsize=256)  # noqa: B019 - lives as long as the bench
    def _spectra(self, room: int, from_s: float, length_s: float) -> tuple[list[NDArray[np.complex128]], int]:
        """What each talker says around that time; the first is the loudest."""
        begin, size = from_s - LEAD_S, _even(round((LEAD_S + length_s + TRAIL_S) * RATE) + TAPS)
        rng = np.random.default_rng([self._seed, 1, room])
        gains_db = [0.0, *rng.uniform(-10.0, -3.0, 8)]
        said = [_say(phrases, begin, size) for phrases in self._talkers[room]]
        return [np.fft.rfft(one) * 10 ** (gain / 20) for one, gain in zip(said, gains_db, strict=False)], size

    def _response(self, rng: np.random.Generator, room: int) -> Samples:
        """(TAPS,) from one talker to one seat: direct sound, a dozen reflections within 40 ms, diffuse tail."""
        rt60_s = np.random.default_rng([self._seed, 4, room]).uniform(*self._condition.rt60_s)
        distance = rng.uniform(0.7, 6.0)
        direct = round(distance / SOUND_M_S * RATE)
        decay = 10 ** (-3 * np.arange(TAPS) / RATE / rt60_s)
        response = rng.standard_normal(TAPS) * decay
        response[: direct + RATE // 200] = 0.0
        response /= np.sqrt(np.sum(response**2)) * np.sqrt(3.0)  # as loud as the direct sound at 1.7 m
        later = direct + rng.integers(RATE // 500, RATE // 25, 12)
        np.add.at(response, later, rng.choice([-1.0, 1.0], 12) * rng.uniform(0.1, 0.5, 12) / distance)
        response[direct] += 1 / distance
        return response

    def _talkers_of(self, room: int, length_s: float) -> list[list[Phrase]]:
        rng = np.random.default_rng([self._seed, 0, room])
        return [self._phrases(rng, length_s) for _ in range(rng.integers(*self._condition.talkers, endpoint=True))]

    def _phrases(self, rng: np.random.Generator, length_s: float) -> list[Phrase]:
        found, start_s = list[Phrase](), -LEAD_S - rng.uniform(0, PHRASE_S[0])
        while start_s < length_s:
            phrase = self._unheard(rng, start_s)
            found.append(phrase)
            start_s += phrase.length_s + rng.uniform(*PAUSE_S)
        return found

    def _unheard(self, rng: np.random.Generator, start_s: float) -> Phrase:
        """A phrase that shares no sound with any other of its time."""
        second, phrase = int(start_s), _phrase(rng, start_s)
        near = [one for at in range(second - 3, second + 4) for one in self._at.get(at, [])]
        others = np.array(near).reshape(-1, 4)
        while shares_sound(phrase, others):
            phrase = _phrase(rng, start_s)
        self._at.setdefault(second, []).append(phrase.in_words())
        return phrase


def _phrase(rng: np.random.Generator, start_s: float) -> Phrase:
    recording, length_s = int(rng.integers(len(RECORDINGS))), rng.uniform(*PHRASE_S)
    speed = np.exp(rng.uniform(*np.log(SPEEDS)))
    last_s = len(_voices()[recording]) / RATE - length_s * speed
    at_s = rng.uniform(0.0, last_s)
    if rng.random() < 0.5:
        return Phrase(start_s, length_s, recording, at_s + length_s * speed, -speed)
    return Phrase(start_s, length_s, recording, at_s, speed)


def _say(phrases: Sequence[Phrase], begin_s: float, size: int) -> Samples:
    said = np.zeros(size)
    for one in phrases:
        first, count = round((one.start_s - begin_s) * RATE), round(one.length_s * RATE)
        if first + count <= 0 or first >= size:
            continue
        voice = _voices()[one.recording]
        time = np.arange(count) / RATE
        sound = np.interp((one.at_s + time * one.speed) * RATE, np.arange(len(voice)), voice)
        sound *= np.clip(np.minimum(time, time[::-1]) / FADE_S, 0.0, 1.0)
        said[max(0, first) : first + count] += sound[max(0, -first) : size - first]
    return said


def _equaliser(rng: np.random.Generator, size: int, most_db: float) -> Samples:
    """(lines,) magnitudes of a device's microphone: a bumpy curve between `EQ_HZ`, nothing above 7 kHz."""
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    gains_db = np.clip(rng.normal(0.0, most_db / 2, len(EQ_HZ)), -most_db, most_db)
    curve: Samples = 10 ** (np.interp(np.log(np.maximum(hertz, 1.0)), np.log(EQ_HZ), gains_db) / 20)
    return curve * (hertz < 7_000) * (hertz > 80)


@lru_cache
def _voices() -> list[Samples]:
    return [_read(FOLDER / f"{name}.wav") for name in RECORDINGS]


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    return samples / np.std(samples)


def _even(count: int) -> int:
    """The next length that is quick to transform."""
    return -(-count // 2_048) * 2_048
