"""The bank of source sounds: recorded speech and music, noise beds and single events from Debian packages."""

import glob
import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import av
import numpy as np
import soundfile

from bench.sound.make.signals import FS, Random, Signal, decode

SPEECH = {  # speaker: (split, package, files)
    "ast_en": ("dev", "asterisk-core-sounds-en-g722", "**/*.g722"),
    "ast_ru": ("dev", "asterisk-core-sounds-ru-g722", "**/*.g722"),
    "ast_es": ("dev", "asterisk-core-sounds-es-g722", "**/*.g722"),
    "fillets_cs_m": ("dev", "fillets-ng-data-cs", "**/cs/*-m-*.ogg"),
    "fillets_cs_v": ("dev", "fillets-ng-data-cs", "**/cs/*-v-*.ogg"),
}
ESPEAK = {"dev": ["en-us+m3", "de+f2", "pl+m1"]}  # synthetic voices
ESPEAK_TEXT = (
    "The meeting starts in a minute, please take a seat. One two three four five six seven eight nine ten. "
    "Who is still missing? We moved the third item to Tuesday. Coffee is in the next room, "
    "and the slides are on the shared drive. Please speak up, the people at the back cannot hear you."
)
MUSIC = {"warzone2100-music": "dev", "colobot-common-sounds": "dev"}
MUSIC_FILES = {"colobot-common-sounds": "**/music/*.ogg"}
MINETEST_BEDS = "env_sounds", "fire_", "default_furnace"
SONIC_BEDS, SONIC_EVENTS = ("loop_", "ambi_", "vinyl_hiss"), ("perc_", "drum_", "sn_", "misc_", "tabla_")
ARENA_EVENTS = "sound/player/footsteps", "sound/movers", "sound/items"
ARENA_PACK = "openarena-data/usr/share/games/openarena/baseoa/pak0.pk3"
KINDS = "speech", "music", "noise", "event"

Named = tuple[str, Any]  # name, file or bytes


def hash_split(name: str) -> str | None:
    """Which split a noise or event belongs to; None: the final evaluation's."""
    return "dev" if hashlib.sha256(name.encode()).digest()[0] & 1 else None


def trim(sound: Signal, db: float = -38) -> Signal:
    """Without the silence at both ends."""
    if len(sound) < 800:
        return sound[:0]
    level = np.sqrt(np.convolve(sound**2, np.ones(320) / 320, "same"))
    loud = np.flatnonzero(level > level.max() * 10 ** (db / 20))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


def running_speech(files: Sequence[str], rng: Random, container: str | None, seconds: int = 240) -> Signal:
    """One speaker's utterances in random order with natural short pauses."""
    parts, count = list[Signal](), 0
    for file in (files[at] for at in rng.permutation(len(files))):
        try:
            spoken = trim(decode(file, container))
        except av.FFmpegError:  # left out, as in the first edition of the corpus
            continue
        if len(spoken) < FS // 2:
            continue
        spoken = spoken / (np.sqrt(np.mean(spoken**2)) + 1e-9) * 0.08
        gap = np.zeros(int(FS * rng.uniform(0.08, 0.6)), np.float32)
        parts += [spoken, gap]
        count += len(spoken) + len(gap)
        if count > seconds * FS:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def build_bank(packages: str, bank: str) -> None:
    """Decodes everything once into `bank`, one WAV an item."""
    os.makedirs(bank, exist_ok=True)
    found = [*_voices(packages), *_music(packages), *_beds_and_events(packages)]
    kept = [item for item in found if _keep(bank, *item)]
    for kind in KINDS:
        print(kind, sum(item[0] == kind for item in kept))


def _keep(bank: str, kind: str, split: str, name: str, sound: Signal, least_s: float) -> bool:
    if len(sound) < least_s * FS or not np.isfinite(sound).all() or np.std(sound) < 1e-4:
        return False
    scaled = np.clip(sound / (np.max(np.abs(sound)) + 1e-9) * 0.9, -1, 1)
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    soundfile.write(os.path.join(bank, f"{split}__{kind}__{plain}.wav"), (scaled * 32767).astype(np.int16), FS)
    return True


Item = tuple[str, str, str, Signal, float]  # kind, split, name, sound, least seconds


def _voices(packages: str) -> Iterator[Item]:
    for speaker, (split, package, pattern) in SPEECH.items():
        container = "g722" if pattern.endswith("g722") else None
        files = sorted(glob.glob(os.path.join(packages, package, pattern), recursive=True))
        files = [file for file in files if os.path.getsize(file) > (12_000 if container else 6_000)]
        rng = np.random.default_rng([7, len(speaker), sum(map(ord, speaker))])
        yield "speech", split, speaker, running_speech(files, rng, container), 20
    for split, voices in ESPEAK.items() if shutil.which("espeak-ng") else ():
        for voice in voices:
            command = ["espeak-ng", "-v", voice, "--stdout", ESPEAK_TEXT]
            spoken = subprocess.run(command, capture_output=True, check=True).stdout
            yield "speech", split, f"espeak_{voice}", decode(io.BytesIO(spoken)), 10


def _music(packages: str) -> Iterator[Item]:
    for package, split in MUSIC.items():
        pattern = os.path.join(packages, package, MUSIC_FILES.get(package, "**/*"))
        for file in sorted(glob.glob(pattern, recursive=True)):
            if file.rsplit(".", 1)[-1] in ("ogg", "opus", "mp3") and os.path.getsize(file) > 150_000:
                yield "music", split, f"{package}_{os.path.basename(file)}", decode(file, None, 60, 12), 25


def _beds_and_events(packages: str) -> Iterator[Item]:
    named = _raw_beds_and_events(packages)
    for kind, items, least_s in (("noise", named[0], 1.0), ("event", named[1], 0.05)):
        for name, source in sorted(items, key=lambda item: item[0]):
            split = hash_split(name)
            if split:
                sound = decode(source)
                yield kind, split, name, sound if kind == "noise" else trim(sound), least_s


def _raw_beds_and_events(packages: str) -> tuple[list[Named], list[Named]]:
    beds, events = list[Named](), list[Named]()
    for file in glob.glob(os.path.join(packages, "minetest-data", "**/*.ogg"), recursive=True):
        name = os.path.basename(file)
        (beds if name.startswith(MINETEST_BEDS) else events).append((name, file))
    for file in glob.glob(os.path.join(packages, "sonic-pi-samples", "**/*.flac"), recursive=True):
        name = os.path.basename(file)
        if name.startswith(SONIC_BEDS + SONIC_EVENTS):
            (beds if name.startswith(SONIC_BEDS) else events).append((name, file))
    with zipfile.ZipFile(os.path.join(packages, ARENA_PACK)) as pack:
        for member in pack.namelist():
            name = member.replace("/", "_")
            if member.startswith("sound/world/") and member.endswith((".wav", ".ogg")):
                beds.append((name, io.BytesIO(pack.read(member))))
            elif member.startswith(ARENA_EVENTS) and member.endswith(".wav"):
                events.append((name, io.BytesIO(pack.read(member))))
    return beds, events


class Bank:
    """The decoded items of one split."""

    def __init__(self, path: str, split: str) -> None:
        self.items: dict[str, list[tuple[str, Signal]]] = {kind: [] for kind in KINDS}
        for file in sorted(glob.glob(os.path.join(path, f"{split}__*.wav"))):
            _, kind, name = os.path.basename(file)[:-4].split("__", 2)
            self.items[kind].append((name, soundfile.read(file, dtype="int16")[0]))

    def draw(self, rng: Random, kind: str, count: int, without: Collection[str] = ()) -> tuple[str, Signal]:
        """`count` samples of one item at unit power, and its name@start."""
        pool = [item for item in self.items[kind] if item[0] not in without]
        name, sound = pool[rng.integers(len(pool))]
        if len(sound) < count + FS:
            sound = _looped(sound.astype(np.float32), count + FS)
        for _ in range(8):
            start = int(rng.integers(0, len(sound) - count))
            part = sound[start : start + count].astype(np.float32) / 32768
            power = np.sqrt(np.mean(part**2))
            if power > 0.01:
                break
        return f"{name}@{start / FS:.2f}", part / (power + 1e-6)


def _looped(sound: Signal, least: int) -> Signal:
    """A short bed repeated with a cross-fade."""
    fade = min(len(sound) // 4, FS // 4)
    rising = np.linspace(0, 1, fade, dtype=np.float32)
    longer = sound.copy()
    while len(longer) < least:
        seam = longer[-fade:] * (1 - rising) + sound[:fade] * rising
        longer = np.concatenate([longer[:-fade], seam, sound[fade:]])
    return longer
