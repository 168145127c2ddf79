"""The fingerprint: small, the same at any sample rate, and strict about its bytes (A5)."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.joining import match
from chalicelib.joining.fingerprint import SIZE_MAX, compute, parse
from chalicelib.joining.keys import keys_between
from chalicelib.runtime.errors import Invalid
from tests.unit.joining.clips import AT_MS, RATE, SECRET, TOLERANCE_S, clip, fingerprint_of, heard_by, noise, offset_s

CLIP = clip("room-a-seat-1", 0)
DATA = CLIP.to_bytes()


def test_four_seconds_fit_into_a_request() -> None:
    """A5: at most 4 096 bytes, wherever the clip lies on the clock's grid."""
    sizes = [len(fingerprint_of(noise(1), AT_MS + shift).to_bytes()) for shift in range(0, 80, 7)]
    assert max(sizes) <= SIZE_MAX


def test_bytes_and_back() -> None:
    """A5: what the server reads is what the device wrote."""
    again = parse(DATA)
    assert again.to_bytes() == DATA
    assert np.array_equal(again.waveform, CLIP.waveform)
    assert np.array_equal(again.envelope, CLIP.envelope)
    assert np.array_equal(again.signature.words, CLIP.signature.words)
    assert (again.quality, again.key_ids, again.recorded_at_us) == (CLIP.quality, CLIP.key_ids, CLIP.recorded_at_us)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_the_sample_rate_makes_no_difference_to_a_match(rate: int) -> None:
    """A2: any two devices meet, whatever their microphones' rates."""
    other = clip("room-a-seat-2", 500, rate=rate)
    value = match.score(CLIP, other, offset_s(CLIP, other), TOLERANCE_S)
    assert match.verdict(value, CLIP, other) is match.Verdict.JOIN


def test_of_a_longer_recording_the_last_four_seconds_count() -> None:
    """A3: the end is what was heard last."""
    long = fingerprint_of(heard_by("room-a-seat-1", 0, ms=6_000))
    assert long.to_bytes() == clip("room-a-seat-1", 2_000).to_bytes()


def test_a_recording_under_a_second_or_without_its_key_is_refused() -> None:
    """A5: no key, no fingerprint; too little sound, no fingerprint."""
    with pytest.raises(Invalid, match="shorter"):
        fingerprint_of(noise(1, RATE - 1))
    with pytest.raises(Invalid, match="keys"):
        compute(noise(1), RATE, AT_MS, keys_between(SECRET, AT_MS - 120_000, AT_MS - 60_000))


def patched(at: int, value: bytes) -> bytes:
    return DATA[:at] + value + DATA[at + len(value) :]


REFUSED = {
    "empty": b"",
    "no magic": patched(0, b"XXX"),
    "another version": patched(3, b"\2"),
    "cut": DATA[:-1],
    "longer": DATA + b"\0",
    "beyond the limit": DATA + bytes(SIZE_MAX),
    "another minute's key": patched(12, b"\0\0\0\0"),
    "no key": patched(16, b"\0"),
    "a key too many": patched(16, b"\2"),
    "unknown processing": patched(17, b"\3"),
    "too short": patched(20, b"\0\1"),
    "too long": patched(20, b"\xff\xff"),
    "something in the spare bytes": patched(31, b"\1"),
    "year 3000": patched(4, b"\xff" * 8),
    "waveform out of range": patched(32, b"\xff"),
    "envelope out of range": patched(2_900, b"\xff"),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_impossible_bytes_are_refused_with_a_reason(data: bytes) -> None:
    """A5: bad version, wrong length, values out of range: 422."""
    with pytest.raises(Invalid) as refused:
        parse(data)
    assert refused.value.detail.endswith(".")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=9))))
def test_any_bytes_give_a_fingerprint_or_a_reason(made: bytes | tuple[int, bytes]) -> None:
    """A5: mutated fingerprints raise Invalid or read back as themselves: one fingerprint has one spelling."""
    data = made if isinstance(made, bytes) else patched(*made)
    try:
        read = parse(data)
    except Invalid:
        return
    assert read.to_bytes() == data
