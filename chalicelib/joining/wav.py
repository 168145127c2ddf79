"""A strict reader of RIFF/WAVE recordings: any bytes give a `Recording` or `Invalid`, nothing else.

Taken: PCM of 16, 24 or 32 bits and 32-bit float, one or two channels, 8 to 96 kHz, 1 to 10 s.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.runtime.errors import Invalid

RATE_MIN, RATE_MAX = 8_000, 96_000
DURATION_MIN_S, DURATION_MAX_S = 1, 10
CHUNKS_MAX = 64  # a recording has two or three; a file made of thousands of empty ones is not a recording
VALUE_MAX = 16.0  # floats may pass full scale a little; 24 dB is no recording
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")  # KSDATAFORMAT_SUBTYPE_…, after the format code


@dataclass(frozen=True, eq=False)
class Recording:
    """samples: mono float32 in about [-1, 1]; sample_rate in Hz."""

    samples: NDArray[np.float32]
    sample_rate: int


@dataclass(frozen=True)
class _Layout:
    code: int
    channels: int
    rate: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def parse_wav(data: bytes) -> Recording:
    """The recording in a WAV file. Raises Invalid, with the reason, for anything it does not take."""
    _require(data[:4] == b"RIFF" and data[8:12] == b"WAVE", "This is not a RIFF/WAVE file.")
    chunks = dict(reversed(list(_chunks(data))))
    _require(b"fmt " in chunks, "The WAV file has no format chunk.")
    _require(b"data" in chunks, "The WAV file has no sound in it.")
    layout = _layout(chunks[b"fmt "])
    body = chunks[b"data"]
    _require(len(body) % layout.frame_bytes == 0, "The WAV file is truncated in the middle of a sample.")
    seconds = len(body) / layout.frame_bytes / layout.rate
    _require(seconds >= DURATION_MIN_S, "The recording is shorter than one second.")
    _require(seconds <= DURATION_MAX_S, "The recording is longer than ten seconds.")
    return Recording(_mono(body, layout), layout.rate)


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise Invalid(reason)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks in order; every declared size must lie inside the file."""
    at, count = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        _require(at + 8 + size <= len(data), "The WAV file is truncated: a chunk is longer than the file.")
        count += 1
        _require(count <= CHUNKS_MAX, "The WAV file has far too many chunks.")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _layout(chunk: bytes) -> _Layout:
    _require(len(chunk) >= 16, "The WAV file's format chunk is too short.")
    code, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", chunk)
    if code == EXTENSIBLE:
        _require(len(chunk) >= 40 and chunk[26:40] == _SUBFORMAT_TAIL, "This WAV sub-format is not supported.")
        code = int.from_bytes(chunk[24:26], "little")
    _require(channels in (1, 2), "The recording must have one or two channels.")
    _require(RATE_MIN <= rate <= RATE_MAX, "The sample rate must be between 8 and 96 kHz.")
    supported = (code == PCM and bits in (16, 24, 32)) or (code == FLOAT and bits == 32)
    _require(supported, "Only PCM of 16, 24 or 32 bits and 32-bit float are supported.")
    _require(align == channels * bits // 8, "The WAV file's block size contradicts its format.")
    return _Layout(code, channels, rate, bits)


def _mono(body: bytes, layout: _Layout) -> NDArray[np.float32]:
    values = _decoded(body, layout)
    _require(bool(np.isfinite(values).all()), "The recording holds values that are not numbers.")
    _require(float(np.abs(values).max()) <= VALUE_MAX, "The recording's values are far beyond full scale.")
    samples: NDArray[np.float32] = values.reshape(-1, layout.channels).mean(axis=1).astype(np.float32)
    _require(bool(samples.any()), "The recording is silent throughout.")
    return samples


def _decoded(body: bytes, layout: _Layout) -> NDArray[np.float64]:
    if layout.code == FLOAT:
        with np.errstate(invalid="ignore"):  # a signalling NaN: refused by the caller
            return np.frombuffer(body, "<f4").astype(np.float64)
    if layout.bits == 24:
        parts = np.frombuffer(body, np.uint8).reshape(-1, 3).astype(np.int32)
        wide = (parts[:, 0] << 8) | (parts[:, 1] << 16) | (parts[:, 2] << 24)
        return wide / 2.0**31
    return np.frombuffer(body, f"<i{layout.bits // 8}") / 2.0 ** (layout.bits - 1)
