"""What is known of one participant's behaviour, folded from their batches in any order.

Talk time, webcam use and attention, and `covered`: when their browser measured at all; `heard`: when it could tell
whether they talked. What is not covered is missing, not zero, and so is talk where it is not heard. Folding is a union
of instants: the same batch twice counts once, any order and any splitting gives the same, and folds of parts merge into
the fold of the whole. So a report can be put together shard by shard.

Gaps shorter than FINEST_MS are none: browsers tell of no shorter one. Filling them is a closure, so it may be done
to parts and to the whole, in any order. It bounds what one participant's browser, or whatever plays one, can make of a
minute; `bounded` is for what is too much all the same: it grows coarser, of that participant alone, until it fits.

Packed, a span is 8 bytes: two little-endian numbers of 32 bits, milliseconds after the first instant of its pack.
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from chalicelib.insights.intervals import Span, Spans, bridged, common, union, without

KINDS = ("talk", "webcam", "attention")  # exactly these are measured (D2)
PACKED_MAX_MS = 2**32  # 49 days: longer than any fold may reach, see intake.REACH_MS
FINEST_MS = 100  # browsers look ten times a second; no pause of a voice that they tell is shorter
SPANS_MAX = 40_000  # of a recording, 320 000 bytes: an item holds 400 KB; a day of speech and attention has some 30 000
Parts = tuple[Spans, Spans, Spans, Spans, Spans]  # talk, webcam, attention, covered, heard
AT_ONCE = 256  # recordings unpacked at a time: four hours of one tab


@dataclass(frozen=True)
class Recording:
    """One participant's behaviour, as sets of instants on the server's clock."""

    talk: Spans = ()
    webcam: Spans = ()
    attention: Spans = ()
    covered: Spans = ()
    heard: Spans = ()

    def within(self, presence: Spans) -> "Recording":
        """What of it happened while they were there: nothing else is believed."""
        return Recording(*(common(spans, presence) for spans in self.parts))

    @property
    def parts(self) -> Parts:
        return self.talk, self.webcam, self.attention, self.covered, self.heard


def fold(recordings: Iterable[Recording]) -> Recording:
    """One recording of many of the same participant; associative, commutative, idempotent."""
    waiting, whole = iter(recordings), Recording()
    while some := [one.parts for one in islice(waiting, AT_ONCE)]:
        whole = _together([whole.parts, *some])
    return whole


def bounded(recording: Recording) -> Recording:
    """The recording, of at most SPANS_MAX spans: of one that has more, ever longer gaps are filled."""
    gap_ms = FINEST_MS
    while sum(map(len, recording.parts)) > SPANS_MAX:
        gap_ms *= 2  # of all parts alike, so that what was measured is still covered
        recording = Recording(*(bridged(spans, gap_ms) for spans in recording.parts))
    return recording


def recorded(
    events: Mapping[str, Iterable[Span]],
    covered: Span | None = None,
    missing: Iterable[Span] = (),
    *,
    heard: bool = True,
) -> Recording:
    """The recording that a batch's events make. What was measured is covered, whatever the batch says of itself.

    `missing`: something was measured then and not believed. What it was is not known, so it is not covered.
    `heard`: there was a microphone.
    """
    talk, webcam, attention = (_instants(events.get(kind, ())) for kind in KINDS)
    said = without(union([covered]), union(missing)) if covered else ()
    listened = said if heard else ()
    whole = _instants([*talk, *webcam, *attention, *said])
    return Recording(talk, webcam, attention, whole, _instants([*talk, *listened]))


def _together(parts: Sequence[Parts]) -> Recording:
    def all_of(kind: int) -> Spans:
        return _bridged(chain.from_iterable(part[kind] for part in parts))

    talk, webcam, attention, covered = map(all_of, range(4))
    heard = covered if all(part[3] == part[4] for part in parts) else all_of(4)  # mostly there is a microphone
    return Recording(talk, webcam, attention, covered, heard)


def pack(recording: Recording) -> tuple[int, list[bytes]]:
    """The first instant, and one pack a part. Raises OverflowError where it reaches over PACKED_MAX_MS."""
    base_ms = min((spans[0][0] for spans in recording.parts if spans), default=0)
    return base_ms, [_packed(spans, base_ms) for spans in recording.parts]


def unpack(base_ms: int, packs: Iterable[bytes]) -> Recording:
    """The recording again."""
    listed = tuple(packs)
    spans = {one: _unpacked(one, base_ms) for one in set(listed)}
    return Recording(*(spans[one] for one in listed))


def _instants(spans: Iterable[Span]) -> Spans:
    """Those that lie in any of them, or in a gap too short to be one."""
    return _bridged(span for span in spans if span[0] < span[1])


def _bridged(spans: Iterable[Span]) -> Spans:
    return bridged(sorted(spans), FINEST_MS - 1)


def _packed(spans: Spans, base_ms: int) -> bytes:
    numbers = array("I", (edge - base_ms for span in spans for edge in span))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(packed: bytes, base_ms: int) -> Spans:
    if not packed:
        return ()
    numbers = array("I", packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    edges = iter([base_ms + number for number in numbers])
    return tuple(zip(edges, edges, strict=True))
