"""GET /health, /openapi.json and /asyncapi.json: what a program wants to know first."""

from collections.abc import Container, Mapping
from typing import Any, Literal

import msgspec
from chalice.app import Blueprint

from chalicelib.rooms import messages
from chalicelib.runtime.asyncapi import Live, asyncapi_document
from chalicelib.runtime.http import OPERATIONS, Call, Reply, operation
from chalicelib.runtime.openapi import documented, openapi_document
from chalicelib.runtime.settings import settings

routes = Blueprint(__name__)

API_VERSION = "0.1.0"  # of the contract; a release's own version is in /health
LIVE = Live(
    "/live",
    messages.ServerMessage,
    messages.ClientMessage,
    {messages.SendHeartbeat: (messages.Heartbeat,), messages.SendResume: (messages.RoomChanged,)},
)


class HealthView(msgspec.Struct):
    """Answered by a server that has started with usable settings."""

    status: Literal["ok"]
    version: str
    stage: Literal["local", "dev", "prod"]


@operation(routes, "GET", "/health", summary="Is the server up, and which one is it?", answers=HealthView)
def read_health(_: Call[None]) -> Reply:
    return Reply({"status": "ok", "version": settings().version, "stage": settings().stage})


@operation(routes, "GET", "/openapi.json", summary="This document (OpenAPI 3.1)", answers=dict[str, Any])
def read_openapi(_: Call[None]) -> Reply:
    return Reply(openapi(routes.current_app.routes))


@operation(routes, "GET", "/asyncapi.json", summary="The live channel (AsyncAPI 3.0)", answers=dict[str, Any])
def read_asyncapi(_: Call[None]) -> Reply:
    return Reply(asyncapi())


def openapi(app_routes: Mapping[str, Container[str]]) -> dict[str, Any]:
    """The HTTP API of an application that answers `app_routes` (methods by path)."""
    return openapi_document(documented(OPERATIONS, app_routes), version=API_VERSION)


def asyncapi() -> dict[str, Any]:
    """The live channel."""
    return asyncapi_document(LIVE, version=API_VERSION)
