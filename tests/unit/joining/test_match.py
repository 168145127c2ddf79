"""What matches, what does not, and what moves the bar (A3, A7, A9)."""

import json
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from chalicelib.joining import engine, match, quality
from chalicelib.joining.fingerprint import Fingerprint, parse
from chalicelib.joining.match import ASK, JOIN, NEVER, Verdict
from chalicelib.joining.stored import fine_part
from tests.unit.joining.clips import (
    AT_MS,
    LOOP_MS,
    NOON_MS,
    RATE,
    TOLERANCE_S,
    clip,
    fingerprint_of,
    heard_by,
    noise,
    offset_s,
    tones,
)

A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"
ROOT = Path(__file__).parents[3]


def score(a: Fingerprint, b: Fingerprint) -> float:
    return match.score(a, b, offset_s(a, b), TOLERANCE_S)


@pytest.mark.parametrize("ms", [3_000, 4_000])
def test_two_seats_of_a_room_join_at_any_phase_of_the_loop(ms: int) -> None:
    """A2: every window of the recordings, also across the loop's end, joins; the browser tests rest on it."""
    for from_ms in range(0, LOOP_MS, 500):
        a, b = clip(A1, from_ms, ms), clip(A2, from_ms + 300, ms)
        assert match.verdict(score(a, b), a, b) is Verdict.JOIN, from_ms


def test_the_other_room_never_matches() -> None:
    """A6: two rooms stay two."""
    for from_ms in range(0, LOOP_MS, 1_000):
        a, b = clip(A1, from_ms), clip(B1, from_ms)
        assert score(a, b) < ASK.score, from_ms


def test_the_order_of_the_two_makes_no_difference() -> None:
    """A6: arrival order does not matter: both ways lead to the same verdict."""
    a, b, other = clip(A1, 0), clip(A2, 900), clip(B1, 500)
    assert match.verdict(score(a, b), a, b) is match.verdict(score(b, a), b, a) is Verdict.JOIN
    assert score(other, a) < ASK.score > score(a, other)


def test_many_at_once_score_as_one_by_one() -> None:
    """A14: the batch is an optimisation, nothing else."""
    query = clip(A1, 0)
    others = [clip(seat, from_ms) for seat in (A1, A2, B1) for from_ms in (0, 700, 1_900, 3_000)]
    offsets = [offset_s(query, other) for other in others]
    together = match.score_many(query, others, offsets, [TOLERANCE_S] * len(others))
    alone = [match.score(query, other, offset, TOLERANCE_S) for other, offset in zip(others, offsets, strict=True)]
    assert together == pytest.approx(alone, abs=1e-3)


def test_less_than_two_seconds_in_common_never_match() -> None:
    """A3: the same sound, 1.98 s of it shared: never; 2 s: it may."""
    a = clip(A1, 0)
    assert score(a, clip(A1, 2_020)) == NEVER
    assert score(a, clip(A1, 2_000)) > JOIN.score


def test_no_candidate_no_score() -> None:
    """A14: an empty crowd costs nothing."""
    assert match.score_many(clip(A1, 0), [], [], []).shape == (0,)


def test_the_same_broadcast_seconds_apart_is_not_one_room() -> None:
    """A7: a broadcast that reaches the other room later does not merge the two."""
    for late_ms in (1_000, 1_700, 2_600, 5_000):
        a, b = clip(A1, 0), fingerprint_of(heard_by(A2, late_ms), AT_MS)
        assert score(a, b) < ASK.score, late_ms


def test_clips_over_a_change_of_keys_score_as_others() -> None:
    """A5: each sample has its own minute's key: over several changes the mean score differs by less than 2 %."""
    over, plain = list[float](), list[float]()
    for minute, from_ms in product(range(30), (-2_700, -1_300)):
        for scores, base_ms, keys in ((over, NOON_MS, 2), (plain, AT_MS + LOOP_MS, 1)):
            starts = (A1, from_ms), (A2, from_ms + 250)
            pair = [clip(seat, at, base_ms=base_ms + 60_000 * minute) for seat, at in starts]
            assert {len(each.key_ids) for each in pair} == {keys}
            scores.append(score(*pair))
    assert np.mean(over) == pytest.approx(np.mean(plain), rel=0.02)
    assert min(over) > JOIN.score


def test_another_minutes_key_gives_another_waveform() -> None:
    """A5: the same sound, filtered with the next minute's all-pass, is not recognised by its samples."""
    now, then = clip(A1, 0).waveform, clip(A1, 0, base_ms=AT_MS + 60_000).waveform
    assert abs(np.corrcoef(now, then)[0, 1]) < 0.1


HOPELESS = {
    "silence": np.zeros(4 * RATE, np.float32),
    "hardly a sound": noise(3) * np.float32(1e-4),
    "a bare tone": tones(440.0),
    "a chord": tones(220.0, 440.0, 660.0),
    "mains hum": tones(50.0, 100.0, 150.0, 250.0),
    "clipped throughout": np.sign(noise(4)),
}


@pytest.mark.parametrize("sound", HOPELESS.values(), ids=HOPELESS.keys())
def test_hopeless_sound_never_matches_and_says_why(sound: np.ndarray) -> None:  # type: ignore[type-arg]
    """A7: silence, hum, clipping or a bare tone: `inconclusive` with a hint, not even against itself."""
    hopeless, loud = fingerprint_of(sound), clip(A1, 0)
    assert quality.refusals(hopeless.quality)
    assert quality.hints(hopeless.quality, quality.OFF)
    assert match.verdict(100.0, hopeless, hopeless) is Verdict.NO
    assert match.verdict(100.0, loud, hopeless) is Verdict.NO


def test_fans_of_two_rooms_do_not_match_and_one_fan_does() -> None:
    """A7: steady noise is no obstacle when it is the same noise, and no bridge when it is another."""
    fan = noise(5, 5 * RATE)
    a, b = fingerprint_of(fan[: 4 * RATE]), fingerprint_of(fan[RATE:], AT_MS + 1_000)
    other = fingerprint_of(noise(6))
    assert match.verdict(score(a, b), a, b) is Verdict.JOIN
    assert score(a, other) < ASK.score
    assert "steady-sound" in quality.hints(other.quality, quality.OFF)


@pytest.mark.parametrize("processing", [quality.ON, quality.UNKNOWN])
def test_sound_processing_not_known_to_be_off_raises_the_bar(processing: int) -> None:
    """A9: unknown counts as on."""
    plain = clip(A1, 0)
    processed = replace(plain, processing=processing)
    just = JOIN.score + 0.5
    assert match.verdict(just, plain, plain) is Verdict.JOIN
    assert match.verdict(just, plain, processed) is Verdict.ASK
    assert match.verdict(ASK.score + 0.5, processed, plain) is Verdict.NO


def test_noise_suppression_is_the_first_hint() -> None:
    """A9: "your browser's noise suppression is on" is what a person can act on."""
    assert quality.hints(clip(A1, 0).quality, quality.ON)[0] == "noise-suppression"
    assert "noise-suppression" not in quality.hints(clip(A1, 0).quality, quality.OFF)


@pytest.mark.parametrize(("error_ms", "hinted"), [(quality.POOR_CLOCK_MS, False), (quality.POOR_CLOCK_MS + 1, True)])
def test_a_clock_that_raises_the_bar_is_named(error_ms: int, hinted: bool) -> None:
    """A1: where the clock's bound is what lowers confidence, the person is told."""
    poor, ordinary = replace(clip(A1, 0), clock_error_ms=error_ms), replace(clip(A1, 0), clock_error_ms=60)
    at_ms = poor.recorded_at_ms
    assert (engine.hear_fingerprint(poor.to_bytes(), at_ms, "off").hints[:1] == ("clock",)) == hinted
    assert (match.bar(poor, ordinary) > 0) == hinted


def test_a_poor_clock_lowers_confidence_and_widens_the_search() -> None:
    """A1: the clock's error bound travels with the clip."""
    good, poor = clip(A1, 0), replace(clip(A1, 0), clock_error_ms=900)
    assert match.bar(good, good) == 0 < match.bar(good, poor)
    assert match.tolerance_s(good, good) < match.tolerance_s(good, poor) <= match.TOLERANCE_MAX_S


def test_a_strangers_clock_does_not_move_what_is_said_of_others() -> None:
    """A1: the search for a pair goes as far as its own two clock bounds allow, whoever else is compared beside it."""
    late = clip(A2, 0)
    late = replace(late, recorded_at_us=late.recorded_at_us + 250_000, clock_error_ms=20)
    lost = replace(clip(B1, 0), clock_error_ms=60_000)
    mine = replace(clip(A1, 0), clock_error_ms=20)
    alone, beside = (engine.compare(fine_part(mine), list(map(fine_part, few))) for few in ([late], [late, lost]))
    assert alone == ["no"]
    assert beside[:1] == alone


def test_the_thresholds_stand_in_order() -> None:
    """A8: joining asks for more than asking, and says at what rates."""
    assert JOIN.score > ASK.score
    assert JOIN.false_match <= ASK.false_match <= 1e-4
    assert JOIN.false_reject >= ASK.false_reject


@pytest.mark.parametrize(("name", "threshold"), [("join", JOIN), ("ask", ASK)])
def test_the_thresholds_say_what_was_measured(name: str, threshold: match.Threshold) -> None:
    """A8: the one table is that of the last run over the development corpus."""
    measured = json.loads((ROOT / "bench/results/sound-dev400.json").read_text())["thresholds"][name]
    assert asdict(threshold) == pytest.approx(measured, abs=0.00005)


def test_codes_that_somebody_else_has_sent_prove_nothing() -> None:
    """A7, A11: two microphones never give the same codes; one that differs from them as microphones do does join."""
    mine, copied, near = (fine_part(clip(*one)) for one in ((A1, 0), (A1, 0), (A1, 30)))
    assert engine.compare(mine, [copied, near]) == ["no", "join"]


def test_random_fingerprints_never_match() -> None:
    """A11: nobody guesses a room."""
    true = clip(A1, 0)
    head, body = true.to_bytes()[:32], len(true.to_bytes()) - 32
    rng = np.random.default_rng(8)
    for _ in range(50):
        waveform = rng.integers(0, 125, 3_200, np.uint8)
        bits = np.unpackbits(waveform[:, None], axis=1)[:, 1:].reshape(-1)
        rest = rng.integers(0, 216, body - 2_800, np.uint8).tobytes()
        guess = parse(head + np.packbits(bits).tobytes() + rest)
        assert score(true, guess) < ASK.score


@pytest.mark.parametrize("ms", [1_000, 3_000, 4_000])
@pytest.mark.parametrize("tolerance_s", [match.TOLERANCE_MIN_S, 0.2, match.TOLERANCE_MAX_S])
def test_any_length_and_any_clock_bound_can_be_compared(ms: int, tolerance_s: float) -> None:
    """A1: whatever bound a device claims, a comparison has a result, and the right one where two seconds are shared."""
    a, b = clip(A1, 0, ms), clip(A2, 0)
    assert (match.score(a, b, 0.0, tolerance_s) > JOIN.score) == (ms > 2_000)
