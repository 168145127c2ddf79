"""The coarse signature: which of ten thousand clips are worth a full comparison.

For each 80 ms slot of the server's clock one 32-bit word: in which of 32 bands the sound is louder than in the
second around it, by more than in the bands beside it. All clips share the slots, so that a crowd is ranked by
counting equal bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import spectrum
from chalicelib.joining.spectrum import Floats

SLOT_US = 80_000
BANDS, LOW_HZ, HIGH_HZ = 32, 150.0, 5_000.0
FRAME, HOP, RATE = 1_024, 240, 16_000  # the frames of views.py
AROUND = 13  # slots: the second that a slot is compared with
ACROSS = 15  # bands: the stretch that a band is compared with
LAGS = range(-3, 4)  # ± 240 ms: both clocks at their worst
SLOTS_MIN = 18  # shared slots for a ranking: 2 s, less the frames at both ends and the clocks

Words = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Signature:
    """words (slots,): bit 31 is the lowest band; first_slot counts 80 ms since the epoch."""

    first_slot: int
    words: Words

    def to_bytes(self) -> bytes:
        """For an index: first slot (8 bytes) and words, big-endian; at most 208 bytes."""
        return self.first_slot.to_bytes(8, "big") + self.words.astype(">u4").tobytes()


def from_bytes(data: bytes) -> Signature:
    """The inverse of `to_bytes`, for what we stored ourselves."""
    return Signature(int.from_bytes(data[:8], "big"), np.frombuffer(data[8:], ">u4").astype(np.uint32))


def first_slot(recorded_at_us: int) -> int:
    """Index of the first slot that begins after the centre of the clip's first frame."""
    return -(-(recorded_at_us + FRAME * 1_000_000 // RATE // 2) // SLOT_US)


def slots(recorded_at_us: int, sound_samples: int) -> int:
    """How many whole slots the frames of a clip cover; `sound_samples` at 16 kHz."""
    frames = (sound_samples - FRAME) // HOP + 1
    last_centre_us = recorded_at_us + (FRAME // 2 + (frames - 1) * HOP) * 1_000_000 // RATE
    return max(0, last_centre_us // SLOT_US - first_slot(recorded_at_us))


def of_powers(powers: Floats, recorded_at_us: int, sound_samples: int) -> Signature:
    """The signature of the clip whose frame powers these are."""
    count, first = slots(recorded_at_us, sound_samples), first_slot(recorded_at_us)
    logs = spectrum.log_energies(powers, spectrum.mel_filters(FRAME, RATE, BANDS, LOW_HZ, HIGH_HZ))
    starts_us = (first + np.arange(count + 1)) * SLOT_US - recorded_at_us
    starts = -((FRAME // 2 - starts_us * RATE // 1_000_000) // HOP)  # first frame centred in each slot
    sums = np.concatenate([np.zeros((1, BANDS)), np.cumsum(logs, axis=0)])
    means = (sums[starts[1:]] - sums[starts[:-1]]) / (starts[1:] - starts[:-1])[:, None]
    moving = means - spectrum.moving_mean(means, AROUND)
    own = moving - spectrum.moving_mean(moving.T, ACROSS).T  # what a whole stretch of bands does says little
    louder = own > 1e-6  # not by rounding noise where nothing moves
    return Signature(first, np.packbits(louder, axis=1).view(">u4")[:, 0].astype(np.uint32))


@dataclass(frozen=True, eq=False)
class Crowd:
    """Many signatures side by side: words and present (slots, clips), from `first_slot` on."""

    first_slot: int
    words: Words
    present: NDArray[np.bool_]


def crowd(signatures: Sequence[Signature]) -> Crowd:
    """Built once for all queries of a moment. At least one signature; they should lie within seconds."""
    first = min(s.first_slot for s in signatures)
    width = max(s.first_slot + len(s.words) for s in signatures) - first
    words = np.zeros((len(signatures), width), np.uint32)
    present = np.zeros(words.shape, np.bool_)
    for row, s in enumerate(signatures):
        at = slice(s.first_slot - first, s.first_slot - first + len(s.words))
        words[row, at], present[row, at] = s.words, True
    return Crowd(first, np.ascontiguousarray(words.T), np.ascontiguousarray(present.T))


def likeness(query: Signature, among: Crowd) -> Floats:
    """(clips,): excess of equal bits at the best lag in standard deviations of chance; -inf without shared slots."""
    best = np.full(among.words.shape[1], -np.inf)
    for lag in LAGS:
        start = query.first_slot + lag - among.first_slot
        low, high = max(0, start), min(len(among.words), start + len(query.words))
        if high - low >= SLOTS_MIN:
            mine = query.words[low - start : high - start, None]
            best = np.maximum(best, _excess(mine, among.words[low:high], among.present[low:high]))
    return best


def _excess(mine: Words, words: Words, present: NDArray[np.bool_]) -> Floats:
    shared = present.sum(axis=0)
    unequal = (np.bitwise_count(mine ^ words) * present).sum(axis=0, dtype=np.int32)
    excess: Floats = (BANDS * shared / 2 - unequal) / np.sqrt(BANDS * np.maximum(shared, 1) / 4)
    return np.where(shared >= SLOTS_MIN, excess, -np.inf)


def rank(query: Signature, among: Crowd, top: int) -> NDArray[np.intp]:
    """Indices of the `top` most alike clips, best first; those that share too little time are left out."""
    scores = likeness(query, among)
    few = np.argpartition(-scores, min(top, len(scores) - 1))[:top]
    return few[np.argsort(-scores[few], kind="stable")][: int(np.isfinite(scores[few]).sum())]
