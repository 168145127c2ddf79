"""Insights: what browsers measured comes in, and what one sees of oneself."""

from typing import Annotated
from uuid import UUID

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.insights import mine, service
from chalicelib.insights.intake import Batch, Event
from chalicelib.insights.schemas import BatchIn, MineView, RefusedEvent, Taken
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Denied, Gone, Invalid, NotFound, TooLarge, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.ids import RoomId, TabId, parse_uuid
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)
BODY_MAX = 262_144  # bytes: 2 000 events
TAB = Annotated[UUID | None, Meta(description="The browser tab that measured, as it names itself.")]
TAB_OF_BEACON = Annotated[UUID | None, Meta(description="The same, for a beacon, which sends no headers.")]


@operation(routes, "POST", "/v1/rooms/{room_id}/insights", summary="What my tab measured", body=BatchIn,
           body_max=BODY_MAX, answers=Taken, status=202, request_headers={"Earshot-Tab": TAB},
           query={"tab": TAB_OF_BEACON},
           errors=(Unauthenticated, Denied, NotFound, Gone, TooLarge, Invalid, TooMany, Unavailable))  # fmt: skip
def take_insights(call: Call[BatchIn]) -> Reply:
    now = clock.now()
    session, sent = require_session(call, now=now), call.body
    tab_id = TabId(parse_uuid(call.header("Earshot-Tab") or call.query.get("tab", ""), "Earshot-Tab"))
    covers = None if sent.from_ms is None or sent.to_ms is None else (sent.from_ms, sent.to_ms)
    batch = Batch([Event(one.kind, one.from_ms, one.to_ms) for one in sent.events], sent.sent_at_ms, covers, sent.heard)
    taken = service.take_batch(RoomId(call.path["room_id"]), tab_id, sent.sequence, batch, session, now=now)
    refused = [RefusedEvent(one.at, one.reason) for one in taken.refused]
    return Reply(Taken(taken.accepted, refused, taken.duplicate), 202)


@operation(routes, "GET", "/v1/rooms/{room_id}/insights/mine", summary="What was measured of me", answers=MineView,
           errors=(Unauthenticated, NotFound, Unavailable))  # fmt: skip
def read_mine(call: Call[None]) -> Reply:
    now = clock.now()
    found = mine.my_insights(RoomId(call.path["room_id"]), require_session(call, now=now), now=now)
    return Reply(MineView(found.captured, found.agreed, found.report, found.step_ms, found.figures))
