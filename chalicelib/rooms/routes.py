"""A meeting: reading it, its door, leaving it."""

from typing import Annotated, Literal

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.rooms import codes, door, service
from chalicelib.rooms.schemas import Admission, AtTheDoor, CodeView, Entered, NewCode, NewMember, RoomView
from chalicelib.rooms.views import room_view
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Gone, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.ids import ParticipantId, RoomId
from chalicelib.sessions import cookieless
from chalicelib.sessions.edge import find_session, require_session

routes = Blueprint(__name__)
WISH = {
    "Earshot-Cookies": Annotated[
        Literal["none"] | None,
        Meta(description="Whoever has no session gets a bearer and a ticket instead of being refused."),
    ]
}


@operation(routes, "GET", "/v1/rooms/{room_id}", summary="A meeting I am in", answers=RoomView,
           errors=(Unauthenticated, NotFound))  # fmt: skip
def read_room(call: Call[None]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    room, present = service.read_room(RoomId(call.path["room_id"]), session, now=now)
    return Reply(room_view(room, present, session, now=now))


@operation(routes, "POST", "/v1/rooms/{room_id}/admissions/{participant_id}", summary="Admit or refuse who knocks",
           body=Admission, status=204, errors=(Unauthenticated, NotFound))  # fmt: skip
def answer_knock(call: Call[Admission]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    room_id, participant_id = RoomId(call.path["room_id"]), ParticipantId(call.path["participant_id"])
    door.answer_knock(room_id, participant_id, session, admit=call.body.admit, now=now)
    return Reply(status=204)


@operation(routes, "POST", "/v1/join-codes", summary="A code that admits one device", body=NewCode, answers=CodeView,
           status=201, errors=(Unauthenticated, NotFound, TooMany, Unavailable))  # fmt: skip
def make_code(call: Call[NewCode]) -> Reply:
    now = clock.now()
    room_id = None if call.body.room_id is None else RoomId(call.body.room_id)
    shown = codes.make_code(room_id, require_session(call, now=now), now=now)
    return Reply(CodeView(shown.code, shown.qr, shown.room_id, shown.expires_at_ms), 201)


@operation(routes, "POST", "/v1/join-codes/{code}", summary="Enter by a code", body=EmptyBody, answers=Entered,
           also={202: AtTheDoor}, request_headers=WISH,
           errors=(Unauthenticated, Denied, Invalid, Gone, TooMany))  # fmt: skip
def enter_by_code(call: Call[EmptyBody]) -> Reply:
    """Whoever has no session and wants no cookie gets a session known by a bearer."""
    now, code = clock.now(), call.path["code"]
    anew = cookieless.wants_no_cookie(call.headers)
    session = find_session(call, now=now) if anew else require_session(call, now=now)
    if session is not None:
        return _came(codes.enter_by_code(code, session, call.address, now=now))
    session, found = codes.enter_anew(code, call.address, now=now)
    ticket, _ = cookieless.make_ticket(session, now=now)
    return _came(found, bearer=cookieless.new_bearer(session.session_id, now=now), ticket=ticket)


@operation(routes, "POST", "/v1/rooms/{room_id}/participants", summary="Enter by an invitation link", body=NewMember,
           answers=Entered, status=201, also={202: AtTheDoor},
           errors=(Unauthenticated, Denied, NotFound, Conflict, Invalid, TooMany))  # fmt: skip
def enter_by_link(call: Call[NewMember]) -> Reply:
    now = clock.now()
    session, wanted = require_session(call, now=now), call.body
    room_id = RoomId(call.path["room_id"])
    return _came(door.come_by_link(room_id, session, name=wanted.name, email=wanted.email, now=now), 201)


@operation(routes, "DELETE", "/v1/rooms/{room_id}/participants/me", summary="Leave", status=204,
           errors=(Unauthenticated, NotFound))  # fmt: skip
def leave_room(call: Call[None]) -> Reply:
    now = clock.now()
    door.leave(RoomId(call.path["room_id"]), require_session(call, now=now), now=now)
    return Reply(status=204)


def _came(
    found: RoomId | door.Knocking, status: int = 200, bearer: str | None = None, ticket: str | None = None
) -> Reply:
    if isinstance(found, door.Knocking):
        return Reply(AtTheDoor("knocking", found.room_id, found.expires_at_ms, bearer, ticket), 202)
    return Reply(Entered(found, bearer, ticket), status)
