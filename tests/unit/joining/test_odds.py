"""Sound that repeats itself proves less (A7)."""

import numpy as np
import pytest

from chalicelib.joining import match, odds
from chalicelib.joining.match import ASK, JOIN, Verdict
from chalicelib.joining.odds import Shared
from chalicelib.joining.repetition import Repetition, repetition
from tests.unit.joining.clips import AT_MS, RATE, Samples, clip, fingerprint_of, noise

ROOM = "room-a-seat-1"


def drone(from_ms: int = 0) -> Samples:
    """Four seconds of a sustained note of 55 Hz whose harmonics swell and fade."""
    rng, turns = np.random.default_rng(1), 2 * np.pi * (from_ms / 1e3 + np.arange(4 * RATE) / RATE)
    swells = [(rng.uniform(0, 6), rng.uniform(0.1, 0.6)) for _ in range(21)]
    notes = [
        np.sin(55 * k * turns + phase) * (1 + 0.5 * np.sin(pace * turns)) / k**0.5
        for k, (phase, pace) in enumerate(swells, 1)
    ]
    return np.asarray(0.05 * np.sum(notes, axis=0), np.float32)


def humming(seed: int, hz: int, drift: float) -> Samples:
    """Four seconds of a room where nobody speaks: twelve harmonics of the mains under noise 5 dB louder."""
    rng, turns = np.random.default_rng(seed), 2 * np.pi * hz * (1 + drift) * np.arange(4 * RATE) / RATE
    hum = sum(rng.uniform(0.3, 1) / k**0.5 * np.sin(k * turns + rng.uniform(0, 6.28)) for k in range(1, 13))
    lines = np.fft.rfft(rng.standard_normal(4 * RATE))
    pink = np.fft.irfft(lines / np.maximum(np.arange(len(lines)) / 4, 20) ** 0.5)
    sound = 10 ** (-5 / 20) * hum / np.std(hum) + pink / np.std(pink)
    return np.asarray(0.05 * sound / np.std(sound), np.float32)


def shared(likeness: float = 0.3, still: float = 0.5) -> Shared:
    maps = np.random.default_rng(2).standard_normal((1, 201)).astype(np.float32)
    maps[0, 100] = 12
    return Shared.of(maps, np.array([100]), np.array([likeness], np.float32), np.array([still]))


def test_a_drone_repeats_itself_more_than_a_room_and_a_room_more_than_noise() -> None:
    """A7: what the measure means."""
    levels = [repetition(fingerprint_of(noise(3)).waveform), repetition(clip(ROOM, 0).waveform)]
    levels.append(repetition(fingerprint_of(drone() + 0.3 * noise(1)).waveform))
    assert levels[0].level < levels[1].level < match.DRONE < levels[2].level


@pytest.mark.parametrize(("hz", "seed"), [(60, 6), (60, 12), (60, 33), (50, 19)])
def test_the_hum_of_one_grid_does_not_join_two_rooms(hz: int, seed: int) -> None:
    """A7: in still rooms agreement that comes back 80 ms away is the mains'; at most the people are asked."""
    at_ms = AT_MS + 60_000 * (seed % 8)
    a, b = (fingerprint_of(humming(2 * seed + n, hz, 1e-5 * n), at_ms) for n in (0, 1))
    assert ASK.score < match.score(a, b, 0.0, 0.17) < JOIN.score


@pytest.mark.parametrize("still", [0.0, 0.7, 1.5])
def test_the_more_either_clip_repeats_itself_the_less_the_same_agreement_counts(still: float) -> None:
    """A7: the same broadcast in two rooms does not merge them because its music repeats itself."""
    speech, music = Repetition(2.0, 2.2), Repetition(2.4, 2.2)
    one, other, both = (
        float(odds.odds(shared(still=still), a, [b])[0]) for a, b in ((speech, speech), (speech, music), (music, music))
    )
    assert one > other > both


def test_the_order_of_two_that_repeat_themselves_makes_no_difference() -> None:
    """A6: arrival order does not matter."""
    a, b = Repetition(2.0, 2.2), Repetition(2.4, 3.0)
    assert odds.odds(shared(), a, [b]) == pytest.approx(odds.odds(shared(), b, [a]))


@pytest.mark.parametrize("still", [0.0, 0.7, 1.5])
def test_more_alike_is_never_less_likely_one_room(still: float) -> None:
    """A8: the likeness of the envelopes speaks for one room at every stillness, in both looks."""
    likenesses = np.linspace(-0.5, 2, 26)
    for look in (odds.first_odds, lambda each: odds.odds(each, Repetition(2.1, 2.3), [Repetition(2.1, 2.3)])):
        found = [float(look(shared(likeness, still))[0]) for likeness in likenesses]
        assert np.diff(found).min() >= -1e-9 < found[-1] - found[0]


def test_a_drone_is_asked_about_and_never_joins() -> None:
    """A7: two rooms with the same hum or drone, one and a half seconds apart, are not merged; nor is one room on it."""
    a = fingerprint_of(drone() + 0.3 * noise(1))
    for from_ms in (0, 1_500):
        b = fingerprint_of(drone(from_ms) + 0.3 * noise(2))
        found = match.score(a, b, 0.0, 0.17)
        assert ASK.score < found < JOIN.score
        assert match.verdict(found, a, b) is Verdict.ASK, from_ms
