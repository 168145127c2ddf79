"""What organisers read of their meetings: the list, who attended, the report. Others find nothing there (D7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.accounts.signed import find_signed
from chalicelib.insights import starting
from chalicelib.insights.intervals import Spans, bridged, common, length
from chalicelib.insights.meeting_models import (
    Attendee,
    Meeting,
    change,
    find_meeting,
    gone_from,
    list_meetings,
    presence_of,
)
from chalicelib.insights.name_models import names_of
from chalicelib.insights.naming import tell_figures, tell_organiser
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.lifetimes import MINUTE
from chalicelib.privacy import improvement, service as privacy
from chalicelib.runtime.errors import Conflict, Gone, Invalid, NotFound
from chalicelib.sessions.models import Session

STAYS_MAX = 12_000  # of a meeting: some 700 KB of an answer


@dataclass(frozen=True)
class Attendance:
    """One participant of a meeting: who they are, as far as that is still known, and when they were there.

    `presence_ms` is how long; in a large meeting `stays` may leave out short absences.
    """

    participant_id: str
    who: Attendee | None
    stays: Spans
    presence_ms: int

    @property
    def place(self) -> str:
        """Where they stand in the list, whoever of it is erased meanwhile."""
        return f"{self.stays[0][0] if self.stays else 0:015}.{self.participant_id}"


@dataclass(frozen=True)
class ReportPage:
    """Some of a report; `part` is None until it is ready. `next` is the number of the next part."""

    meeting: Meeting
    part: Part | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # of participants, as far as they are still known
    next: int | None = None
    being_told_anew: bool = False  # without somebody who was erased

    @property
    def status(self) -> str:
        return "assembling" if self.being_told_anew else str(self.meeting.status)


def my_meetings(session: Session, after: str | None, *, now: int) -> tuple[list[Meeting], str | None]:
    """The latest first, and where the next page begins. Raises Unauthenticated for guests."""
    return list_meetings(find_signed(session, now=now).account.account_id, after, now=now)


def my_meeting(meeting_id: str, session: Session, *, now: int) -> Meeting:
    """Raises Unauthenticated for guests, NotFound for everybody but its organiser."""
    account_id = find_signed(session, now=now).account.account_id
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or meeting.account_id != account_id:
        raise NotFound("There is no such meeting, or it was not yours.")
    return meeting


def attendance(meeting: Meeting, after: str | None = None, *, now: int) -> list[Attendance]:
    """Everybody who was there, in the order of their coming; those whose place is `after` that one."""
    tell_organiser(meeting, now=now)
    held = ((int(meeting.opened_at_ms), int(meeting.ended_at_ms)),)
    presence = {one: common(stays, held) for one, stays in presence_of(meeting.meeting_id, now=now).items()}
    names = names_of(meeting.meeting_id, presence, now=now)
    shown = few_enough(presence)
    found = [Attendance(one, names.get(one), shown[one], length(stays)) for one, stays in presence.items()]
    return sorted((one for one in found if one.place > (after or "")), key=lambda one: one.place)


def few_enough(presence: Mapping[str, Spans]) -> Mapping[str, Spans]:
    """As many stays as a history tells: where there are more, ever longer absences are left out, of all alike."""
    absence_ms = MINUTE
    while sum(map(len, presence.values())) > STAYS_MAX:
        presence = {one: bridged(spans, absence_ms) for one, spans in presence.items()}
        absence_ms *= 2
    return presence


def read_mine(meeting: Meeting, number: int, *, now: int) -> ReportPage:
    """As `read_report`, for its organiser."""
    tell_organiser(meeting, now=now)
    page = read_report(meeting, number, now=now)
    if page.part is not None:
        tell_figures(meeting, now=now)
    if page.part is not None and number == 0:
        improvement.contribute("report-read", privacy.account(meeting.account_id), now=now)
    return page


def read_report(meeting: Meeting, number: int, *, now: int) -> ReportPage:
    """A part of the report, with the names of those in it. Raises Invalid where it has no such part."""
    if meeting.status != "ready":
        return ReportPage(meeting)
    key = key_of(meeting.account_id, now=now)
    if key is None:
        raise NotFound("There is no such report.")
    if gone_from(meeting.meeting_id, now=now):
        return ReportPage(meeting, being_told_anew=True)
    if not 0 <= number < meeting.parts:
        raise Invalid("The report has no such part.")
    content = stored_part(meeting, key, number, now=now)
    if content is None:
        raise NotFound("There is no such report.")
    part = read_part(content)
    known = names_of(meeting.meeting_id, [one.participant_id for one in part.people], now=now)
    names = {participant_id: str(one.name) for participant_id, one in known.items()}
    return ReportPage(meeting, part, names, number + 1 if number + 1 < meeting.parts else None)


def assemble_again(meeting: Meeting, *, now: int) -> Meeting:
    """After a failure, while what was measured is there. Raises Gone afterwards, Conflict while it is under way."""
    if meeting.status == "assembling":
        raise Conflict("The report is being put together already.")
    if meeting.status != "failed" or now >= meeting.raw_until_ms:
        raise Gone("What was measured has been deleted: it is kept until the report is ready, and a day at most.")
    starting.look_later(meeting.meeting_id, now=now)
    actions = [Meeting.status.set("assembling"), Meeting.revision.set(int(meeting.revision) + 1)]
    again = change(meeting, *actions, was="failed", now=now)
    if again is None:
        raise Conflict("The report is being put together already.")
    starting.start_report(again, now=now)
    return again
