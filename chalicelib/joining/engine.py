"""The sound part of a join, behind bytes: the only door to numpy, imported at a process's first join."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.joining import fingerprint, match, quality, signature
from chalicelib.joining.fingerprint import Fingerprint
from chalicelib.joining.keys import keys_between
from chalicelib.joining.rules import CLIP_MAX_MS, Processing, Span
from chalicelib.joining.stored import fine_part, from_fine_part
from chalicelib.joining.wav import parse_wav
from chalicelib.runtime.errors import FieldError, Invalid

CLOCK_ERROR_MS = 75  # bound assumed for a recording, whose sender does not say how well it knows the time
PROCESSING = {"off": quality.OFF, "on": quality.ON, "unknown": quality.UNKNOWN}


@dataclass(frozen=True)
class Heard:
    """A clip as it is kept: fine part and signature of its fingerprint, when it was, what speaks against it."""

    fine: bytes
    signature: bytes
    span: Span
    refusals: tuple[str, ...]
    hints: tuple[str, ...]


def hear_recording(data: bytes, recorded_at_ms: float, processing: Processing, secret: bytes) -> Heard:
    """Fingerprints a WAV in memory; the samples go no further. Raises Invalid with the reason."""
    recording = parse_wav(data)
    keys = keys_between(secret, recorded_at_ms, recorded_at_ms + CLIP_MAX_MS)
    return _heard(
        fingerprint.compute(
            recording.samples,
            recording.sample_rate,
            recorded_at_ms,
            keys,
            clock_error_ms=CLOCK_ERROR_MS,
            processing=PROCESSING[processing],
        )
    )


def hear_fingerprint(data: bytes, recorded_at_ms: float, processing: Processing) -> Heard:
    """Takes a fingerprint computed on the device. Raises Invalid where it contradicts itself or a header."""
    heard = fingerprint.parse(data)
    if abs(heard.recorded_at_ms - recorded_at_ms) > 1:
        reason = "differs from the time inside the fingerprint"
        raise Invalid("Earshot-Recorded-At does not fit.", errors=[FieldError("Earshot-Recorded-At", reason)])
    if heard.processing != PROCESSING[processing]:
        reason = "differs from the processing inside the fingerprint"
        raise Invalid("Earshot-Processing does not fit.", errors=[FieldError("Earshot-Processing", reason)])
    return _heard(heard)


def likeliest(queries: Sequence[bytes], among: Sequence[bytes], top: int) -> list[list[int]]:
    """For each signature, the indices of those `among` most like it, the likeliest first."""
    if not queries or not among:
        return [[] for _ in queries]
    everyone = signature.crowd([signature.from_bytes(one) for one in among])
    return [[int(i) for i in signature.rank(signature.from_bytes(one), everyone, top)] for one in queries]


def compare(mine: bytes, others: Sequence[bytes]) -> list[str]:
    """For each other clip's fine part the verdict: `join`, `ask` the people, or `no`.

    Two microphones never give the same codes: whoever sends somebody else's has copied them, which proves nothing.
    """
    if not others:
        return []
    me, them = from_fine_part(mine), [from_fine_part(other) for other in others]
    tolerances_s = [match.tolerance_s(me, other) for other in them]
    scores = match.score_many(me, them, [_offset_s(me, other) for other in them], tolerances_s)
    return [
        match.Verdict.NO.value if _is_copy(me, other) else match.verdict(float(score), me, other).value
        for score, other in zip(scores, them, strict=True)
    ]


def _heard(heard: Fingerprint) -> Heard:
    return Heard(
        fine_part(heard),
        heard.signature.to_bytes(),
        Span(int(heard.recorded_at_ms), round(heard.ended_at_ms)),
        quality.refusals(heard.quality),
        quality.hints(heard.quality, heard.processing, heard.clock_error_ms),
    )


def _is_copy(me: Fingerprint, other: Fingerprint) -> bool:
    return np.array_equal(me.waveform, other.waveform)


def _offset_s(me: Fingerprint, other: Fingerprint) -> float:
    return (other.recorded_at_us - me.recorded_at_us) / 1e6
