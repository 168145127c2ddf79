"""Sending to connections: one that is gone or fails keeps nobody else waiting."""

import io
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from chalicelib.runtime import live
from chalicelib.runtime.ids import ConnectionId
from tests.support.pushes import Pushes

A, B, C = (ConnectionId(name) for name in "abc")
FAILURES = [
    ClientError({"Error": {"Code": "LimitExceededException"}}, "PostToConnection"),
    EndpointConnectionError(endpoint_url="http://x"),
    ReadTimeoutError(endpoint_url="http://x"),
    ConnectTimeoutError(endpoint_url="http://x"),
    ConnectionClosedError(endpoint_url="http://x"),
]


class Failing(Pushes):
    """Fails for connection `b`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - the client's own names
        if ConnectionId == "b":
            raise self._error
        super().post_to_connection(ConnectionId, Data)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Failing:
    failing = Failing(request.param)
    monkeypatch.setattr(live, "_client", lambda _: failing)
    return failing


def test_the_gone_are_told_apart(pushes: Pushes) -> None:
    """`410 Gone` prunes."""
    pushes.gone.add(B)
    assert live.send([A, B, C], {"type": "x"}) == [B]
    assert {receiver for receiver, _ in pushes.sent} == {A, C}


@pytest.mark.parametrize("client", FAILURES, indirect=True, ids=lambda error: type(error).__name__)
def test_a_failure_reaches_everyone_else_and_takes_nobody_out(client: Failing, log_lines: io.StringIO) -> None:
    """A hiccup of the gateway is not an end; G6: the log names the failure, not the connection."""
    assert live.send([A, B, C], {"type": "secret"}) == []
    assert {receiver for receiver, _ in client.sent} == {A, C}
    assert "push failed" in log_lines.getvalue()
    assert "secret" not in log_lines.getvalue()


def test_nobody_to_tell_is_no_error(pushes: Pushes) -> None:
    assert live.send([], {"type": "x"}) == []
    assert pushes.sent == []


def test_the_client_gives_up_before_the_gateway_does() -> None:
    """Nothing may outlive the 29 s gateway limit."""
    config: Any = live._client("http://127.0.0.1:9/live").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 2
