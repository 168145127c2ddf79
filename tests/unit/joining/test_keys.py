"""The all-pass keys: one a minute, derived, the same for everybody (A5)."""

import numpy as np

from chalicelib.joining.allpass import TAPS, phases, response
from chalicelib.joining.keys import PERIOD_MS, keys_at, keys_between
from tests.unit.joining.clips import NOON_MS, SECRET


def test_this_minutes_key_and_the_next_are_handed_out() -> None:
    """A5: the keys change every minute, without a gap."""
    current, following = keys_at(SECRET, NOON_MS + 59_999)
    assert (current.from_ms, current.to_ms) == (NOON_MS, NOON_MS + PERIOD_MS)
    assert following == keys_at(SECRET, NOON_MS + PERIOD_MS)[0]
    assert current.seed != following.seed


def test_another_secret_gives_other_keys() -> None:
    """A5: keys are derived from the root secret and from nothing else."""
    assert keys_at(SECRET, NOON_MS)[0].seed != keys_at(bytes(32), NOON_MS)[0].seed
    assert keys_at(SECRET, NOON_MS) == keys_at(SECRET, NOON_MS + 1)


def test_a_recording_over_a_change_gets_both_keys() -> None:
    """A5: each sample is filtered with the key of its own minute."""
    keys = keys_between(SECRET, NOON_MS - 1.5, NOON_MS + 2_000)
    assert [key.from_ms for key in keys] == [NOON_MS - PERIOD_MS, NOON_MS]


def test_a_key_is_not_shown_when_printed() -> None:
    """A5: the key stays in memory; a log of the object does not hold it."""
    assert "seed" not in repr(keys_at(SECRET, NOON_MS)[0])


def test_the_all_pass_changes_phases_only() -> None:
    """A5: two devices' waveforms correlate through it as without it."""
    spectrum = np.fft.rfft(response(keys_at(SECRET, NOON_MS)[0].seed))
    assert np.allclose(np.abs(spectrum), 1)
    angles = phases(keys_at(SECRET, NOON_MS)[0].seed)
    assert len(angles) == TAPS // 2 - 1
    assert np.abs(np.exp(1j * angles).mean()) < 0.2
