"""What sounds in a simulated room, each source with its level."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.signal

from bench.sound.make.rooms import Room, make_room
from bench.sound.make.signals import FS, Random, Signal, colored
from bench.sound.make.sources import Bank

TOTAL_S = 12.0  # of room sound a scene; clips begin between 3 and 7.5 s
COUNT = int(TOTAL_S * FS)


@dataclass(frozen=True, eq=False)
class Source:
    name: str  # item@start
    sound: Signal
    db: float

    @property
    def item(self) -> str:
        return self.name.split("@")[0]

    def louder(self, db: float) -> "Source":
        return replace(self, db=self.db + db)


@dataclass
class Stage:
    """The bank and the rooms of a split; a room is built when it is first used."""

    bank: Bank
    split: str
    rooms: int
    built: dict[int, Room] = field(default_factory=dict)

    def room(self, at: int) -> Room:
        if at not in self.built:
            self.built[at] = make_room(self.split, at)
        return self.built[at]


def events_track(rng: Random, bank: Bank, rate: float) -> tuple[str, Signal]:
    """Sparse recorded transients (steps, knocks, clinks)."""
    track, names = np.zeros(COUNT, np.float32), []
    for _ in range(rng.poisson(rate * TOTAL_S) + 1):
        name, event = bank.items["event"][rng.integers(len(bank.items["event"]))]
        part = event[:FS].astype(np.float32) / 32768 * rng.uniform(1.5, 4)
        start = int(rng.integers(0, COUNT - len(part)))
        track[start : start + len(part)] += part
        names.append(name)
    return f"events({names[0]})", track


def fan(rng: Random, hum: Signal | None) -> tuple[str, Signal]:
    """Stationary machine noise: coloured noise, a blade's tone, and mains hum where its phase track is given."""
    noise = colored(rng, COUNT, rng.uniform(0.8, 2.0))
    times = np.arange(COUNT) / FS
    blade = rng.uniform(80, 400)
    for k in range(1, 4):
        size = rng.uniform(0, 0.25) / k
        noise += size * np.sin(2 * np.pi * blade * k * times + rng.uniform(0, 6.28)).astype(np.float32)
    if hum is not None:
        for k in (1, 2, 3, 4, 6):
            noise += rng.uniform(0, 0.4) * np.sin(k * hum + rng.uniform(0, 6.28)).astype(np.float32)
    return "fan", noise / noise.std()


def mains(rng: Random) -> Signal:
    """The phase of a 50 Hz grid that wanders."""
    hz = 50 + rng.normal(0, 0.02) + np.cumsum(rng.normal(0, 1e-6, COUNT))
    return 2 * np.pi * np.cumsum(hz) / FS


def quiet_sources(rng: Random, bank: Bank, hum: Signal | None) -> list[Source]:
    sources = [Source(*fan(rng, hum), 0.0)]
    if rng.random() < 0.5:
        sources.append(Source(*bank.draw(rng, "noise", COUNT), rng.uniform(-20, -6)))
    return sources


def draw_sources(rng: Random, bank: Bank, level: int, without: Collection[str] = ()) -> list[Source]:
    kinds = ["speech", "music", ["speech", "noise", "noise"][level], ["music", "speech", "noise"][level]]
    without, sources = tuple(without), list[Source]()
    counts = rng.integers(1, 3), rng.integers(1, 4), rng.integers(2, 5)  # all drawn: the order is part of the corpus
    for at in range(counts[level]):
        kind = str(rng.choice(kinds) if at else rng.choice(["speech", "music"], p=[0.7, 0.3]))
        name, sound = bank.draw(rng, kind, COUNT, without)
        sources.append(Source(name, sound, rng.uniform(-15, 0) if at else 0.0))
        without = (*without, sources[-1].item)
    if rng.random() < 0.4:
        sources.append(Source(*events_track(rng, bank, 0.4), rng.uniform(-12, 0)))
    sources.append(Source(*fan(rng, None), rng.uniform(-35, -20)))  # every room has a floor
    return sources


def repeats(early: Signal, late: Signal, tolerance_s: float = 0.3, limit: float = 0.75) -> bool:
    """Does the programme repeat itself, so that the later part looks like the earlier one?"""
    down, middle = 8, slice(3 * FS, 9 * FS)
    early, late = (scipy.signal.resample_poly(part[middle], 1, down) for part in (early, late))
    reach, width, best = int(tolerance_s * FS / down), FS // down, 0.0
    for at in range(reach, len(early) - width - reach, width // 2):
        part, around = early[at : at + width], late[at - reach : at + width + reach]
        if np.std(part) > 1e-3:
            power = np.convolve(around**2, np.ones(width), "valid") * np.sum(part**2)
            likeness = scipy.signal.correlate(around, part, "valid") / (np.sqrt(power) + 1e-6)
            best = max(best, float(np.max(np.abs(likeness))))
    return best > limit
