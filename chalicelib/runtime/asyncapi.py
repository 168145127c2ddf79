"""The AsyncAPI 3.0 document of the live channel, made from its message types alone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import msgspec
from msgspec.inspect import StructType, type_info

REF = "#/components/schemas/{name}"
DESCRIPTION = (
    "What is pushed while a page is open, and the little it says back. The socket opens on the same host as the HTTP "
    "API, which /openapi.json describes. Messages about a room carry the room's `sequence`: a client that finds a gap "
    "reads the room again. What is not one of these messages is ignored."
)
CHANNEL_DESCRIPTION = (
    "Opened with the session cookie, or without cookies with a ticket from POST /v1/tickets; and with the exact Origin "
    "of the host, or by a program with no Origin and Earshot-Client. Refused by the status of the handshake: 401 "
    "without a session, 403 from another site."
)
SESSION = {
    "type": "httpApiKey",
    "in": "cookie",
    "name": "__Host-earshot",
    "description": "Made by POST /v1/session. On plain-http localhost its name is `earshot`.",
}
HANDSHAKE = {
    "ws": {
        "method": "GET",
        "query": {
            "type": "object",
            "properties": {
                "tab": {"type": "string", "format": "uuid", "description": "The tab that opens it."},
                "ticket": {
                    "type": "string",
                    "description": "Good once, for a minute; where it is sent, no cookie counts.",
                },
            },
        },
        "headers": {
            "type": "object",
            "properties": {
                "Origin": {"type": "string", "description": "That of the page; browsers send it."},
                "Earshot-Client": {"type": "string", "description": "A program's name for itself."},
            },
        },
        "bindingVersion": "0.1.0",
    }
}


@dataclass(frozen=True)
class Live:
    """The channel's messages: unions of tagged structs, and which of ours answer which of the client's."""

    address: str
    server: Any
    client: Any
    replies: Mapping[type, Sequence[type]]


def asyncapi_document(live: Live, *, version: str) -> dict[str, Any]:
    """The document of one WebSocket. Operations are named from the server's side, as AsyncAPI 3 asks."""
    server, client = get_args(live.server), get_args(live.client)
    _, schemas = msgspec.json.schema_components([*server, *client], ref_template=REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Earshot, live",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {"live": _channel(live.address, [*server, *client])},
        "operations": {"push": _push(server)} | {tag(one): _receive(one, live.replies) for one in client},
        "components": {
            "schemas": schemas,
            "messages": {one.__name__: _message(one) for one in (*server, *client)},
            "securitySchemes": {"session": SESSION},
        },
    }


def tag(message: type) -> str:
    """What the message calls itself: its `type` or `action`."""
    return str(cast(StructType, type_info(message)).tag)


def _channel(address: str, messages: Sequence[type]) -> dict[str, Any]:
    return {
        "address": address,
        "description": CHANNEL_DESCRIPTION,
        "messages": {one.__name__: {"$ref": f"#/components/messages/{one.__name__}"} for one in messages},
        "bindings": HANDSHAKE,
    }


def _push(messages: Sequence[type]) -> dict[str, Any]:
    return {"action": "send", "summary": "The server tells what happened.", **_over_channel(messages)}


def _receive(message: type, replies: Mapping[type, Sequence[type]]) -> dict[str, Any]:
    described = {"action": "receive", "summary": _summary(message), **_over_channel([message])}
    answers = replies.get(message, ())
    return described | ({"reply": _reply(answers)} if answers else {})


def _reply(messages: Sequence[type]) -> dict[str, Any]:
    return {"channel": {"$ref": "#/channels/live"}, "messages": _references(messages)}


def _over_channel(messages: Sequence[type]) -> dict[str, Any]:
    return {
        "channel": {"$ref": "#/channels/live"},
        "security": [{"$ref": "#/components/securitySchemes/session"}],
        "messages": _references(messages),
    }


def _references(messages: Sequence[type]) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/live/messages/{one.__name__}"} for one in messages]


def _message(message: type) -> dict[str, Any]:
    payload = {"$ref": REF.format(name=message.__name__)}
    return {"name": tag(message), "summary": _summary(message), "payload": payload}


def _summary(message: type) -> str:
    return (message.__doc__ or "").strip().splitlines()[0]
