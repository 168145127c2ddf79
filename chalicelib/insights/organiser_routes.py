"""An organiser's meetings, who attended them, and their reports."""

import re
from typing import Annotated, Any

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.insights import reading
from chalicelib.insights.meeting_models import Attendee, Meeting
from chalicelib.insights.schemas import (
    AttendanceView,
    AttendeeView,
    MeetingList,
    MeetingView,
    ReportPage,
    Stay,
    Trend,
)
from chalicelib.insights.series import read_series
from chalicelib.insights.trend import LEAST, is_trend
from chalicelib.insights.views import report_view
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Gone, Invalid, NotFound, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.paging import filled, next_of, part_number
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)
POSITION = re.compile(r"[0-9]{15}\.[A-Za-z0-9_-]{22}")
PEOPLE_MAX = 4_500_000  # bytes of a page: with the meeting under 5 MB; AWS gives 6 MB
AFTER = Annotated[str | None, Meta(description="The `next` of the page before.")]


@operation(routes, "GET", "/v1/meetings", summary="The meetings that I ran", answers=MeetingList,
           query={"after": AFTER}, errors=(Unauthenticated, Invalid))  # fmt: skip
def list_meetings(call: Call[None]) -> Reply:
    now = clock.now()
    found, following = reading.my_meetings(require_session(call, now=now), _position(call.query.get("after")), now=now)
    return Reply(MeetingList([_view(one) for one in found], following))


@operation(routes, "GET", "/v1/meetings/{meeting_id}", summary="Who was in a meeting that I ran",
           answers=AttendanceView, query={"after": AFTER}, errors=(Unauthenticated, NotFound, Invalid))  # fmt: skip
def read_meeting(call: Call[None]) -> Reply:
    now = clock.now()
    meeting, after = _mine(call, now), _position(call.query.get("after"))
    there = reading.attendance(meeting, after, now=now)
    people = filled(map(_attendee, there), PEOPLE_MAX)
    following = there[len(people) - 1].place if len(people) < len(there) else None
    return Reply(AttendanceView(_view(meeting), people, following))


@operation(routes, "GET", "/v1/meetings/{meeting_id}/report", summary="The report of a meeting that I ran",
           answers=ReportPage, query={"after": AFTER},
           errors=(Unauthenticated, NotFound, Invalid, Unavailable))  # fmt: skip
def read_report(call: Call[None]) -> Reply:
    now = clock.now()
    found = reading.read_mine(_mine(call, now), part_number(call.query.get("after")), now=now)
    return Reply(_report(found))


@operation(routes, "GET", "/v1/meetings/{meeting_id}/trend", summary="How meetings of this title went",
           answers=Trend, errors=(Unauthenticated, NotFound, Unavailable))  # fmt: skip
def read_trend(call: Call[None]) -> Reply:
    now = clock.now()
    points = read_series(_mine(call, now), now=now)
    return Reply(Trend(len(points), LEAST, points if is_trend(points) else []))


@operation(routes, "POST", "/v1/meetings/{meeting_id}/report", summary="Try once more to put the report together",
           body=EmptyBody, answers=ReportPage, status=202,
           errors=(Unauthenticated, NotFound, Conflict, Gone))  # fmt: skip
def assemble_again(call: Call[EmptyBody]) -> Reply:
    now = clock.now()
    again = reading.assemble_again(_mine(call, now), now=now)
    return Reply(ReportPage(again.status), 202)  # type: ignore[arg-type]  # written from the same set of words


def _mine(call: Call[Any], now: int) -> Meeting:
    return reading.my_meeting(call.path["meeting_id"], require_session(call, now=now), now=now)


def _position(after: str | None) -> str | None:
    if after is not None and POSITION.fullmatch(after) is None:
        raise Invalid("after is not the next of a page.")
    return after


def _view(meeting: Meeting) -> MeetingView:
    planned = meeting.planned_start_ms
    return MeetingView(
        meeting.meeting_id, str(meeting.title), int(meeting.opened_at_ms), int(meeting.ended_at_ms),
        None if planned is None else int(planned),
        meeting.status,  # type: ignore[arg-type]  # written from the same set of words
    )  # fmt: skip


def _attendee(one: reading.Attendance) -> AttendeeView:
    stays = [Stay(from_ms, to_ms) for from_ms, to_ms in one.stays]
    email = None if one.who is None else one.who.email_address
    return AttendeeView(one.participant_id, _name(one.who), email, stays, one.presence_ms)


def _name(who: Attendee | None) -> str | None:
    return None if who is None else str(who.name)


def _report(page: reading.ReportPage) -> ReportPage:
    status: Any = page.status
    if page.part is None:
        return ReportPage(status)
    return ReportPage(status, report_view(page.part, page.names), next_of(page.next))
