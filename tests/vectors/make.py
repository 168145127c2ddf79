"""`python -m tests.vectors.make` writes vectors.json anew, by the server's code: after a change of the format only."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from chalicelib.joining.keys import Key, keys_between
from tests.vectors.sounds import samples_of
from tests.vectors.vectors import FILE, Vector, digest

SECRET = bytes(range(32))
NOON_MS = 1_800_014_400_000  # a whole minute


def heard(name: str, from_ms: int, ms: int = 4_000) -> dict[str, Any]:
    return {"kind": "recording", "name": name, "from_ms": from_ms, "ms": ms}


def noise(seed: int, gain: int = 1, ms: int = 4_000) -> dict[str, Any]:
    return {"kind": "noise", "seed": seed, "gain": gain, "ms": ms}


A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"
CASES: dict[str, tuple[dict[str, Any], int, float, int, str]] = {
    # name: sound, rate, first sample (ms after noon), clock error (ms), processing
    "a1 16 kHz": (heard(A1, 0), 16_000, 10_000, 12, "off"),
    "a2 48 kHz": (heard(A2, 0), 48_000, 10_000.25, 20, "off"),
    "b1 44.1 kHz": (heard(B1, 0), 44_100, 10_000, 8, "unknown"),
    "a1 44.1 kHz": (heard(A1, 4_000), 44_100, 14_000, 12, "off"),
    "a2 8 kHz": (heard(A2, 4_000), 8_000, 14_000, 30, "on"),
    "b1 48 kHz": (heard(B1, 4_000), 48_000, 14_000, 8, "off"),
    "a1 48 kHz over a minute": (heard(A1, 6_000), 48_000, 58_000, 12, "off"),
    "a2 16 kHz over a minute": (heard(A2, 6_500), 16_000, 58_500, 20, "off"),
    "a1 96 kHz to the end of a minute": (heard(A1, 2_000), 96_000, 56_000, 12, "off"),
    "a2 32 kHz a sample over a minute": (heard(A2, 2_000), 32_000, 56_000.5, 20, "off"),
    "a1 11.025 kHz, an odd number of points": (heard(A1, 5_000, 3_000), 11_025, 25_000, 12, "off"),
    "a2 22.05 kHz, 3 s": (heard(A2, 5_000, 3_000), 22_050, 25_000.125, 20, "off"),
    "a1 47.981 kHz, a prime": (heard(A1, 8_000), 47_981, 30_000, 12, "off"),
    "a2 48 kHz, one second": (heard(A2, 8_000, 1_000), 48_000, 30_000.0625, 20, "off"),
    "a1 24 kHz, the last four of six": (heard(A1, 6_000, 6_000), 24_000, 28_000, 12, "off"),
    "noise 48 kHz": (noise(1), 48_000, 40_000, 65_535, "off"),
    "clipped noise 44.1 kHz": (noise(2, gain=9), 44_100, 40_000, 0, "off"),
    "tone 48 kHz": ({"kind": "tone", "hz": 440, "ms": 4_000}, 48_000, 44_000, 0, "off"),
    "silence 16 kHz": ({"kind": "silence", "ms": 4_000}, 16_000, 44_000, 0, "off"),
}


def vectors() -> Iterator[dict[str, Any]]:
    for name, (sound, rate, at_ms, clock_error_ms, processing) in CASES.items():
        recorded_at_ms = NOON_MS + at_ms
        keys = keys_between(SECRET, recorded_at_ms, recorded_at_ms + sound["ms"])
        told = tuple(_told(key) for key in keys)
        sha = digest(samples_of(sound, rate))
        vector = Vector(name, sound, rate, recorded_at_ms, clock_error_ms, processing, told, sha, b"")
        expected = base64.b64encode(vector.on_server().to_bytes()).decode()
        yield vars(vector) | {"expected": expected}


def _told(key: Key) -> dict[str, Any]:
    """As GET /v1/time tells it."""
    seed = base64.b64encode(key.seed).decode()
    return {"id": key.id, "key": seed, "from_ms": key.from_ms, "to_ms": key.to_ms}


if __name__ == "__main__":
    FILE.write_text(json.dumps(list(vectors()), indent=1) + "\n", "utf-8")
