"""What of a batch is believed: its kinds, its times on the server's clock, and why the rest is refused (D2, D3).

The server's clock decides. A batch says when it was sent by the sender's clock; what that differs from its receipt is
the sender's error, and all its times are put right by as much. What the way may have taken is no error:

received - sent   -LATENCY_MS         0                       REQUEST_MS
taken for         error | rounding    | a slow request        | error

So the same batch is the same whichever attempt at sending it arrives. Browsers put smaller errors right by themselves:
they look at the server's clock (static/js/measuring/skew.js).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.insights.intervals import Span
from chalicelib.insights.recording import KINDS, Recording, recorded

LATENCY_MS = 2_000  # so far two clocks that are right may be apart
REQUEST_MS = 30_000  # a request takes so long at most: API Gateway gives up after 29 s, our browsers after 30
EVENTS_MAX = 2_000  # of a batch: a minute of speech has some 30

Reason = Literal["unknown-kind", "from-not-before-to", "longer-than-the-meeting", "in-the-future"]


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


def skew_ms(sent_at_ms: int | None, now: int) -> int:
    """What must be added to the sender's times."""
    behind = 0 if sent_at_ms is None else now - sent_at_ms
    return 0 if -LATENCY_MS <= behind <= REQUEST_MS else behind


def take_in(batch: Batch, meeting: Span, *, now: int) -> tuple[Recording, list[Refused]]:
    """What is believed, on the server's clock and within the meeting so far; and what is refused, in order."""
    skew, kept = skew_ms(batch.sent_at_ms, now), dict[str, list[Span]]()
    refused, missing = list[Refused](), list[Span]()
    for at, event in enumerate(batch.events):
        moved = Event(event.kind, event.from_ms + skew, event.to_ms + skew)
        if (reason := _against(moved, meeting, now)) is not None:
            refused.append(Refused(at, reason))
            missing += [(moved.from_ms, moved.to_ms)] if moved.kind in KINDS else []
        else:
            kept.setdefault(moved.kind, []).append((moved.from_ms, moved.to_ms))
    covered = None if batch.covers is None else (batch.covers[0] + skew, batch.covers[1] + skew)
    found = recorded(kept, covered, missing, heard=batch.heard)
    return found.within((meeting,) if meeting[0] < meeting[1] else ()), refused


def _against(event: Event, meeting: Span, now: int) -> Reason | None:
    if event.kind not in KINDS:
        return "unknown-kind"
    if event.from_ms >= event.to_ms:
        return "from-not-before-to"
    if event.to_ms - event.from_ms > meeting[1] - meeting[0] + LATENCY_MS:
        return "longer-than-the-meeting"
    return "in-the-future" if event.to_ms > now + LATENCY_MS else None
