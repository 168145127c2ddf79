"""A meeting: reading it, its door, leaving it."""

from chalice.app import Blueprint

from chalicelib.rooms import door, push, service
from chalicelib.rooms.schemas import Admission, RoomView
from chalicelib.runtime import clock
from chalicelib.runtime.errors import NotFound, Unauthenticated
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.ids import ParticipantId, RoomId
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)


@operation(routes, "GET", "/v1/rooms/{room_id}", summary="A meeting I am in", answers=RoomView,
           errors=(Unauthenticated, NotFound))  # fmt: skip
def read_room(call: Call[None]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    room, present = service.read_room(RoomId(call.path["room_id"]), session, now=now)
    return Reply(
        RoomView(
            room_id=room.room_id,
            title=room.title,
            organiser=False,
            me=session.participant_id,
            participants=[push.view(member) for member in sorted(present, key=lambda one: int(one.joined_at_ms))],
            content=[],
            sequence=room.sequence,
            settings={},
        )
    )


@operation(routes, "POST", "/v1/rooms/{room_id}/admissions/{participant_id}", summary="Admit or refuse who knocks",
           body=Admission, status=204, errors=(Unauthenticated, NotFound))  # fmt: skip
def answer_knock(call: Call[Admission]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    room_id, participant_id = RoomId(call.path["room_id"]), ParticipantId(call.path["participant_id"])
    door.answer_knock(room_id, participant_id, session, admit=call.body.admit, now=now)
    return Reply(status=204)


@operation(routes, "DELETE", "/v1/rooms/{room_id}/participants/me", summary="Leave", status=204,
           errors=(Unauthenticated, NotFound))  # fmt: skip
def leave_room(call: Call[None]) -> Reply:
    now = clock.now()
    service.leave_room(RoomId(call.path["room_id"]), require_session(call, now=now), now=now)
    return Reply(status=204)
