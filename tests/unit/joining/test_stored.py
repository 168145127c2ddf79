"""What is kept of a fingerprint for comparison says what the fingerprint said."""

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.joining.fingerprint import Fingerprint, parse
from chalicelib.joining.repetition import LEVEL_LEAST, RHYTHM_LEAST, Repetition, repetition
from chalicelib.joining.stored import fine_part, from_fine_part
from tests.unit.joining.clips import NOON_MS, clip, fingerprint_of, noise, tones

A1 = "room-a-seat-1"
MADE_UP = [Repetition(level, rhythm) for level in (-9.0, 1.5, 9.0) for rhythm in (-9.0, 1.3, 9.0)]


@pytest.mark.parametrize(
    "heard", [clip(A1, 0), clip(A1, 500, 1_700), fingerprint_of(noise(1)), fingerprint_of(tones(440.0))]
)
def test_it_comes_back_as_it_was(heard: Fingerprint) -> None:
    """A14: read for every comparison, unpacked from the bytes that travelled."""
    back = from_fine_part(fine_part(heard))

    assert (back.recorded_at_us, back.clock_error_ms, back.processing, back.key_ids, back.quality) == (
        heard.recorded_at_us, heard.clock_error_ms, heard.processing, heard.key_ids, heard.quality
    )  # fmt: skip
    assert np.array_equal(back.waveform, heard.waveform)
    assert np.array_equal(back.envelope, heard.envelope)
    assert back.repetition.level == pytest.approx(heard.repetition.level, abs=1e-4)
    assert back.repetition.rhythm == pytest.approx(heard.repetition.rhythm, abs=1e-4)


@pytest.mark.parametrize("repeats", MADE_UP, ids=str)
def test_no_repetition_is_too_much_to_be_kept(repeats: Repetition) -> None:
    """A5: whatever a clip is like, it is kept or refused, and never a fault of the server's."""
    assert from_fine_part(fine_part(replace(clip(A1, 0), repeats=repeats))).repetition.level <= 4


@pytest.mark.parametrize("period", [96, 144, 288, 400])
def test_codes_that_repeat_themselves_over_a_change_of_keys_are_kept(period: int) -> None:
    """A5: a fingerprint need not come from a microphone."""
    honest = parse(fingerprint_of(noise(2)[:16_000], NOON_MS - 500.0).to_bytes())
    pulses = np.zeros(len(honest.waveform), np.int8)
    pulses[::period] = 2
    heard = parse(replace(honest, waveform=pulses).to_bytes())
    assert np.array_equal(from_fine_part(fine_part(heard)).waveform, pulses)


def test_codes_without_any_repetition_are_believed_no_more_than_recorded_sound() -> None:
    """A7: made-up codes cannot buy trust by repeating themselves less than sound does."""
    rare = np.zeros(9_600, np.int8)
    rare[::4_801] = 1
    found = repetition(rare)
    assert found.level >= LEVEL_LEAST
    assert found.rhythm >= RHYTHM_LEAST
