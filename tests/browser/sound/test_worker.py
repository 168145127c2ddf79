"""The shipped worker at its edges, and its speed."""

import numpy as np
import pytest
from playwright.sync_api import Error

from tests.browser.sound.conftest import SoundPage
from tests.vectors.vectors import load

CLIP = next(vector for vector in load() if vector.name == "a2 48 kHz")
MILLISECONDS_MAX = 150  # for four seconds at 48 kHz on an ordinary computer; a phone takes some four times as long

TIMED = """async ({rate, keys}) => {
  const {fingerprint} = await import("/js/sound/fingerprint.js");
  const samples = Float32Array.from({length: 4 * rate}, () => Math.random() - 0.5);
  const times = [];
  for (let round = 0; round < 12; round++) {
    const begun = performance.now();
    await fingerprint({samples, rate, recordedAtMs: keys[0].from_ms, clockErrorMs: 0, processing: "off", keys});
    times.push(performance.now() - begun);
  }
  return times;
}"""


def test_a_clip_without_its_key_is_refused(sound_page: SoundPage) -> None:
    """A5: a sample is never scrambled with another minute's key."""
    capture = {"rate": 48_000, "clockErrorMs": 0, "processing": "off", "keys": CLIP.keys}
    with pytest.raises(Error, match="outside the minutes"):
        sound_page.compute(np.ones(48_000, np.float32), recordedAtMs=CLIP.keys[0]["from_ms"] - 500, **capture)


def test_a_clip_under_a_second_is_refused(sound_page: SoundPage) -> None:
    capture = {"rate": 48_000, "recordedAtMs": CLIP.recorded_at_ms, "clockErrorMs": 0, "processing": "off"}
    with pytest.raises(Error, match="shorter than one second"):
        sound_page.compute(np.ones(47_999, np.float32), keys=CLIP.keys, **capture)


def test_a_clip_is_ready_at_once(sound_page: SoundPage) -> None:
    """A5: computing on the device adds little to the time to a verdict, the first one's compilation aside."""
    times = sound_page.page.evaluate(TIMED, {"rate": 48_000, "keys": CLIP.keys})
    assert min(times) < MILLISECONDS_MAX


def test_warming_up_changes_nothing(sound_page: SoundPage) -> None:
    """A5: a worker that has seen a made-up clip answers as before."""
    before = sound_page.fingerprint(CLIP)
    sound_page.page.evaluate("rate => window.worker.postMessage({warmUp: rate})", CLIP.rate)
    assert sound_page.fingerprint(CLIP) == before
