"""One connection to DynamoDB for all records of a process.

PynamoDB would make a client for each model, and a session for each thread that makes one: tens of milliseconds each,
paid at cold starts and by the first requests of every thread.
"""

import os
import threading
from functools import lru_cache
from typing import Any

from pynamodb.connection.base import Connection
from pynamodb.models import Model

from chalicelib.runtime.records import Binding

_lock = threading.Lock()


def share_connection(model: type[Model]) -> None:
    """Lets `model` use the process's one connection, whatever table its Meta names at the moment."""
    connection: Any = model._get_connection()
    shared = shared_connection()
    if connection.connection is not shared:
        with _lock:
            shared._tables.setdefault(connection.table_name, connection.get_meta_table())
        connection.connection = shared


def shared_connection() -> Connection:
    """The process's one connection to the endpoint of the environment."""
    with _lock:
        return _made(os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"))


@lru_cache(maxsize=2)
def _made(endpoint: str | None) -> Connection:
    made = Connection(
        host=endpoint,
        connect_timeout_seconds=Binding.connect_timeout_seconds,
        read_timeout_seconds=Binding.read_timeout_seconds,
        max_retry_attempts=Binding.max_retry_attempts,
        max_pool_connections=Binding.max_pool_connections,
    )
    made.client  # noqa: B018 - made here, once, rather than by whichever threads come first
    return made
