"""The sound part of a join, behind bytes: the only door to numpy, imported at a process's first join."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.joining import fingerprint, match, quality
from chalicelib.joining.keys import keys_between
from chalicelib.joining.rules import CLIP_MAX_MS, Processing, Span
from chalicelib.joining.wav import parse_wav
from chalicelib.runtime.errors import FieldError, Invalid

CLOCK_ERROR_MS = 75  # bound assumed for a recording, whose sender does not say how well it knows the time
PROCESSING = {"off": quality.OFF, "on": quality.ON, "unknown": quality.UNKNOWN}


@dataclass(frozen=True)
class Sound:
    """A clip as it is kept: its fingerprint, when it was heard, and what speaks against matching it."""

    fingerprint: bytes
    span: Span
    refusals: tuple[str, ...]
    hints: tuple[str, ...]


def hear_recording(data: bytes, recorded_at_ms: float, processing: Processing, secret: bytes) -> Sound:
    """Fingerprints a WAV in memory; the samples go no further. Raises Invalid with the reason."""
    recording = parse_wav(data)
    keys = keys_between(secret, recorded_at_ms, recorded_at_ms + CLIP_MAX_MS)
    return _sound(
        fingerprint.compute(
            recording.samples,
            recording.sample_rate,
            recorded_at_ms,
            keys,
            clock_error_ms=CLOCK_ERROR_MS,
            processing=PROCESSING[processing],
        )
    )


def hear_fingerprint(data: bytes, recorded_at_ms: float) -> Sound:
    """Takes a fingerprint computed on the device. Raises Invalid where it contradicts itself or the header."""
    heard = fingerprint.parse(data)
    if abs(heard.recorded_at_ms - recorded_at_ms) > 1:
        reason = "differs from the time inside the fingerprint"
        raise Invalid("Earshot-Recorded-At does not fit.", errors=[FieldError("Earshot-Recorded-At", reason)])
    return _sound(heard)


def same_room(mine: Sound, others: Sequence[bytes]) -> list[bool]:
    """For each other fingerprint, whether both devices heard one room at the same time."""
    if not others or mine.refusals:
        return [False] * len(others)
    me = fingerprint.parse(mine.fingerprint)
    them = [fingerprint.parse(other) for other in others]
    offsets = [(other.recorded_at_us - me.recorded_at_us) / 1e6 for other in them]
    tolerance_s = max(match.tolerance_s(me, other) for other in them)
    scores = match.score_many(me, them, offsets, tolerance_s)
    verdicts = (match.verdict(float(score), me, other) for other, score in zip(them, scores, strict=True))
    return [verdict is match.Verdict.JOIN for verdict in verdicts]


def _sound(heard: fingerprint.Fingerprint) -> Sound:
    return Sound(
        heard.to_bytes(),
        Span(int(heard.recorded_at_ms), round(heard.ended_at_ms)),
        quality.refusals(heard.quality),
        quality.hints(heard.quality, heard.processing),
    )
