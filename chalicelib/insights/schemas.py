"""Insights on their way in."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.insights.intake import Reason

Instant = Annotated[int, Meta(ge=0, le=2**53)]


class EventIn(msgspec.Struct, forbid_unknown_fields=True):
    """From when to when, by the sender's clock; `kind` is talk, webcam or attention, all others are refused."""

    kind: Annotated[str, Meta(max_length=100)]
    from_ms: Instant
    to_ms: Instant


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a tab measured since its last batch. `sequence` numbers the tab's batches: the same again counts once.

    `sent_at_ms` is now by the sender's clock, which corrects it. From `from_ms` to `to_ms` the sender measured: where
    it says so of no time, what it does not report is missing, not zero.
    """

    sequence: Annotated[int, Meta(ge=0, lt=2**31)]
    events: list[EventIn]
    sent_at_ms: Instant | None = None
    from_ms: Instant | None = None
    to_ms: Instant | None = None


class RefusedEvent(msgspec.Struct):
    """The event at that place of the batch, counted from 0, and why it was not taken."""

    at: int
    reason: Reason


class Taken(msgspec.Struct):
    """How many events were taken. `duplicate`: a batch of that tab and number is stored already, and stays as it is."""

    accepted: int
    rejected: list[RefusedEvent]
    duplicate: bool
