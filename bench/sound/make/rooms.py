"""Rooms by the image method with a diffuse tail: impulse responses from four sources to six microphones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyroomacoustics as pra

from bench.sound.make.signals import FS, SPLITS, Random, Signal

KINDS = {  # length, width and height in m, reverberation time in s
    "small": ((2.5, 4.0), (2.2, 3.5), (2.3, 2.8), (0.18, 0.45)),
    "medium": ((4.5, 8.0), (3.5, 6.0), (2.5, 3.2), (0.3, 0.75)),
    "large": ((8.0, 15.0), (6.0, 12.0), (3.0, 4.5), (0.5, 1.2)),
}
SOURCES, MICROPHONES = 4, 6


@dataclass(frozen=True, eq=False)
class Room:
    """responses (sources, microphones, samples)."""

    kind: str
    rt60_s: float
    responses: Signal


def make_room(split: str, at: int) -> Room:
    rng = np.random.default_rng([4242, SPLITS[split], at])
    kind = list(KINDS)[at % 3]
    *sides, reverberation = KINDS[kind]
    size = np.array([rng.uniform(*side) for side in sides])
    rt60_s = float(rng.uniform(*reverberation))
    try:
        absorption, order = pra.inverse_sabine(rt60_s, size)
    except ValueError:  # no absorption is as short as that: the deadest room there is
        absorption, order = 0.85, 8
    order = int(min(order, 11))
    room = _furnished(rng, size, float(absorption), order)
    count = int((0.12 + rt60_s * 0.8) * FS)
    responses = np.zeros((SOURCES, MICROPHONES, count), np.float32)
    for mic in range(MICROPHONES):
        for source in range(SOURCES):
            early = np.zeros(count)
            part = room.rir[mic][source][:count]
            early[: len(part)] = part
            responses[source, mic] = _with_tail(rng, early, rt60_s, order, size)
    responses /= np.sqrt(np.mean(np.sum(responses**2, 2)))  # level differences inside the room stay
    return Room(kind, rt60_s, responses)


def _furnished(rng: Random, size: Signal, absorption: float, order: int) -> Any:
    material = pra.Material(absorption)
    room = pra.ShoeBox(size, fs=FS, materials=material, max_order=order, use_rand_ism=True, max_rand_disp=0.05)
    pra.random.seed(int(rng.integers(2**31)))  # the randomised image method draws from this generator
    for _ in range(SOURCES):
        room.add_source(_place(rng, size, 0.6, min(1.8, size[2] - 0.2)))
    room.add_microphone_array(np.stack([_place(rng, size, 0.6, 1.3) for _ in range(MICROPHONES)], 1))
    room.compute_rir()
    return room


def _place(rng: Random, size: Signal, low: float, high: float) -> Signal:
    return np.array([rng.uniform(0.3, size[0] - 0.3), rng.uniform(0.3, size[1] - 0.3), rng.uniform(low, high)])


def _with_tail(rng: Random, early: Signal, rt60_s: float, order: int, size: Signal) -> Signal:
    """Beyond the last images a diffuse tail of the same decay, independent for every path."""
    count = len(early)
    thin = int(min(count * 0.6, 0.8 * order * (size.prod() ** (1 / 3)) / 343 * FS))
    level = np.sqrt(np.mean(early[max(0, thin - 400) : thin] ** 2) + 1e-16)
    after = np.arange(count - thin)
    tail = rng.standard_normal(count - thin) * level * 10 ** (-3 * (after / FS) / rt60_s)
    weight = np.minimum(1, after / 400.0)
    early[thin:] = early[thin:] * (1 - weight) + tail * weight
    return early
