"""The WebSocket: connect, messages, disconnect. A refused socket gets its reason as the handshake's status."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint, Response, SQSEvent, WebsocketAPI, WebsocketEvent

from chalicelib.rooms import calls, channel, door, messages, pulse, push
from chalicelib.runtime import clock, crosssite, live, viewers
from chalicelib.runtime.errors import Problem, TooMany
from chalicelib.runtime.ids import ConnectionId, RoomId, TabId, parse_uuid
from chalicelib.runtime.parsing import parse_json, strict_json
from chalicelib.runtime.settings import settings
from chalicelib.sessions import cookieless, edge
from chalicelib.sessions.service import find_session

FRAME_MAX = 128 * 1_024  # bytes: what API Gateway takes at once (its quotas)

tasks = Blueprint(__name__)
tasks.websocket_api = WebsocketAPI()  # without one, Chalice 1.34 leaves a blueprint's socket handlers unwrapped


@tasks.on_ws_connect(name="websocket_connect")
def connect(event: WebsocketEvent) -> Response:
    now, headers = clock.now(), _headers(event.to_dict())
    if not viewers.came_through_the_edge(headers):
        return Response("", status_code=403)
    try:
        crosssite.check_socket(headers)
        ticket = _query(event, "ticket")
        session = (
            find_session(edge.held_pass(headers), now=now)
            if ticket is None
            else cookieless.session_of_ticket(ticket, now=now)
        )
        channel.connect(ConnectionId(event.connection_id), session, now=now, tab_id=_tab(event))
    except Problem as problem:
        return Response("", status_code=problem.status)
    return Response("", status_code=200)


@tasks.on_ws_message(name="websocket_message")
def receive(event: WebsocketEvent) -> None:
    now, connection_id = clock.now(), ConnectionId(event.connection_id)
    try:
        message: messages.ClientMessage = parse_json(event.body.encode(), messages.ClientMessage, FRAME_MAX)  # type: ignore[arg-type]  # a union is a schema
    except Problem:
        return  # not ours: nothing to answer, nothing changed
    match message:
        case messages.SendHeartbeat(lease=lease, room_id=room_id):
            until = channel.hear_tab(connection_id, now=now) or 0 if lease else None
            felt = pulse.feel_pulse(connection_id, room_id, now=now) if room_id else None
            live.send([connection_id], messages.Heartbeat(now, until, felt))
        case messages.SendResume(room_id=room_id):
            _resume(connection_id, RoomId(room_id), now)
        case messages.SendSignal(to=to, data=data):
            if (failure := calls.relay(connection_id, to, data, now=now)) is not None:
                live.send([connection_id], messages.SignalFailed(to, failure))
        case messages.SendCall(room_id=room_id, joined=joined):
            if not calls.change_call(connection_id, RoomId(room_id), joins=joined, now=now):
                live.send([connection_id], messages.CallRefused(room_id))


@tasks.on_ws_disconnect(name="websocket_disconnect")
def disconnect(event: WebsocketEvent) -> None:
    channel.disconnect(ConnectionId(event.connection_id), now=clock.now())


@tasks.on_sqs_message(queue=settings().resource(push.QUEUE), batch_size=1, name="push_chunk")
def push_chunk(event: SQSEvent) -> None:
    """A part of a large room is told. A message that comes twice is known by its sequence to whoever had it."""
    for record in event:
        sent = strict_json(record.body.encode())
        push.send_chunk(sent["audience"], sent["to"], sent["message"], now=clock.now())


def _resume(connection_id: ConnectionId, room_id: RoomId, now: int) -> None:
    try:
        room = channel.resume(connection_id, room_id, now=now)
    except TooMany:
        return  # the next heartbeat says that this tab follows no room: it asks once more
    if room is not None:
        changed = messages.RoomChanged(room.room_id, room.sequence, now, merged_into=room.merged_into)
        live.send([connection_id], changed)
        door.ask_again(connection_id, room, now=now)


def _tab(event: WebsocketEvent) -> TabId | None:
    """What the tab calls itself; one without a usable name has no lease."""
    try:
        return TabId(parse_uuid(_query(event, "tab") or "", "tab"))
    except Problem:
        return None


def _query(event: WebsocketEvent, name: str) -> str | None:
    found: str | None = (event.to_dict().get("queryStringParameters") or {}).get(name)
    return found


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}
