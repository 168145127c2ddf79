"""Stands where the @connections client of AWS would: remembers what was sent, and plays connections that are gone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from chalicelib.runtime import live
from tests.support import permissions


class Pushes:
    """`sent` holds (connection id, message) in order; put a connection into `gone` to have it answer 410."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.gone: set[str] = set()
        self.closed: list[str] = []

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - the client's own names
        permissions.note("execute-api:ManageConnections", "")
        if ConnectionId in self.gone:
            raise ClientError({"Error": {"Code": "GoneException"}}, "PostToConnection")
        self.sent.append((ConnectionId, json.loads(Data)))

    def delete_connection(self, ConnectionId: str) -> None:  # noqa: N803
        permissions.note("execute-api:ManageConnections", "")
        if ConnectionId in self.gone:
            raise ClientError({"Error": {"Code": "GoneException"}}, "DeleteConnection")
        self.gone.add(ConnectionId)
        self.closed.append(ConnectionId)

    def to(self, connection_id: str) -> list[dict[str, Any]]:
        """What that connection received, in order."""
        return [message for receiver, message in self.sent if receiver == connection_id]

    def kinds(self, connection_id: str) -> list[str]:
        return [message["type"] for message in self.to(connection_id)]

    def clear(self) -> None:
        self.sent.clear()
        self.gone.clear()
        self.closed.clear()


@contextmanager
def recorded_pushes() -> Iterator[Pushes]:
    """Every push of the application goes to the recorder inside this block."""
    pushes = Pushes()
    with patch.object(live, "_client", lambda _: pushes):
        yield pushes
