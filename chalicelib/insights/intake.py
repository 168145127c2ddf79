"""What of a batch is believed: its kinds, its times on the server's clock, and why the rest is refused (D2, D3).

The server's clock decides. A batch says when it was sent by the sender's clock; what that differs from its receipt is
added to all its times, and kept with them: the way of its request, which is in it, is taken off when all that its tab
sent is known (clocks.py). Browsers put their times right by themselves: they look at the server's clock
(static/js/measuring/skew.js).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.insights.clocks import EARLY_MS, REQUEST_MS
from chalicelib.insights.intervals import Span
from chalicelib.insights.recording import KINDS, Recording, recorded
from chalicelib.lifetimes import DAY

EVENTS_MAX = 2_000  # of a batch: a minute of speech has some 30

REACH_MS = 7 * DAY  # nothing older is believed: a fold, of batches 30 days old at most, spans less than PACKED_MAX_MS

Reason = Literal[
    "unknown-kind",
    "from-not-before-to",
    "longer-than-the-meeting",
    "in-the-future",
    "before-the-meeting",
    "after-the-meeting",
    "before-the-consent",
    "while-capture-was-off",
    "too-long-ago",
]


class Event(NamedTuple):
    """A closed interval of one behaviour, by the sender's clock."""

    kind: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Refused:
    """The event at that place of the batch, counted from 0."""

    at: int
    reason: Reason


@dataclass(frozen=True)
class Batch:
    """As it was sent. `covers`: from when to when the sender measured, by its clock; `heard`: with a microphone."""

    events: Sequence[Event]
    sent_at_ms: int | None = None
    covers: Span | None = None
    heard: bool = True


@dataclass(frozen=True)
class Taken:
    """What is believed, `behind_ms` later than the sender said; None: they did not say when they sent it."""

    recording: Recording
    behind_ms: int | None
    refused: list[Refused]  # in order
    accepted: int  # of the events


@dataclass(frozen=True)
class Bounds:
    """The meeting so far, and since when the sender agrees to be measured, and whoever runs it wants them to be."""

    meeting: Span
    agreed_ms: int = 0
    captured_ms: int = 0


def take_in(batch: Batch, bounds: Bounds, *, now: int) -> Taken:
    """What is believed: nothing before the meeting, the consent or the switch, nothing that has not been yet."""
    behind_ms = None if batch.sent_at_ms is None else now - batch.sent_at_ms
    late, kept = behind_ms or 0, dict[str, list[Span]]()
    refused, missing = list[Refused](), list[Span]()
    for at, event in enumerate(batch.events):
        moved = Event(event.kind, event.from_ms + late, event.to_ms + late)
        if (reason := _against(moved, bounds, now)) is not None:
            refused.append(Refused(at, reason))
            missing += [(moved.from_ms, moved.to_ms)] if moved.kind in KINDS else []
        else:
            kept.setdefault(moved.kind, []).append((moved.from_ms, moved.to_ms))
    covered = None if batch.covers is None else (batch.covers[0] + late, batch.covers[1] + late)
    found = recorded(kept, covered, missing, heard=batch.heard).within(_believable(bounds, now))
    return Taken(found, behind_ms, refused, len(batch.events) - len(refused))


def _believable(bounds: Bounds, now: int) -> tuple[Span, ...]:
    """Beyond the end by what may come off again; nothing counts that is after it then."""
    from_ms = max(bounds.meeting[0], bounds.agreed_ms, bounds.captured_ms, now - REACH_MS)
    to_ms = min(now, bounds.meeting[1] + REQUEST_MS)
    return ((from_ms, to_ms),) if from_ms < to_ms else ()


def _against(event: Event, bounds: Bounds, now: int) -> Reason | None:
    return _impossible(event, bounds.meeting, now) or _elsewhen(event, bounds, now)


def _impossible(event: Event, meeting: Span, now: int) -> Reason | None:
    if event.kind not in KINDS:
        return "unknown-kind"
    if event.from_ms >= event.to_ms:
        return "from-not-before-to"
    if event.to_ms - event.from_ms > meeting[1] - meeting[0] + EARLY_MS:
        return "longer-than-the-meeting"
    return "in-the-future" if event.to_ms > now + EARLY_MS else None


def _elsewhen(event: Event, bounds: Bounds, now: int) -> Reason | None:
    """None of it can count, whatever its clock turns out to be worth."""
    if event.to_ms <= bounds.meeting[0]:
        return "before-the-meeting"
    if event.from_ms >= bounds.meeting[1] + REQUEST_MS:
        return "after-the-meeting"
    if event.to_ms <= bounds.agreed_ms:
        return "before-the-consent"
    if event.to_ms <= bounds.captured_ms:
        return "while-capture-was-off"
    return "too-long-ago" if event.to_ms <= now - REACH_MS else None
