"""What a device keeps of a few seconds of sound: enough to tell whether another device heard the same room.

Three views of the same clip, each coarse: the waveform (views.py), the envelope (views.py) and the signature
(signature.py). As bytes, format 1, all numbers little-endian:

    offset  size
     0      4     magic "ESF" and the version, 1
     4      8     first sample on the server's clock, epoch microseconds
    12      4     id of the first all-pass key: minutes since the epoch
    16      1     how many keys, 1 or 2 (the second is the next minute's)
    17      1     sound processing: 0 off, 1 on, 2 unknown
    18      2     claimed bound of the clock error, ms
    20      2     waveform samples
    22      5     quality: level, clipped, tonal, movement, gaps
    27      5     zero
    32            waveform, three 5-level values in 7 bits; envelope, three 6-level values in 8;
                 signature, 32 bits a slot: the lengths follow from the header
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.joining import quality, signature, spectrum, views
from chalicelib.joining.keys import PERIOD_MS, Key
from chalicelib.joining.packing import packed, packed_size, unpacked
from chalicelib.joining.quality import Quality
from chalicelib.joining.repetition import Repetition, repetition
from chalicelib.joining.signature import Signature, Words
from chalicelib.joining.spectrum import Complexes, Floats
from chalicelib.joining.views import Codes, Part
from chalicelib.runtime.errors import Invalid

SIZE_MAX = 4_096  # bytes, A5
DURATION_MIN_S, DURATION_MAX_S = 1, 4
MAGIC = b"ESF\x01"
LEVELS = 2 * views.WAVE_MAX + 1, views.ENVELOPE_MAX - views.ENVELOPE_MIN + 1  # of waveform, envelope
HEADER = struct.Struct("<4sQIBBHH5s5s")
_YEAR_3000_US = 32_503_680_000_000_000


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """recorded_at_us: server clock, first sample, epoch microseconds; clock_error_ms: the bound the device claims.

    waveform (n,) in -2…2 at 2 400 Hz; envelope (rows, 24) in -2…3.
    """

    recorded_at_us: int
    clock_error_ms: int
    processing: int
    key_ids: tuple[int, ...]
    quality: Quality
    waveform: Codes
    envelope: Codes
    signature: Signature
    repeats: Repetition | None = None

    @property
    def recorded_at_ms(self) -> float:
        return self.recorded_at_us / 1e3

    @property
    def duration_s(self) -> float:
        return len(self.waveform) / views.WAVE_HZ

    @property
    def ended_at_ms(self) -> float:
        return self.recorded_at_ms + self.duration_s * 1e3

    @property
    def repetition(self) -> Repetition:
        """How much the sound repeats itself; measured here where that was not done when the clip arrived."""
        return self.repeats or repetition(self.waveform, _samples_until(self.key_ids[-1], self.recorded_at_us))

    def to_bytes(self) -> bytes:
        """As it travels: at most SIZE_MAX bytes."""
        header = HEADER.pack(
            MAGIC,
            self.recorded_at_us,
            self.key_ids[0],
            len(self.key_ids),
            self.processing,
            self.clock_error_ms,
            len(self.waveform),
            self.quality.to_bytes(),
            bytes(5),
        )
        steps = self.waveform + views.WAVE_MAX, self.envelope - views.ENVELOPE_MIN
        return header + b"".join(map(packed, steps, LEVELS)) + self.signature.words.astype(">u4").tobytes()


def compute(
    samples: NDArray[np.floating],
    sample_rate: int,
    recorded_at_ms: float,
    keys: Sequence[Key],
    *,
    clock_error_ms: int = 0,
    processing: int = quality.UNKNOWN,
) -> Fingerprint:
    """Fingerprint of mono samples in [-1, 1]; recorded_at_ms is the server's clock at the first of them.

    Of a longer recording the last 4 s count. Raises Invalid under 1 s or when a key of its time is missing.
    """
    _require(len(samples) >= DURATION_MIN_S * sample_rate, "The recording is shorter than one second.")
    skip = max(0, len(samples) - DURATION_MAX_S * sample_rate)
    samples, at_us = samples[skip:], round(recorded_at_ms * 1e3 + skip * 1e6 / sample_rate)
    count = len(samples) * views.WAVE_HZ // sample_rate
    parts = _parts(at_us, count, keys)
    lines, seconds = spectrum.clip_spectrum(samples, sample_rate)
    sound = _sound(samples, sample_rate, lines, seconds)[: _sound_samples(count)]
    powers = spectrum.frame_powers(sound, views.FRAME, views.HOP)
    moving = views.moving(powers)
    return Fingerprint(
        at_us,
        clock_error_ms,
        processing,
        tuple(key.id for _, _, key in parts),
        quality.measure(samples, sound, powers, moving),
        views.waveform(lines, seconds, count, parts),
        views.envelope(moving),
        signature.of_powers(powers, at_us, len(sound)),
    )


def parse(data: bytes) -> Fingerprint:
    """The fingerprint in the bytes. Raises Invalid, with the reason, for what `to_bytes` cannot have made."""
    _require(HEADER.size <= len(data) <= SIZE_MAX, "The fingerprint has an impossible length.")
    magic, at_us, first, keys, processing, clock_ms, count, grades, zero = HEADER.unpack_from(data)
    _require(magic[:3] == MAGIC[:3], "This is not a fingerprint.")
    _require(magic == MAGIC, "This version of the fingerprint is not supported.")
    _require(processing <= quality.UNKNOWN and zero == bytes(5), "The fingerprint's header is not valid.")
    _require(at_us < _YEAR_3000_US, "The fingerprint's time is out of range.")
    longest = DURATION_MAX_S * views.WAVE_HZ
    _require(longest // 4 <= count <= longest, "A fingerprint covers between 1 and 4 seconds.")
    key_ids = tuple(range(first, first + keys))
    _require(key_ids == _minutes(at_us, count), "The fingerprint's keys are not those of its time.")
    waveform, envelope, words = _fields(data[HEADER.size :], at_us, count)
    return Fingerprint(
        at_us,
        clock_ms,
        processing,
        key_ids,
        Quality(*grades),
        waveform - views.WAVE_MAX,
        (envelope + views.ENVELOPE_MIN).reshape(-1, views.BANDS),
        Signature(signature.first_slot(at_us), words),
    )


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise Invalid(reason)


def _sound(samples: NDArray[np.floating], sample_rate: int, lines: Complexes, seconds: int) -> Floats:
    """The clip at 16 kHz: as it is when it was recorded so, else resampled."""
    if sample_rate == views.SOUND_HZ:
        return samples.astype(np.float64)
    return spectrum.wave_at(lines, seconds, views.SOUND_HZ)


def _sound_samples(count: int) -> int:
    """Samples at 16 kHz that go with `count` waveform samples."""
    return count * views.SOUND_HZ // views.WAVE_HZ


def _minutes(at_us: int, count: int) -> tuple[int, ...]:
    """Ids of the keys that `count` waveform samples from the instant on need."""
    last_us = at_us + (count - 1) * 1_000_000 // views.WAVE_HZ
    return tuple(range(at_us // (PERIOD_MS * 1_000), last_us // (PERIOD_MS * 1_000) + 1))


def _samples_until(minute: int, at_us: int) -> int:
    """Waveform samples before that minute since the epoch begins; not positive where it has begun."""
    return -(-(minute * PERIOD_MS * 1_000 - at_us) * views.WAVE_HZ // 1_000_000)


def _parts(at_us: int, count: int, keys: Sequence[Key]) -> list[Part]:
    """Each sample goes to the key of its own minute."""
    known = {key.id: key for key in keys}
    parts, start = list[Part](), 0
    for minute in _minutes(at_us, count):
        _require(minute in known, "The recording was made outside the minutes of the known keys.")
        end = min(count, _samples_until(minute + 1, at_us))
        parts.append((start, end, known[minute]))
        start = end
    return parts


def _fields(body: bytes, at_us: int, count: int) -> tuple[Codes, Codes, Words]:
    counts = count, views.envelope_rows(count) * views.BANDS
    wave, rows = map(packed_size, counts, LEVELS)
    slots = signature.slots(at_us, _sound_samples(count))
    _require(len(body) == wave + rows + 4 * slots, "The fingerprint's length contradicts its header.")
    fields = body[:wave], body[wave : wave + rows]
    waveform, envelope = map(unpacked, fields, counts, LEVELS)
    in_range = waveform.max() < LEVELS[0] and envelope.max() < LEVELS[1]
    again = packed(waveform, LEVELS[0]), packed(envelope, LEVELS[1])
    _require(in_range and again == fields, "The fingerprint holds values out of range.")
    return waveform, envelope, np.frombuffer(body[wave + rows :], ">u4").astype(np.uint32)
