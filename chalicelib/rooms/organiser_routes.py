"""What whoever runs a meeting does with it: open, claim, change, end; and the calendar's file."""

from chalice.app import Blueprint

from chalicelib.rooms import organising, qr
from chalicelib.rooms.calendar import calendar_file
from chalicelib.rooms.schemas import Invitation, NewRoom, OrganisedRoom, RoomPatch
from chalicelib.rooms.views import address_of, invitation, organised
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Invalid, NotFound, TooMany, Unauthenticated
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)
CALENDAR = "text/calendar; charset=utf-8"
SVG = "image/svg+xml; charset=utf-8"


@operation(routes, "POST", "/v1/rooms", summary="Open a room with an invitation link", body=NewRoom,
           answers=OrganisedRoom, status=201, errors=(Unauthenticated, Invalid, TooMany))  # fmt: skip
def open_room(call: Call[NewRoom]) -> Reply:
    now = clock.now()
    return Reply(organised(organising.open_planned(call.body, require_session(call, now=now), now=now)), 201)


@operation(routes, "PATCH", "/v1/rooms/{room_id}", summary="Change a meeting that I run", body=RoomPatch,
           answers=OrganisedRoom, errors=(Unauthenticated, Denied, NotFound, Conflict, Invalid, TooMany))  # fmt: skip
def change_room(call: Call[RoomPatch]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    return Reply(organised(organising.change_room(RoomId(call.path["room_id"]), call.body, session, now=now)))


@operation(routes, "DELETE", "/v1/rooms/{room_id}", summary="End a meeting that I run", status=204,
           errors=(Unauthenticated, Denied, NotFound))  # fmt: skip
def end_room(call: Call[None]) -> Reply:
    now = clock.now()
    organising.end_meeting(RoomId(call.path["room_id"]), require_session(call, now=now), now=now)
    return Reply(status=204)


@operation(routes, "PUT", "/v1/rooms/{room_id}/organiser", summary="Run a meeting that nobody runs", body=EmptyBody,
           answers=OrganisedRoom, errors=(Unauthenticated, NotFound, Conflict))  # fmt: skip
def claim_room(call: Call[EmptyBody]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    return Reply(organised(organising.claim_room(RoomId(call.path["room_id"]), session, now=now)))


@operation(routes, "GET", "/v1/rooms/{room_id}/invitation", summary="What an invitation link leads to",
           answers=Invitation, errors=(NotFound,))  # fmt: skip
def read_invitation(call: Call[None]) -> Reply:
    """For whoever has the link, which lets them in anyway; looking makes no session."""
    return Reply(invitation(organising.find_invitation(RoomId(call.path["room_id"]), now=clock.now())))


@operation(routes, "GET", "/v1/rooms/{room_id}/invitation.svg", summary="The invitation link as a QR picture",
           answer_type=SVG, errors=(NotFound,))  # fmt: skip
def read_invitation_picture(call: Call[None]) -> Reply:
    """Asks for no session: it says what whoever asks has, and that it leads somewhere."""
    room_id = call.path["room_id"]
    organising.find_invitation(RoomId(room_id), now=clock.now())
    return Reply(qr.svg(address_of(room_id)), content_type=SVG)


@operation(routes, "GET", "/v1/rooms/{room_id}/calendar.ics", summary="The planned meeting, for a calendar",
           answer_type=CALENDAR, errors=(NotFound,))  # fmt: skip
def read_calendar(call: Call[None]) -> Reply:
    """Asks for no session: calendar programs have none, and whoever has the link may come to the meeting itself."""
    now = clock.now()
    room_id = call.path["room_id"]
    found = organising.find_planned(RoomId(room_id), now=now)
    made = calendar_file(room_id, found.title or "Earshot", address_of(room_id), int(found.planned_start_ms), now)
    return Reply(made, content_type=CALENDAR, headers={"Content-Disposition": 'attachment; filename="meeting.ics"'})
