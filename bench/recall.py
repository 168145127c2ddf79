"""Whether the clip of the same room is among the hundred likeliest of many, by signature alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.rooms import HARD, RATE, TYPICAL, Condition, Rooms
from bench.sound.corpus import load
from bench.sound.matchers import Earshot
from chalicelib.joining import signature
from chalicelib.joining.crowd import TOP
from chalicelib.joining.fingerprint import Fingerprint, compute
from chalicelib.joining.keys import keys_between
from chalicelib.joining.signature import Signature
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS

AMONG, AMONG_SMALL = 10_000, 2_000  # clips
PAIRS, PAIRS_SMALL = 200, 24
RECALL_MIN = {"typical": 0.995, "hard": 0.95}
CLOCK_ERROR_S = 0.06
CLIP_S = 4.0

Pairs = list[tuple[Signature, Signature]]


def recalls(corpus: Path | None, small: bool) -> dict[str, float]:
    """By condition. The others of the 10 000 are more clips of the same kind, shuffled within themselves where few."""
    found = {}
    for name, condition in (("typical", TYPICAL), ("hard", HARD)):
        pairs = list(_of_corpus(corpus, f"pos_{name}")) if corpus else _of_rooms(condition, small)
        found[name] = recall(pairs, AMONG_SMALL if small else AMONG)
    return found


def recall(pairs: Pairs, among: int) -> float:
    """Share of pairs of which the second clip is among the TOP likeliest for the first."""
    rng = np.random.default_rng(8)
    partners = [second for _, second in pairs]
    others = [_shifted(partners[rng.integers(len(partners))], rng) for _ in range(among - len(partners))]
    everyone = signature.crowd([*partners, *others])
    return float(np.mean([at in signature.rank(first, everyone, TOP) for at, (first, _) in enumerate(pairs)]))


def _shifted(one: Signature, rng: np.random.Generator) -> Signature:
    """Another clip with the same statistics: its slots turned by half a second to all but half a second."""
    turn = rng.integers(6, len(one.words) - 6)
    return Signature(one.first_slot, np.roll(one.words, int(turn)))


def _of_rooms(condition: Condition, small: bool) -> Pairs:
    count = PAIRS_SMALL if small else PAIRS
    rooms = Rooms(count, CLIP_S + 2, condition, seed=9)
    rng = np.random.default_rng(10)
    return [(_heard(rooms, at, 0, rng).signature, _heard(rooms, at, 1, rng).signature) for at in range(count)]


def _heard(rooms: Rooms, room: int, seat: int, rng: np.random.Generator) -> Fingerprint:
    at_ms = START_MS + 10_000
    heard = rooms.hear(room, seat, 1.0 + rng.uniform(-CLOCK_ERROR_S, CLOCK_ERROR_S), CLIP_S)
    return compute(heard, RATE, at_ms, keys_between(SECRET, at_ms, at_ms + CLIP_S * 1e3))


def _of_corpus(directory: Path, condition: str) -> Iterator[tuple[Signature, Signature]]:
    """Pairs of one room that share at least 3 s: on the common grid, clips of one moment share 4."""
    corpus, earshot = load(directory), Earshot()
    for pair in corpus.pairs:
        if pair.same_room and pair.condition == condition and abs(pair.offset_s) <= 1.0:
            heard = [earshot.listen(corpus.clips[at], corpus.claimed_ms[at]) for at in (pair.a, pair.b)]
            if heard[0] and heard[1]:
                yield heard[0].signature, heard[1].signature
