"""What I stage, what I show, and the heartbeats and the end of my tabs."""

from typing import Annotated, Any
from uuid import UUID

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.content import showing, staging
from chalicelib.content.models import Item
from chalicelib.content.rules import host_of
from chalicelib.content.schemas import LeaseView, NewContent, Showing, StagedList, StagedView
from chalicelib.rooms.shown import WHY
from chalicelib.rooms.tabs import Lease
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Gone, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.ids import RoomId, TabId, parse_uuid
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)
TAB = {"Earshot-Tab": Annotated[UUID, Meta(description="The browser tab that stages it, as it names itself.")]}


@operation(routes, "POST", "/v1/content", summary="Stage a link", body=NewContent, answers=StagedView, status=201,
           request_headers=TAB,
           errors=(Unauthenticated, Invalid, Conflict, Gone, TooMany, Unavailable))  # fmt: skip
def stage_content(call: Call[NewContent]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    tab_id = _tab(call.header("Earshot-Tab") or "", "Earshot-Tab")
    item, lease = staging.stage_content(call.body.url, call.body.title, tab_id, session, now=now)
    return Reply(_view(item, lease), 201)


@operation(routes, "GET", "/v1/content", summary="What I have staged", answers=StagedList,
           errors=(Unauthenticated,))  # fmt: skip
def list_content(call: Call[None]) -> Reply:
    now = clock.now()
    mine = staging.list_content(require_session(call, now=now), now=now)
    return Reply(StagedList([_view(item, mine.lease_of(item)) for item in mine.items]))


@operation(routes, "DELETE", "/v1/content/{id}", summary="Delete: gone for everybody", status=204,
           errors=(Unauthenticated, NotFound, Unavailable))  # fmt: skip
def delete_content(call: Call[None]) -> Reply:
    now = clock.now()
    staging.delete_content(call.path["id"], require_session(call, now=now), now=now)
    return Reply(status=204)


@operation(routes, "PUT", "/v1/content/{id}/shown", summary="Show it in a meeting I am in", body=Showing,
           answers=StagedView,
           errors=(Unauthenticated, NotFound, Invalid, Conflict, TooMany, Unavailable))  # fmt: skip
def show_content(call: Call[Showing]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    item, lease = showing.show(call.path["id"], RoomId(call.body.room_id), call.body.shown_as, session, now=now)
    return Reply(_view(item, lease))


@operation(routes, "DELETE", "/v1/content/{id}/shown", summary="Take it back: it stays staged", status=204,
           errors=(Unauthenticated, NotFound, Unavailable))  # fmt: skip
def take_content_back(call: Call[None]) -> Reply:
    now = clock.now()
    showing.take_back(call.path["id"], require_session(call, now=now), now=now)
    return Reply(status=204)


@operation(routes, "DELETE", "/v1/rooms/{room_id}/content/{content_id}", summary="The organiser takes it off",
           status=204, errors=(Unauthenticated, Denied, NotFound, Unavailable))  # fmt: skip
def take_content_off(call: Call[None]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    showing.take_off(RoomId(call.path["room_id"]), call.path["content_id"], session, now=now)
    return Reply(status=204)


@operation(routes, "PUT", "/v1/tabs/{tab_id}/lease", summary="A tab's heartbeat, which opens it first",
           answers=LeaseView, errors=(Unauthenticated, Invalid, Conflict, Gone, TooMany))  # fmt: skip
def hold_tab(call: Call[None]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    return Reply(LeaseView(staging.hold_tab(_tab_in_path(call), session, now=now)))


@operation(routes, "POST", "/v1/tabs/{tab_id}/closed", summary="A tab was closed: what it staged is deleted",
           body=EmptyBody, status=204, errors=(Unauthenticated, Invalid, TooMany, Unavailable))  # fmt: skip
def close_tab(call: Call[EmptyBody]) -> Reply:
    now = clock.now()
    staging.close_tab(_tab_in_path(call), require_session(call, now=now, leaving=True), now=now)
    return Reply(status=204)


def _view(item: Item, lease: Lease) -> StagedView:
    return StagedView(
        content_id=item.content_id,
        url=item.url,
        title=item.title,
        host=host_of(item.url),
        tab_id=item.tab_id,
        shown_in=item.shown_in,
        shown_as=item.shown_as,  # type: ignore[arg-type]  # written from the same set of words
        expires_at_ms=min(int(lease.lapses_at_ms), int(item.expires_at_ms)),
        why=WHY,
    )


def _tab_in_path(call: Call[Any]) -> TabId:
    return _tab(call.path["tab_id"], "tab_id")


def _tab(text: str, at: str) -> TabId:
    return TabId(parse_uuid(text, at))
