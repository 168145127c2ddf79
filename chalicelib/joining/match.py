"""How much alike two fingerprints are, and what follows from it.

The waveforms say at which lag two clips agree and how strongly (correlation.py), the envelopes whether they agree
there as well (likeness.py); `score` adds both up as log odds (odds.py). A first look passes over nearly all strangers;
the second allows for sound that repeats itself (repetition.py) and, where that is in doubt, for drifting clocks. 0 is
one false match in ten thousand pairs of unrelated rooms. docs/sound.md has the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from chalicelib.joining import correlation, odds, quality
from chalicelib.joining.correlation import Reals
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.likeness import likeness
from chalicelib.joining.odds import Shared
from chalicelib.joining.spectrum import Floats

OVERLAP_MIN_S = 2.0  # A3
NEVER = -1e3  # the score of clips that may not match
TOLERANCE_MIN_S, TOLERANCE_MAX_S = 0.05, 0.3  # sound travels 17 m in 50 ms
REACH_S = 0.2  # lags looked at beside the peak; for poorer clocks the most there can be
PLAUSIBLE = -5.0  # the first look's odds below which a second is not worth its time: one stranger in sixty
CERTAIN = 10.0  # and above which drifting clocks need no allowance: six of seven pairs of one room, no stranger
DRONE = 2.5  # the level of repetition of two clips above which they prove nothing: one pair in 130 of one room
HUM_STILL, HUM_RETURNS = 1.0, 0.65  # together one joined pair of one room in 50, and every made-up hum that joined


@dataclass(frozen=True)
class Threshold:
    """A score, and the rates measured at it (bench/results/sound-dev400.json)."""

    score: float
    false_match: float  # pairs of unrelated rooms that reach it
    false_match_hard: float  # the corpus's pairs of two rooms, most with a leak or a broadcast in common, or only fans
    false_reject: float  # pairs of one room that do not, over all conditions


JOIN = Threshold(3.5, 0.0, 0.0, 0.04)
ASK = Threshold(0.01, 0.0001, 0.0019, 0.0019)  # from here on the people are asked
BELOW_JOIN = JOIN.score - 0.01
PROCESSING_BAR = 1.0  # added to both when a device's sound processing is on or unknown (A9)


class Verdict(StrEnum):
    """What a score means for two clips."""

    JOIN = "join"
    ASK = "ask"
    NO = "no"


def score(a: Fingerprint, b: Fingerprint, offset_s: float, tolerance_s: float) -> float:
    """Log odds that both heard one room; offset_s: claimed start of b less that of a, true within ± tolerance_s."""
    return float(score_many(a, [b], [offset_s], [tolerance_s])[0])


def score_many(
    a: Fingerprint, candidates: Sequence[Fingerprint], offsets_s: Sequence[float], tolerances_s: Sequence[float]
) -> Floats:
    """`score` of one clip against many, each by its own clock: nobody else's claim moves it. (candidates,)."""
    scores = np.full(len(candidates), NEVER)
    offsets, tolerances = np.array(offsets_s), np.array(tolerances_s)
    overlaps = np.array([overlap_s(a, b, offset_s) for b, offset_s in zip(candidates, offsets_s, strict=True)])
    possible = overlaps >= OVERLAP_MIN_S - tolerances
    for reach_s, near in ((REACH_S, tolerances <= REACH_S), (TOLERANCE_MAX_S, tolerances > REACH_S)):
        few = np.flatnonzero(possible & near)
        if len(few):
            scores[few] = _scores(a, [candidates[at] for at in few], offsets[few], tolerances[few], reach_s)
    return scores


def _scores(
    a: Fingerprint, candidates: Sequence[Fingerprint], offsets_s: Floats, tolerances_s: Floats, reach_s: float
) -> Floats:
    mine = correlation.query(a.waveform, reach_s)
    maps = correlation.lag_maps(mine, [b.waveform for b in candidates], offsets_s)
    shared, found_s = _shared(a, candidates, offsets_s, tolerances_s, maps)
    scores = odds.first_odds(shared)
    sure, unsure = np.flatnonzero(scores >= CERTAIN), np.flatnonzero((scores >= PLAUSIBLE) & (scores < CERTAIN))
    if len(sure):
        scores[sure] = _second_look(a, [candidates[at] for at in sure], shared.only(sure))
    if len(unsure):
        likely = [candidates[at] for at in unsure]
        maps = correlation.lag_maps(mine, [b.waveform for b in likely], offsets_s[unsure], drifting=True)
        shared, found_s[unsure] = _shared(a, likely, offsets_s[unsure], tolerances_s[unsure], maps)
        scores[unsure] = _second_look(a, likely, shared)
    # the sound knows the time better than the clocks: either may show that two seconds are shared
    long_enough = [
        max(overlap_s(a, b, claimed), overlap_s(a, b, found)) >= OVERLAP_MIN_S
        for b, claimed, found in zip(candidates, offsets_s, found_s, strict=True)
    ]
    return np.where(long_enough, scores, NEVER)


def _second_look(a: Fingerprint, likely: Sequence[Fingerprint], shared: Shared) -> Floats:
    """Sound that does little but repeat itself never says more than that the people should be asked.

    Nor does still sound whose agreement comes back at other lags: rooms on one grid share the hum of the mains.
    """
    own, others = a.repetition, [b.repetition for b in likely]
    found = odds.odds(shared, own, others)
    doubtful = (odds.levels(own, others) > DRONE) | ((shared.still >= HUM_STILL) & (shared.returns > HUM_RETURNS))
    return np.where(doubtful, np.minimum(found, BELOW_JOIN), found)


def _shared(
    a: Fingerprint, candidates: Sequence[Fingerprint], offsets_s: Floats, tolerances_s: Floats, maps: Reals
) -> tuple[Shared, Floats]:
    """What each candidate shares with `a` at the likeliest offset, and that offset."""
    lags = np.arange(maps.shape[1]) - maps.shape[1] // 2
    within = np.round(tolerances_s / correlation.LAG_STEP_S)[:, None]
    peaks = np.where(np.abs(lags) <= within, maps, -np.inf).argmax(axis=1)
    found_s: Floats = offsets_s - lags[peaks] * correlation.LAG_STEP_S
    alike = likeness(a.envelope, [b.envelope for b in candidates], found_s)
    still = np.array([max(quality.stillness(a.quality), quality.stillness(b.quality)) for b in candidates])
    return Shared.of(maps, peaks, alike, still), found_s


def verdict(value: float, a: Fingerprint, b: Fingerprint) -> Verdict:
    """The verdict on a score of these two; clips that must never match (quality.refusals) give NO."""
    if quality.refusals(a.quality) or quality.refusals(b.quality):
        return Verdict.NO
    value -= bar(a, b)
    if value >= JOIN.score:
        return Verdict.JOIN
    return Verdict.ASK if value >= ASK.score else Verdict.NO


def bar(a: Fingerprint, b: Fingerprint) -> float:
    """How much higher both thresholds stand for these two: sound processing on or unknown, poor clocks."""
    processed = a.processing != quality.OFF or b.processing != quality.OFF
    claimed_s = (a.clock_error_ms + b.clock_error_ms) / 1e3
    return PROCESSING_BAR * processed + max(0.0, claimed_s / TOLERANCE_MAX_S - 1)


def tolerance_s(a: Fingerprint, b: Fingerprint) -> float:
    """How far around the claimed offset to search, from the two claimed clock bounds."""
    claimed_s = (a.clock_error_ms + b.clock_error_ms) / 1e3
    return min(TOLERANCE_MAX_S, max(TOLERANCE_MIN_S, claimed_s + 0.02))


def overlap_s(a: Fingerprint, b: Fingerprint, offset_s: float) -> float:
    """Seconds that both clips cover when b begins so long after a."""
    return min(a.duration_s, b.duration_s + offset_s) - max(0.0, offset_s)
