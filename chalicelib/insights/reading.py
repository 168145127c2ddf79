"""What organisers read of their meetings: the list, who attended, the report. Others find nothing there (D7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.accounts.signed import find_signed
from chalicelib.insights import history
from chalicelib.insights.intervals import Spans
from chalicelib.insights.meeting_models import (
    Attendee,
    Meeting,
    change,
    find_meeting,
    list_meetings,
    names_of,
    presence_of,
)
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.runtime.errors import Conflict, Gone, Invalid, NotFound
from chalicelib.sessions.models import Session


@dataclass(frozen=True)
class Attendance:
    """One participant of a meeting: who they are, as far as that is still known, and when they were there."""

    participant_id: str
    who: Attendee | None
    stays: Spans


@dataclass(frozen=True)
class ReportPage:
    """Some of a report; `part` is None until it is ready. `next` is the number of the next part."""

    meeting: Meeting
    part: Part | None = None
    names: Sequence[Attendee] = ()
    next: int | None = None


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


def attendance(meeting: Meeting, *, now: int) -> list[Attendance]:
    """Everybody who was there, in the order of their coming."""
    presence = presence_of(meeting.meeting_id, now=now)
    names = names_of(meeting.meeting_id, presence, now=now)
    found = [Attendance(one, names.get(one), stays) for one, stays in presence.items()]
    return sorted(found, key=lambda one: (one.stays, one.participant_id))


def read_report(meeting: Meeting, number: int, *, now: int) -> ReportPage:
    """A part of the report, with the names of those in it. Raises Invalid where it has no such part."""
    if meeting.status != "ready":
        return ReportPage(meeting)
    if not 0 <= number < meeting.parts:
        raise Invalid("The report has no such part.")
    key = key_of(meeting.account_id, now=now)
    content = None if key is None else stored_part(meeting, key, number, now=now)
    if content is None:
        raise NotFound("There is no such report.")
    part = read_part(content)
    names = names_of(meeting.meeting_id, [one.participant_id for one in part.people], now=now)
    return ReportPage(meeting, part, list(names.values()), number + 1 if number + 1 < meeting.parts else None)


def assemble_again(meeting: Meeting, *, now: int) -> Meeting:
    """After a failure, while what was measured is there. Raises Gone afterwards, Conflict while it is under way."""
    if meeting.status == "assembling":
        raise Conflict("The report is being put together already.")
    if meeting.status != "failed" or now >= meeting.raw_until_ms:
        raise Gone("What was measured has been deleted: it is kept until the report is ready, and a day at most.")
    actions = [Meeting.status.set("assembling"), Meeting.revision.set(int(meeting.revision) + 1)]
    again = change(meeting, *actions, was="failed", now=now)
    if again is None:
        raise Conflict("The report is being put together already.")
    history.start_report(again, now=now)
    return again
