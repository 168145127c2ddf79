"""Clips to submit: recordings of two simulated rooms, and WAV files made to be refused."""

import io
import struct
import uuid
import wave
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalicelib.joining import fingerprint, quality
from chalicelib.joining.keys import keys_between
from chalicelib.joining.wav import parse_wav
from chalicelib.runtime.settings import settings
from tests.support.browser import Answer, Browser

RECORDINGS = Path(__file__).parents[1] / "recordings"
RATE = 16_000  # Hz
SAMPLE = 2  # bytes
LENGTH_S = 4.0


@lru_cache
def seat(name: str) -> bytes:
    """All samples (16-bit mono, 16 kHz) of `room-a-seat-1`, `room-a-seat-2` (one room) or `room-b-seat-1`."""
    with wave.open(str(RECORDINGS / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, SAMPLE)
        samples: bytes = file.readframes(file.getnframes())
    return samples


def clip(name: str, from_s: float = 2.0, length_s: float = LENGTH_S) -> bytes:
    """A part of a seat's recording as a WAV file."""
    samples = seat(name)
    return wav(samples[round(from_s * RATE) * SAMPLE : round((from_s + length_s) * RATE) * SAMPLE])


def wav(samples: bytes, rate: int = RATE, channels: int = 1, width: int = SAMPLE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def with_format(data: bytes, code: int) -> bytes:
    """The same WAV claiming another sample format."""
    return data[:20] + struct.pack("<H", code) + data[22:]


def submit(
    browser: Browser,
    body: bytes,
    *,
    recorded_at_ms: float,
    join_id: str | None = None,
    headers: Mapping[str, Any] | None = None,
) -> Answer:
    """POST /v1/joins with a WAV; `recorded_at_ms` is its first sample's instant."""
    sent = {
        "Content-Type": "audio/wav",
        "Earshot-Join": join_id or str(uuid.uuid4()),
        "Earshot-Recorded-At": str(recorded_at_ms),
        "Earshot-Processing": "off",
        **(headers or {}),
    }
    return browser.post("/v1/joins", body=body, headers=sent)


def listen(browser: Browser, name: str, *, heard_until_ms: int, **rest: Any) -> Answer:
    """Submits the four seconds that the seat heard up to `heard_until_ms`; equal instants mean equal sound."""
    return submit(browser, clip(name), recorded_at_ms=heard_until_ms - LENGTH_S * 1_000, **rest)


def fingerprint_of(data: bytes, recorded_at_ms: float) -> bytes:
    """What a device would send instead of that WAV."""
    recording = parse_wav(data)
    keys = keys_between(settings().secret, recorded_at_ms, recorded_at_ms + 10_000)
    made = fingerprint.compute(recording.samples, recording.sample_rate, recorded_at_ms, keys, processing=quality.OFF)
    return made.to_bytes()
