"""Sending to WebSocket connections, through the @connections API of API Gateway."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime.clients import make_client
from chalicelib.runtime.ids import ConnectionId
from chalicelib.runtime.settings import settings
from chalicelib.runtime.telemetry import log

GONE = "GoneException"
SIDE_BY_SIDE = 50  # sends at once; a hundred that all time out, twice, are done within 12 s


def send(connections: Iterable[ConnectionId], message: Mapping[str, Any] | msgspec.Struct) -> list[ConnectionId]:
    """Sends one message to each, side by side; returns those that are gone. One that is slow keeps nobody waiting."""
    data, to = msgspec.json.encode(message), list(connections)
    if len(to) <= 1:
        return [connection for connection in to if not _delivered(connection, data)]
    futures = [_pool().submit(copy_context().run, _delivered, connection, data) for connection in to]
    return [connection for connection, future in zip(to, futures, strict=True) if not future.result()]


def close(connections: Iterable[ConnectionId]) -> None:
    """Closes each; one that is gone already is no matter."""
    for connection in connections:
        try:
            _client(settings().live_endpoint).delete_connection(ConnectionId=connection)
        except (ClientError, BotoCoreError) as error:
            if not isinstance(error, ClientError) or error.response["Error"]["Code"] != GONE:
                log.warning("closing failed", error=type(error).__name__)


def _delivered(connection: ConnectionId, data: bytes) -> bool:
    """False where the connection does not exist any more; other failures are the client's to recover from."""
    try:
        _client(settings().live_endpoint).post_to_connection(ConnectionId=connection, Data=data)
    except ClientError as error:
        gone: bool = error.response["Error"]["Code"] == GONE
        if not gone:
            log.warning("push failed", error=error.response["Error"]["Code"])
        return not gone
    except BotoCoreError as error:
        log.warning("push failed", error=type(error).__name__)
    return True


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """Its own: what runs side by side elsewhere may send, and must not wait for a thread that waits for it."""
    return ThreadPoolExecutor(SIDE_BY_SIDE, "live")


@lru_cache(maxsize=4)
def _client(endpoint: str) -> Any:
    return make_client("apigatewaymanagementapi", endpoint_url=endpoint, connections=SIDE_BY_SIDE)
