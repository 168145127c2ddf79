"""When a clip exists, and what can be told of it; no I/O."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.lifetimes import SECOND, SOUND_CLIP
from chalicelib.runtime.errors import FieldError, Invalid

Status = Literal["listening", "joined", "inconclusive", "expired"]
Processing = Literal["off", "on", "unknown"]

OVERLAP_MIN_MS = 2 * SECOND  # two clips that share less say too little about each other
FUTURE_MAX_MS = 2 * SECOND  # how far a device's idea of the server's clock may be ahead
CLIP_MAX_MS = 10 * SECOND


@dataclass(frozen=True)
class Span:
    """From the first to the last sample of a clip, in epoch ms of the server's clock."""

    start_ms: int
    end_ms: int

    def overlap_ms(self, other: "Span") -> int:
        return min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms)

    def comparable(self, other: "Span") -> bool:
        return self.overlap_ms(other) >= OVERLAP_MIN_MS

    def deadline(self, received_at_ms: int) -> int:
        """When the clip is gone: 10 s after its end, or after its receipt if that came first."""
        return SOUND_CLIP.deadline(min(self.end_ms, received_at_ms))


def check_recorded_at(span: Span, now: int) -> None:
    """Raises Invalid for a clip that claims to have ended in the future."""
    if span.end_ms > now + FUTURE_MAX_MS:
        reason = "the recording would end in the future; synchronise with GET /v1/time"
        raise Invalid("Earshot-Recorded-At does not fit.", errors=[FieldError("Earshot-Recorded-At", reason)])
