"""A fingerprint as it is kept for comparison: without its signature, which is listed elsewhere, and with how much the
sound repeats itself, which every comparison would ask for again.

The bytes are those of format 1 up to the signature; the header's five zero bytes hold the repetition, twice 16 bits.
"""

import struct

import numpy as np

from chalicelib.joining import fingerprint, views
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.packing import packed_size, unpacked
from chalicelib.joining.quality import Quality
from chalicelib.joining.repetition import Repetition
from chalicelib.joining.signature import Signature

_REPEATS = struct.Struct("<HHx")
_REPEATS_AT = fingerprint.HEADER.size - _REPEATS.size
_LEAST, _STEPS, _MOST = -4.0, 8_192, 0xFFFF  # of a Repetition's logarithms; steps a unit: up to 4


def fine_part(heard: Fingerprint) -> bytes:
    """All that a full comparison needs."""
    data = heard.to_bytes()[: -heard.signature.words.nbytes or None]
    logs = heard.repetition.level, heard.repetition.rhythm
    steps = (min(_MOST, max(0, round((value - _LEAST) * _STEPS))) for value in logs)
    return data[:_REPEATS_AT] + _REPEATS.pack(*steps) + data[fingerprint.HEADER.size :]


def from_fine_part(data: bytes) -> Fingerprint:
    """The inverse, for what we stored ourselves; the signature is empty."""
    _, at_us, first, keys, processing, clock_ms, count, grades, repeats = fingerprint.HEADER.unpack_from(data)
    body, rows = data[fingerprint.HEADER.size :], views.envelope_rows(count) * views.BANDS
    wave = packed_size(count, fingerprint.LEVELS[0])
    return Fingerprint(
        at_us,
        clock_ms,
        processing,
        tuple(range(first, first + keys)),
        Quality(*grades),
        unpacked(body[:wave], count, fingerprint.LEVELS[0]) - views.WAVE_MAX,
        (unpacked(body[wave:], rows, fingerprint.LEVELS[1]) + views.ENVELOPE_MIN).reshape(-1, views.BANDS),
        Signature(0, np.zeros(0, np.uint32)),
        Repetition(*(step / _STEPS + _LEAST for step in _REPEATS.unpack(repeats))),
    )
