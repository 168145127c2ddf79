"""What is known of one participant's behaviour, folded from their batches in any order.

Talk time, webcam use and attention, and `covered`: when their browser measured at all. What is not covered is
missing, not zero. Folding is a union of instants: the same batch twice counts once, any order and any splitting gives
the same, and folds of parts merge into the fold of the whole. So a report can be put together shard by shard.

Packed, a span is 8 bytes: two little-endian numbers of 32 bits, milliseconds after the first instant of its pack.
"""

import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from chalicelib.insights.intervals import Span, Spans, common, union

KINDS = ("talk", "webcam", "attention")  # exactly these are measured (D2)
PACKED_MAX_MS = 2**32  # 49 days: longer than any batch may reach


@dataclass(frozen=True)
class Recording:
    """One participant's behaviour, as sets of instants on the server's clock."""

    talk: Spans = ()
    webcam: Spans = ()
    attention: Spans = ()
    covered: Spans = ()

    def within(self, presence: Spans) -> "Recording":
        """What of it happened while they were there: nothing else is believed."""
        return Recording(*(common(spans, presence) for spans in self.parts))

    @property
    def parts(self) -> tuple[Spans, Spans, Spans, Spans]:
        return self.talk, self.webcam, self.attention, self.covered


def fold(recordings: Iterable[Recording]) -> Recording:
    """One recording of many of the same participant; associative, commutative, idempotent."""
    parts = [one.parts for one in recordings]
    talk, webcam, attention, covered = (union(chain.from_iterable(part[kind] for part in parts)) for kind in range(4))
    return Recording(talk, webcam, attention, covered)


def recorded(events: Mapping[str, Iterable[Span]], covered: Span | None = None) -> Recording:
    """The recording that a batch's events make. What was measured is covered, whatever the batch says of itself."""
    talk, webcam, attention = (union(events.get(kind, ())) for kind in KINDS)
    said = [covered] if covered else []
    return Recording(talk, webcam, attention, union([*talk, *webcam, *attention, *said]))


def pack(recording: Recording) -> tuple[int, list[bytes]]:
    """The first instant, and one pack a part. Raises OverflowError where it reaches over PACKED_MAX_MS."""
    base_ms = min((spans[0][0] for spans in recording.parts if spans), default=0)
    return base_ms, [_packed(spans, base_ms) for spans in recording.parts]


def unpack(base_ms: int, packs: Iterable[bytes]) -> Recording:
    """The recording again."""
    return Recording(*(_unpacked(one, base_ms) for one in packs))


def _packed(spans: Spans, base_ms: int) -> bytes:
    numbers = array("I", (edge - base_ms for span in spans for edge in span))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(packed: bytes, base_ms: int) -> Spans:
    numbers = array("I")
    numbers.frombytes(packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    edges = [base_ms + number for number in numbers]
    return tuple(zip(edges[::2], edges[1::2], strict=True))
