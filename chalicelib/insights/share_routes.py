"""Reports shared by a link: made, listed and ended by the organiser, read by whoever has it."""

from typing import Annotated, Any

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.insights import reading, sharing
from chalicelib.insights.meeting_models import Meeting
from chalicelib.insights.schemas import NewShare, SharedReport, ShareIn, ShareList, ShareView
from chalicelib.insights.share_models import Share
from chalicelib.insights.views import report_view
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.paging import next_of, part_number
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)
AFTER = Annotated[str | None, Meta(description="The `next` of the page before.")]
UNLISTED = {"X-Robots-Tag": "noindex, nofollow"}  # no search engine keeps what was shared with some


@operation(routes, "POST", "/v1/meetings/{meeting_id}/report/shares", summary="Share the report by a link",
           body=ShareIn, answers=NewShare, status=201,
           errors=(Unauthenticated, NotFound, Conflict, Unavailable))  # fmt: skip
def share_report(call: Call[ShareIn]) -> Reply:
    now, wanted = clock.now(), call.body
    made, link = sharing.share_report(_mine(call, now), wanted.days, names=wanted.names, now=now)
    shown = _view(made)
    return Reply(NewShare(shown.share_id, shown.made_at_ms, shown.expires_at_ms, shown.names, link), 201)


@operation(routes, "GET", "/v1/meetings/{meeting_id}/report/shares", summary="The links that the report is shared by",
           answers=ShareList, errors=(Unauthenticated, NotFound))  # fmt: skip
def list_shares(call: Call[None]) -> Reply:
    now = clock.now()
    return Reply(ShareList([_view(one) for one in sharing.living_shares(_mine(call, now), now=now)]))


@operation(routes, "DELETE", "/v1/meetings/{meeting_id}/report/shares/{share_id}", summary="End a link to the report",
           status=204, errors=(Unauthenticated, NotFound))  # fmt: skip
def revoke_share(call: Call[None]) -> Reply:
    now = clock.now()
    sharing.revoke(_mine(call, now), call.path["share_id"], now=now)
    return Reply(status=204)


@operation(routes, "GET", "/v1/shared-reports/{token}", summary="A report that was shared with me",
           answers=SharedReport, query={"after": AFTER}, errors=(NotFound, Conflict, Invalid, Unavailable))  # fmt: skip
def read_shared_report(call: Call[None]) -> Reply:
    found = sharing.read_shared(call.path["token"], part_number(call.query.get("after")), now=clock.now())
    meeting, until_ms = found.meeting, int(found.share.expires_at_ms)
    span = int(meeting.opened_at_ms), int(meeting.ended_at_ms)
    shown = SharedReport(str(meeting.title), *span, until_ms, report_view(found.part, found.names), next_of(found.next))
    return Reply(shown, headers=UNLISTED)


def _mine(call: Call[Any], now: int) -> Meeting:
    return reading.my_meeting(call.path["meeting_id"], require_session(call, now=now), now=now)


def _view(share: Share) -> ShareView:
    return ShareView(share.share_id, int(share.made_at_ms), int(share.expires_at_ms), bool(share.names))
