"""The WAV reader takes what it says and answers everything else with a reason (A5)."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.joining.wav import DURATION_MAX_S, parse_wav
from chalicelib.runtime.errors import Invalid

RATE = 8_000
TONE = np.sin(np.arange(RATE) / 5)


def riff(body: bytes, code: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16, extra: bytes = b"") -> bytes:
    align = channels * bits // 8
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * align, align, bits) + extra
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pcm(bits: int, channels: int = 1) -> bytes:
    steps = np.repeat(np.round(TONE * (2 ** (bits - 1) - 1)).astype("<i4"), channels)
    return steps.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()


@pytest.mark.parametrize("bits", [16, 24, 32])
@pytest.mark.parametrize("channels", [1, 2])
def test_whole_numbers_of_every_width_are_read(bits: int, channels: int) -> None:
    """A5: an API client may post a recording."""
    recording = parse_wav(riff(pcm(bits, channels), channels=channels, bits=bits))
    assert recording.sample_rate == RATE
    assert np.allclose(recording.samples, TONE, atol=1e-4)


def test_floats_are_read_plain_and_as_extensible() -> None:
    """A5: the two ways in which programs write 32-bit floats."""
    body = TONE.astype("<f4").tobytes()
    guid = struct.pack("<HHIH", 22, 32, 4, 3) + bytes.fromhex("000000001000800000aa00389b71")
    assert np.allclose(parse_wav(riff(body, code=3, bits=32)).samples, TONE)
    assert np.allclose(parse_wav(riff(body, code=0xFFFE, bits=32, extra=guid)).samples, TONE)


NAN = TONE.astype("<f4")
NAN[5] = np.nan
GOOD = riff(pcm(16))
REFUSED = {
    "not a file": b"",
    "another format": b"OggS" + GOOD[4:],
    "truncated": GOOD[:-2],
    "half a sample": riff(pcm(16) + b"\0"),
    "no sound": GOOD[:36],
    "no format": b"RIFF\0\0\0\0WAVEdata\2\0\0\0\1\1",
    "absurd size": GOOD[:16] + b"\xff\xff\xff\xff" + GOOD[20:],
    "mu-law": riff(pcm(16), code=7),
    "8 bits": riff(pcm(16), bits=8),
    "three channels": riff(pcm(16, 3), channels=3),
    "too slow": riff(pcm(16), rate=4_000),
    "too fast": riff(pcm(16), rate=192_000),
    "short": riff(pcm(16)[:-2]),
    "long": riff(pcm(16) * DURATION_MAX_S + b"\0\0"),
    "silent": riff(bytes(2 * RATE)),
    "not a number": riff(NAN.tobytes(), code=3, bits=32),
    "infinite": riff(np.full(RATE, np.inf, "<f4").tobytes(), code=3, bits=32),
    "far too loud": riff((TONE * 1e6).astype("<f4").tobytes(), code=3, bits=32),
    "many chunks": GOOD[:12] + b"LIST\0\0\0\0" * 100 + GOOD[12:],
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_it_does_not_take_is_refused_with_a_reason(data: bytes) -> None:
    """A7: truncated, silent, too short or long, or in another format: 422 with its reason."""
    with pytest.raises(Invalid) as refused:
        parse_wav(data)
    assert refused.value.detail.endswith(".")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.integers(0, len(GOOD)))
def test_any_bytes_give_a_recording_or_a_reason(at: int, patch: bytes, length: int) -> None:
    """A5: a mutated or cut file never raises anything but Invalid."""
    data = (GOOD[:at] + patch + GOOD[at + len(patch) :])[:length]
    try:
        recording = parse_wav(data)
    except Invalid:
        return
    assert np.isfinite(recording.samples).all()
