"""Insights on their way in, and what organisers read of their meetings."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.insights.figures import Measures, Person
from chalicelib.insights.intake import Reason
from chalicelib.insights.trend import Point

ReportStatus = Literal["none", "assembling", "ready", "failed"]
SHARE_DAYS, SHARE_DAYS_MAX = 7, 30  # far less than an account lives after its last use: no link outlives its report
Instant = Annotated[int, Meta(ge=0, le=2**53)]


class EventIn(msgspec.Struct, forbid_unknown_fields=True):
    """From when to when, by the sender's clock; `kind` is talk, webcam or attention, all others are refused."""

    kind: Annotated[str, Meta(max_length=100)]
    from_ms: Instant
    to_ms: Instant


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a tab measured since its last batch. `sequence` numbers the tab's batches: the same again counts once.

    `sent_at_ms` is now by the sender's clock. That is put right by the least that receipts are later than it, over all
    that the tab sends, where that is over 5 s or under -2 s. From `from_ms` to `to_ms` the sender measured: where it
    says so of no time, what it does not report is missing, not zero. So is the talk of a sender that cannot tell, which
    it says by `heard`: without a microphone, for one, but not where it is off in the call.
    """

    sequence: Annotated[int, Meta(ge=0, lt=2**31)]
    events: list[EventIn]
    sent_at_ms: Instant | None = None
    from_ms: Instant | None = None
    to_ms: Instant | None = None
    heard: bool = True


class RefusedEvent(msgspec.Struct):
    """The event at that place of the batch, counted from 0, and why it was not taken."""

    at: int
    reason: Reason


class Taken(msgspec.Struct):
    """How many events were taken. `duplicate`: a batch of that tab and number is stored already, and stays as it is."""

    accepted: int
    rejected: list[RefusedEvent]
    duplicate: bool


class MineView(msgspec.Struct):
    """`captured`: does the organiser capture insights? `agreed`: do I? Only where both hold is anything measured.

    `figures` are mine alone: during the meeting of what came so far, afterwards those of the report, whose status
    `report` is then. Each step of their timeline is `step_ms` long: a minute, or in a meeting of over a day several.
    """

    captured: bool
    agreed: bool
    report: ReportStatus | None
    step_ms: int
    figures: Person | None


class MeetingView(msgspec.Struct):
    """A meeting that I ran. `status` is its report's: none where insights were not captured."""

    meeting_id: str
    title: str
    opened_at_ms: int
    ended_at_ms: int
    planned_start_ms: int | None
    status: ReportStatus


class MeetingList(msgspec.Struct):
    """Mine, the latest first. `next` is the `after` of the next page, null on the last."""

    meetings: list[MeetingView]
    next: str | None


class Stay(msgspec.Struct):
    """From an arrival to the departure."""

    from_ms: int
    to_ms: int


class AttendeeView(msgspec.Struct):
    """A participant as they named themselves; null once that is no longer kept. Stays never overlap.

    In a meeting of over 12 000 stays short absences are left out of them; `presence_ms` is exact all the same.
    """

    participant_id: str
    name: str | None
    email: str | None
    stays: list[Stay]
    presence_ms: int


class AttendanceView(msgspec.Struct):
    """A meeting that I ran, and who was there, in pages where they are very many.

    `next` is the `after` of the page that follows, null on the last.
    """

    meeting: MeetingView
    participants: list[AttendeeView]
    next: str | None = None


class TipView(msgspec.Struct):
    """`metric` was `value`; the tip begins at `threshold`."""

    rule: str
    metric: str
    value: float
    threshold: float


class PersonView(msgspec.Struct):
    """One participant's figures, by name as long as that is kept. Lengths are ms, shares between 0 and 1."""

    name: str | None
    figures: Person


class ReportView(msgspec.Struct):
    """Part of a report: the first page has `summary` and `tips`, every page some of the people."""

    summary: Measures | None
    tips: list[TipView]
    people: list[PersonView]


class ReportPage(msgspec.Struct):
    """`report` once it is ready; `next` is the `after` of the page that follows, null on the last."""

    status: ReportStatus
    report: ReportView | None = None
    next: str | None = None


class ShareIn(msgspec.Struct, forbid_unknown_fields=True):
    """How many days the link lives, and whether whoever has it reads the participants' names."""

    days: Annotated[int, Meta(ge=1, le=SHARE_DAYS_MAX)] = SHARE_DAYS
    names: bool = False


class ShareView(msgspec.Struct):
    """A link that a report is shared by. The link itself is not kept."""

    share_id: str
    made_at_ms: int
    expires_at_ms: int
    names: bool


class NewShare(ShareView):
    """With the link, which nobody can be told again."""

    link: str


class ShareList(msgspec.Struct):
    """Those that are living, the latest first."""

    shares: list[ShareView]


class SharedReport(msgspec.Struct):
    """A report as whoever has a link to it reads it, in pages. Participants are named anew for each link."""

    title: str
    opened_at_ms: int
    ended_at_ms: int
    expires_at_ms: int
    report: ReportView
    next: str | None


class Trend(msgspec.Struct):
    """This meeting and those of the same title before it, the oldest first; no points where they are too few.

    `meetings`: how many of them have a report; from `least` on they are a trend.
    """

    meetings: int
    least: int
    points: list[Point]
