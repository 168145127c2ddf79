"""Clips as the page cuts them from what its microphone hands over."""

from itertools import pairwise

import pytest

from tests.browser.sound.conftest import SoundPage

RATE, BATCH = 48_000, 1_024
STANDS_STILL_MS = 3_000

# Each sample tells when it was taken, in seconds. `events`: [ms at which they come, first frame, ms when it was taken].
RECORD = """async ({events, rate, batch}) => {
  let now = 0;
  performance.now = () => now;
  const {Recorder} = await import("/js/recorder.js");
  const recorder = new Recorder(rate, {fresh: true, errorMs: 5, at: ms => ms + 1e6});
  const clips = [];
  recorder.onclip = ({samples, recordedAtMs}) => clips.push([recordedAtMs - 1e6, 1e3 * samples[0]]);
  for (const [comes, frame, taken] of events) {
    now = comes;
    recorder.add({frame, samples: Float32Array.from({length: batch}, (_, at) => taken / 1e3 + at / rate)});
  }
  return clips;
}"""


@pytest.mark.parametrize("cause", ["the device stood still", "the page was busy"])
def test_a_clip_says_when_its_sound_was_whatever_happened_in_between(sound_page: SoundPage, cause: str) -> None:
    """A1: after a phone call took the microphone for three seconds, and after a page that did not answer for one."""
    events = []
    for frame in range(0, 20 * RATE, BATCH):
        taken_ms = frame / RATE * 1e3
        if cause == "the device stood still" and taken_ms > 3_000:
            taken_ms += STANDS_STILL_MS
        comes_ms = taken_ms + BATCH / RATE * 1e3 + 15
        if cause == "the page was busy" and 3_000 < comes_ms < 4_000:
            comes_ms = 4_000
        events.append([comes_ms, frame, taken_ms])

    clips = sound_page.page.evaluate(RECORD, {"events": events, "rate": RATE, "batch": BATCH})

    after = [clip for clip in clips if clip[1] > 9_000]
    assert len(after) >= 2
    assert all(claimed_ms == pytest.approx(taken_ms, abs=40) for claimed_ms, taken_ms in after)
    if cause == "the page was busy":  # the beat goes on
        starts = [claimed_ms for claimed_ms, _ in clips[1:]]
        assert {later - earlier for earlier, later in pairwise(starts)} == {3_800}
