"""One pair of clips: sources in a room, or in two, recorded by two devices with residual clock errors."""

from dataclasses import dataclass, field

import numpy as np
import scipy.signal
import soundfile

from bench.sound.make.devices import Device, random_device, record
from bench.sound.make.rooms import MICROPHONES, SOURCES, Room
from bench.sound.make.signals import FS, SPLITS, Random, Signal
from bench.sound.make.sounds import Source, Stage, draw_sources, events_track, mains, quiet_sources, repeats

CONDITIONS = [  # name, label
    ("pos_easy", 1),  # one or two loud sources, small or medium room, self-noise 20–30 dB below, little processing
    ("pos_typical", 1),  # 1–3 sources, any room, 10–20 dB, processing and Opus on some devices
    ("pos_hard", 1),  # 2–4 sources, any room, 0–10 dB, processing, clipping, a local sound at one device
    ("pos_quiet", 1),  # only fan, hum or wind, sometimes a faint event, -3–6 dB
    ("neg_diff", 0),  # two rooms, different sources
    ("neg_leak", 0),  # two rooms, one's sources through a wall, 25–40 dB below the quieter: louder really is shared
    ("neg_delay", 0),  # two rooms, the same broadcast 1–6 s apart
    ("neg_quiet", 0),  # two rooms, fans and hum only, one mains
]
LEVELS = {"pos_easy": 0, "pos_typical": 1, "pos_hard": 2, "pos_quiet": 1}
SNR_DB = [(20, 30), (10, 20), (0, 10)]
SNR_QUIET_DB = -3, 6


@dataclass
class Scene:
    """What is drawn for a pair, in the order in which it is drawn: the order is part of the corpus."""

    rng: Random
    stage: Stage
    condition: str
    same_room: bool
    level: int
    snr_db: Signal
    devices: tuple[Device, Device]
    begins_s: tuple[float, float] = (0.0, 0.0)
    lasts_s: Signal = field(default_factory=lambda: np.zeros(2))
    overlap_s: float = 0.0
    clock_errors_ms: tuple[float, float] = (0.0, 0.0)
    rooms: tuple[int, int] = (0, 0)
    seats: tuple[int, int] = (0, 1)


def draw_scene(stage: Stage, seed: int, split: str, which: int, index: int) -> Scene:
    condition, label = CONDITIONS[which]
    rng = np.random.default_rng([seed, SPLITS[split], which, index])
    # negatives mix all levels, so that scores are comparable
    mixed = int(rng.integers(0, 3))  # drawn for all: the order is part of the corpus
    level = LEVELS.get(condition, mixed)
    snr_db = rng.uniform(*(SNR_QUIET_DB if "quiet" in condition else SNR_DB[level]), 2)
    devices = random_device(rng, level), random_device(rng, level)
    scene = Scene(rng, stage, condition, bool(label), level, snr_db, devices)
    _draw_times(scene)
    _draw_rooms(scene)
    return scene


def _draw_times(scene: Scene) -> None:
    rng = scene.rng
    while True:
        lasts = rng.choice([3.0, 3.5, 4.0], 2, p=[0.2, 0.2, 0.6])
        apart = rng.uniform(-1.5, 1.5)
        first = 3.0 + rng.uniform(1.5, 3.0)
        second = first + apart
        overlap = min(first + lasts[0], second + lasts[1]) - max(first, second)
        if overlap >= 2.0:
            break
    relative, common = rng.uniform(-150, 150), rng.uniform(-150, 150)
    scene.begins_s, scene.lasts_s, scene.overlap_s = (first, second), lasts, overlap
    scene.clock_errors_ms = common + relative / 2, common - relative / 2


def _draw_rooms(scene: Scene) -> None:
    rng, count = scene.rng, scene.stage.rooms
    first = int(rng.integers(count))
    if scene.condition == "pos_easy" and scene.stage.room(first).kind == "large":
        first = (first + (1 if scene.stage.room((first + 1) % count).kind != "large" else 2)) % count
    second = first if scene.same_room else (first + 1 + int(rng.integers(count - 1))) % count
    near, far = rng.choice(MICROPHONES, 2, replace=False)
    scene.rooms, scene.seats = (first, second), (int(near), int(far))


def render(sources: list[Source], responses: Signal, seat: int) -> Signal:
    """The sound at a microphone."""
    count = len(sources[0].sound)
    heard = np.zeros(count, np.float32)
    for at, source in enumerate(sources):
        wet = scipy.signal.oaconvolve(source.sound, responses[at % SOURCES, seat])[:count].astype(np.float32)
        heard += wet * np.float32(10 ** (source.db / 20))
    return heard


def make_pair(stage: Stage, seed: int, split: str, which: int, index: int, folder: str) -> dict[str, object]:
    """Writes both clips and returns the pair's row of pairs.csv."""
    scene = draw_scene(stage, seed, split, which, index)
    rng, (first, second) = scene.rng, (stage.room(number) for number in scene.rooms)
    ours, theirs = _sources(scene)
    responses = first.responses, second.responses
    if scene.same_room:
        seated = first.responses[rng.permutation(SOURCES)]
        responses = seated, seated
    heard = render(ours, responses[0], scene.seats[0])
    if scene.condition == "neg_delay":
        ours, theirs = _with_broadcast(scene, ours, theirs)
        heard = render(ours, responses[0], scene.seats[0])
    there = render(theirs, responses[1], scene.seats[1])
    if scene.condition == "neg_leak":
        there = there + _leak(scene, ours, responses, heard, there)
        theirs = [*theirs, Source("leak", there, 0.0)]
    if scene.condition == "pos_hard" and rng.random() < 0.5:  # typing or handling at one device only
        _, local = events_track(rng, stage.bank, 1.0)
        heard = heard + local * np.float32(np.std(heard) * rng.uniform(0.3, 1.5))
    names = [f"wav/{scene.condition}_{index:05d}_{seat}.wav" for seat in "ab"]
    for at, (name, sound) in enumerate(zip(names, (heard, there), strict=True)):
        parts = scene.snr_db[at], scene.begins_s[at], scene.lasts_s[at]
        clip = record(rng, scene.devices[at], sound, *parts)
        soundfile.write(f"{folder}/{name}", clip, FS, subtype="PCM_16")
    return _row(scene, index, names, first, ours, theirs)


def _sources(scene: Scene) -> tuple[list[Source], list[Source]]:
    rng, bank = scene.rng, scene.stage.bank
    if "quiet" in scene.condition:
        hum = mains(rng) if rng.random() < 0.5 else None
        ours = quiet_sources(rng, bank, hum)
        theirs = ours if scene.same_room else quiet_sources(rng, bank, hum)
        if scene.same_room and rng.random() < 0.3:
            ours = theirs = [*ours, Source(*events_track(rng, bank, 0.2), -12.0)]
        return ours, theirs
    ours = draw_sources(rng, bank, scene.level)
    used = tuple(source.item for source in ours)
    return ours, ours if scene.same_room else draw_sources(rng, bank, scene.level, used)


def _with_broadcast(scene: Scene, ours: list[Source], theirs: list[Source]) -> tuple[list[Source], list[Source]]:
    """The same programme in both rooms, seconds apart, over what is there; exact loops would make the label wrong."""
    rng, count = scene.rng, len(ours[0].sound)
    used = tuple(source.item for source in ours + theirs)
    for _ in range(30):
        late_s = rng.uniform(1.0, 6.0) * rng.choice([-1, 1])
        kind = str(rng.choice(["speech", "music"]))
        name, sound = scene.stage.bank.draw(rng, kind, count + 6 * FS, used)
        shift = int(abs(late_s) * FS)
        early, late = sound[shift : shift + count], sound[:count]
        if not repeats(early, late):
            break
    programmes = (early, late) if late_s < 0 else (late, early)
    below = rng.uniform(-25, -8, 2)
    rooms = []
    for label, programme, sources, db in zip(
        (name, f"{name}+{late_s:.2f}s"), programmes, (ours, theirs), below, strict=True
    ):
        rooms.append([Source(label, programme, 0.0), *(source.louder(db) for source in sources)])
    return rooms[0], rooms[1]


def _leak(scene: Scene, ours: list[Source], responses: tuple[Signal, Signal], heard: Signal, there: Signal) -> Signal:
    """Our sources heard through a wall."""
    rng, seat = scene.rng, scene.seats[1]
    wall = scipy.signal.butter(2, rng.uniform(300, 1200) / (FS / 2))
    dull = scipy.signal.lfilter(*wall, render(ours, responses[0], seat))
    leak = scipy.signal.oaconvolve(dull, responses[1][0, seat])[: len(there)].astype(np.float32)
    below = 10 ** (-rng.uniform(25, 40) / 20)
    through: Signal = leak * np.float32(below * (min(np.std(heard), np.std(there)) / (np.std(leak) + 1e-9)))
    return through


def _row(
    scene: Scene, index: int, names: list[str], room: Room, ours: list[Source], theirs: list[Source]
) -> dict[str, object]:
    claimed = [begin * 1e3 + error for begin, error in zip(scene.begins_s, scene.clock_errors_ms, strict=True)]
    return {
        "clip_a": names[0],
        "clip_b": names[1],
        "label": int(scene.same_room),
        "condition": scene.condition,
        "snr_db": f"{scene.snr_db.min():.1f}",
        "start_offset_a_ms": f"{claimed[0]:.1f}",
        "start_offset_b_ms": f"{claimed[1]:.1f}",
        "pair_id": f"{scene.condition}_{index:05d}",
        "true_start_a_ms": f"{scene.begins_s[0] * 1e3:.1f}",
        "true_start_b_ms": f"{scene.begins_s[1] * 1e3:.1f}",
        "overlap_ms": f"{scene.overlap_s * 1e3:.0f}",
        "rt60_s": f"{room.rt60_s:.2f}",
        "room": "/".join(map(str, scene.rooms)),
        "sources_a": ";".join(source.name for source in ours),
        "sources_b": ";".join(source.name for source in theirs),
        "dev_a": str(scene.devices[0]),
        "dev_b": str(scene.devices[1]),
    }
