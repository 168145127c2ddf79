"""The sounds of the shared test vectors: 16-bit samples made in whole numbers, the same on every machine.

A sound is a mapping, as the vectors' file spells it; `ms` is its length at any sample rate:

    {"kind": "recording", "name": "room-a-seat-1", "from_ms": 0, "ms": 4000}   tests/recordings, interpolated
    {"kind": "noise", "seed": 1, "gain": 1, "ms": 4000}                        xorshift32, clipped where gain is high
    {"kind": "tone", "hz": 440, "ms": 4000}                                    a sine of a quarter of full scale
    {"kind": "silence", "ms": 4000}
"""

import math
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED_HZ = 16_000

Samples = NDArray[np.int16]


def samples_of(sound: Mapping[str, Any], rate: int) -> Samples:
    """The sound at `rate` Hz."""
    count = sound["ms"] * rate // 1_000
    match sound["kind"]:
        case "recording":
            return _recording(sound["name"], sound["from_ms"], rate, count)
        case "noise":
            return _noise(sound["seed"], sound["gain"], count)
        case "tone":
            turn = 2 * math.pi * sound["hz"] / rate
            return np.array([round(8_192 * math.sin(turn * i)) for i in range(count)], np.int16)
        case "silence":
            return np.zeros(count, np.int16)
    raise ValueError(sound["kind"])


def _recording(name: str, from_ms: int, rate: int, count: int) -> Samples:
    """Linear interpolation, rounded down; the recordings are loops."""
    with wave.open(str(RECORDINGS / f"{name}.wav")) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int64)
    places = from_ms * RECORDED_HZ // 1_000 * rate + np.arange(count) * RECORDED_HZ  # in 1 / rate samples
    before, after = heard[places // rate % len(heard)], heard[(places // rate + 1) % len(heard)]
    part = places % rate
    samples: Samples = ((before * (rate - part) + after * part) // rate).astype(np.int16)
    return samples


def _noise(seed: int, gain: int, count: int) -> Samples:
    """The mean of the four bytes of each number, less 128, times 256 and the gain: bell-shaped."""
    numbers = np.fromiter(_xorshift32(seed), np.uint32, count)
    bell = numbers.view(np.uint8).reshape(count, 4).sum(axis=1, dtype=np.int64) * 64 - 32_640
    samples: Samples = np.clip(bell * gain, -32_768, 32_767).astype(np.int16)
    return samples


def _xorshift32(state: int) -> Iterator[int]:
    """Marsaglia 2003, shifts 13, 17, 5; `state` is not zero."""
    while True:
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        yield state
