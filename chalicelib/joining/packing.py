"""The bytes of a fingerprint: a 32-byte header and three packed arrays whose lengths follow from it.

    offset  size
     0      4     magic "ESF" and the version, 1
     4      8     first sample, server clock, epoch microseconds (all numbers little-endian)
    12      4     id of the first all-pass key: minutes since the epoch
    16      1     how many keys, 1 or 2 (the second is the next minute's)
    17      1     sound processing: 0 off, 1 on, 2 unknown
    18      2     claimed bound of the clock error, ms
    20      2     waveform samples
    22      5     quality: level, clipped, tonal, swing, gaps
    27      5     zero
    32            waveform, 2 bits a sample; envelope, 3 bits a value; signature, 1 bit a value

Each array is packed most significant bit first, row by row, and filled up with zero bits to a whole byte.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import fingerprint as fp
from chalicelib.joining import signature
from chalicelib.joining.keys import PERIOD_MS
from chalicelib.joining.quality import UNKNOWN, Quality
from chalicelib.runtime.errors import Invalid

MAGIC = b"ESF\x01"
HEADER = struct.Struct("<4sQIBBHH5s5s")
SIZE_MAX = 4_096
_YEAR_3000_US = 32_503_680_000_000_000

Codes = NDArray[np.int8]


def to_bytes(print_: fp.Fingerprint) -> bytes:
    """The fingerprint as it travels: at most SIZE_MAX bytes."""
    header = HEADER.pack(
        MAGIC,
        print_.recorded_at_us,
        print_.key_ids[0],
        len(print_.key_ids),
        print_.processing,
        print_.clock_error_ms,
        len(print_.waveform),
        print_.quality.to_bytes(),
        bytes(5),
    )
    waveform = _packed((print_.waveform + 3) // 2, 2)
    envelope = _packed(print_.envelope + fp.ENVELOPE_MAX, 3)
    return header + waveform + envelope + _packed((print_.signature + 1) // 2, 1)


def parse(data: bytes) -> fp.Fingerprint:
    """The fingerprint in the bytes. Raises Invalid, with the reason, for anything that `to_bytes` cannot have made."""
    _require(HEADER.size <= len(data) <= SIZE_MAX, "The fingerprint has an impossible length.")
    magic, at_us, key, keys, processing, clock_ms, count, quality, zero = HEADER.unpack_from(data)
    _require(magic[:3] == MAGIC[:3], "This is not a fingerprint.")
    _require(magic == MAGIC, "This version of the fingerprint is not supported.")
    _require(zero == bytes(5) and processing <= UNKNOWN, "The fingerprint's header is not valid.")
    _require(at_us < _YEAR_3000_US, "The fingerprint's time is out of range.")
    shortest, longest = int(fp.DURATION_MIN_S * fp.WAVE_HZ), int(fp.DURATION_MAX_S * fp.WAVE_HZ)
    _require(shortest <= count <= longest, "The fingerprint must cover between 1 and 4 seconds.")
    _require((key, keys) == _keys_of(at_us, count), "The fingerprint's keys are not those of its time.")
    bits = _bits_of(at_us, count)
    _require(len(data) == HEADER.size + sum(-(-b // 8) for b in bits), "The fingerprint's length contradicts its header.")
    waveform, envelope, signs = _arrays(data[HEADER.size :], bits)
    _require(int(envelope.max()) <= 2 * fp.ENVELOPE_MAX, "The fingerprint holds values out of range.")
    return fp.Fingerprint(
        at_us,
        clock_ms,
        processing,
        tuple(range(key, key + keys)),
        Quality(*quality),
        2 * waveform - 3,
        (envelope - fp.ENVELOPE_MAX).reshape(-1, fp.BANDS),
        (2 * signs - 1).reshape(-1, signature.BANDS),
    )


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise Invalid(reason)


def _keys_of(at_us: int, count: int) -> tuple[int, int]:
    """Id of the first key, and how many keys, of `count` waveform samples from the instant on."""
    period_us = PERIOD_MS * 1_000
    last_us = at_us + (count - 1) * 1_000_000 // fp.WAVE_HZ
    return at_us // period_us, last_us // period_us - at_us // period_us + 1


def _bits_of(at_us: int, count: int) -> tuple[int, int, int]:
    sound = count * fp.SOUND_HZ // fp.WAVE_HZ
    signs = signature.slots(at_us, sound) * signature.BANDS
    return 2 * count, 3 * fp.envelope_rows(count) * fp.BANDS, signs


def _packed(values: Codes, width: int) -> bytes:
    """Unsigned values of `width` bits each, most significant bit first."""
    bits = np.unpackbits(values.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - width :]
    return np.packbits(bits.reshape(-1)).tobytes()


def _arrays(body: bytes, bits: tuple[int, int, int]) -> list[Codes]:
    arrays, at = list[Codes](), 0
    for count, width in zip(bits, (2, 3, 1), strict=True):
        size = -(-count // 8)
        arrays.append(_unpacked(body[at : at + size], count, width))
        at += size
    return arrays


def _unpacked(data: bytes, count: int, width: int) -> Codes:
    flat = np.unpackbits(np.frombuffer(data, np.uint8))
    _require(not flat[count:].any(), "The fingerprint's padding is not empty.")
    weights = (1 << np.arange(width - 1, -1, -1)).astype(np.int8)
    return flat[:count].reshape(-1, width).view(np.int8) @ weights
