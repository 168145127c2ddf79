"""The looping seats of tests/recordings: two devices in one simulated room, a third in another with other speech."""

import glob
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import soundfile

from bench.sound.make.devices import Device, random_device, response
from bench.sound.make.rooms import make_room
from bench.sound.make.signals import FS, Signal, decode
from bench.sound.make.sources import trim

COUNT = 12 * FS
SNR_DB = 22.0

Spoken = Sequence[tuple[Signal, float]]  # sound and its share


def write_recordings(packages: str, folder: str) -> None:
    english, spanish = (f"asterisk-core-sounds-{language}-g722" for language in ("en", "es"))
    room_a, room_b = make_room("dev", 1), make_room("dev", 3)
    here = [(_speech(packages, english, 1), 1.0), (_speech(packages, english, 2), 0.25)]
    there = [(_speech(packages, spanish, 3), 1.0)]
    seats = {
        "room-a-seat-1": _seat(here, room_a.responses[:, 0], _device(1, -2), 1),
        "room-a-seat-2": _seat(here, room_a.responses[:, 3], _device(2, -6), 2),
        "room-b-seat-1": _seat(there, room_b.responses[:, 1], _device(3, -3), 3),
    }
    for name, sound in seats.items():
        soundfile.write(os.path.join(folder, f"{name}.wav"), sound, FS, subtype="PCM_16")


def _speech(packages: str, package: str, seed: int) -> Signal:
    """Twelve seconds of prompts with hardly a pause."""
    rng = np.random.default_rng([99, seed])
    files = sorted(glob.glob(os.path.join(packages, package, "**", "*.g722"), recursive=True))
    files = [file for file in files if os.path.getsize(file) > 20_000]
    spoken = np.zeros(0, np.float32)
    for at in rng.permutation(len(files)):
        prompt = trim(decode(files[at], "g722"), db=-30)
        if len(prompt) >= FS:
            prompt = prompt / np.sqrt(np.mean(prompt**2)) * 0.08
            spoken = np.concatenate([spoken, prompt, np.zeros(int(FS * 0.08), np.float32)])
        if len(spoken) >= COUNT:
            break
    return _faded(spoken[:COUNT])


def _faded(sound: Signal) -> Signal:
    ramp = np.linspace(0, 1, FS // 100)
    sound = sound.copy()
    sound[: len(ramp)] *= ramp
    sound[-len(ramp) :] *= ramp[::-1]
    return sound


def _around(sound: Signal, taps: Signal) -> Signal:
    """Filtered as a loop: what rings on at the end is heard at the beginning."""
    folded = np.bincount(np.arange(len(taps)) % COUNT, taps, COUNT)
    return np.fft.irfft(np.fft.rfft(sound) * np.fft.rfft(folded), COUNT)


def _device(seed: int, gain_db: float) -> Device:
    return replace(random_device(np.random.default_rng([55, seed]), 0), gain_db=gain_db)


def _seat(spoken: Spoken, responses: Signal, device: Device, seed: int) -> Signal:
    heard = sum(_around(sound, responses[at]) * share for at, (sound, share) in enumerate(spoken))
    heard = _around(np.asarray(heard), response(device))
    white = np.random.default_rng([77, seed]).standard_normal(COUNT)
    hz = np.maximum(np.fft.rfftfreq(COUNT, 1 / FS), 40)
    noise = np.fft.irfft(np.fft.rfft(white) * hz**-0.25, COUNT)
    mixed = heard / heard.std() + noise / noise.std() * 10 ** (-SNR_DB / 20)
    steps: Signal = np.round(mixed * 0.1 * 10 ** (device.gain_db / 20) * 32767).astype(np.int16)
    return steps
