"""The shared test vectors: what a device hears, and the fingerprint that server and browser must both make of it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import fingerprint
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.keys import Key
from tests.vectors.sounds import samples_of

FILE = Path(__file__).with_name("vectors.json")
PROCESSING = ("off", "on", "unknown")  # as the fingerprint numbers them


@dataclass(frozen=True)
class Vector:
    """One clip as a device has it; keys as GET /v1/time spells them; expected: the server's bytes."""

    name: str
    sound: Mapping[str, Any]
    rate: int
    recorded_at_ms: float
    clock_error_ms: int
    processing: str
    keys: tuple[Mapping[str, Any], ...]
    samples_sha256: str
    expected: bytes

    @property
    def samples(self) -> NDArray[np.float32]:
        """In [-1, 1). Fails when the sound is not the one the fingerprint was made of."""
        sound = samples_of(self.sound, self.rate)
        assert digest(sound) == self.samples_sha256, f"the sound of {self.name} has changed"
        return (sound / 32_768).astype(np.float32)

    def on_server(self) -> Fingerprint:
        """Computed now, by the server's code."""
        return fingerprint.compute(
            self.samples,
            self.rate,
            self.recorded_at_ms,
            [Key(key["id"], base64.b64decode(key["key"]), key["from_ms"], key["to_ms"]) for key in self.keys],
            clock_error_ms=self.clock_error_ms,
            processing=PROCESSING.index(self.processing),
        )


def digest(samples: NDArray[np.int16]) -> str:
    return hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()


def load() -> list[Vector]:
    return [
        Vector(**(case | {"keys": tuple(case["keys"]), "expected": base64.b64decode(case["expected"])}))
        for case in json.loads(FILE.read_text("utf-8"))
    ]
