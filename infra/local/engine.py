"""AWS in this process: moto, made atomic, with the way to the real AWS closed.

Leans on private parts of moto 5.2.5 (`BotocoreStubber`, `DynamoHandler.call_action`, `LambdaSimpleBackend.invoke`,
`ResponseSerializer._serialize_type_structure`);
canary tests in tests/integration/local_stack hold each of them.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import MappingProxyType
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.template import REGION

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_THIS_MACHINE = r"^https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)"
Function = Callable[[Any], Any]
Shortcut = Callable[[AWSPreparedRequest], AWSResponse]


class RealAwsRefused(RuntimeError):
    """Something tried to leave the machine."""


def aws_environment(connections_url: str) -> dict[str, str]:
    """What the application must find in its environment before it is imported."""
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",  # else streams leave moto's host pattern
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "EARSHOT_LIVE_ENDPOINT": connections_url,
    }


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables set (and a profile unset), put back afterwards."""
    with patch.dict(os.environ, values):
        os.environ.pop("AWS_PROFILE", None)
        yield


@contextmanager
def engine(
    functions: Mapping[str, Function], shortcuts: Mapping[str, Shortcut] = MappingProxyType({})
) -> Iterator[None]:
    """AWS as moto plays it, atomic, its Lambda invokes routed to `functions`.

    `shortcuts` answer for an endpoint, by its base URL, without the network. Both are looked up at each call.
    """
    with ExitStack() as stack:
        stack.enter_context(_guarded(shortcuts))
        stack.enter_context(_moto())
        stack.enter_context(dynamodb())
        stack.enter_context(_invoking(functions))
        yield


@contextmanager
def _moto() -> Iterator[None]:
    mock = mock_aws(
        config={
            # an engine or @connections endpoint on this machine is for real; nothing else is
            "core": {"passthrough": {"urls": [_THIS_MACHINE], "services": []}, "mock_credentials": False},
            "lambda": {"use_docker": False},
            "stepfunctions": {"execute_state_machine": True},
        }
    )
    mock.start()
    try:
        yield
    finally:
        mock.stop()


@contextmanager
def _guarded(shortcuts: Mapping[str, Shortcut]) -> Iterator[None]:
    """What moto does not answer may go to this machine and nowhere else."""
    answered = BotocoreStubber.__call__

    def call(self: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **rest: Any) -> Any:
        parts = urlsplit(str(request.url))
        shortcut = shortcuts.get(f"{parts.scheme}://{parts.netloc}")
        response = shortcut(request) if shortcut else answered(self, event_name, request, **rest)
        if response is None and parts.hostname not in LOOPBACK:
            raise RealAwsRefused(f"the local stack refused a request to {parts.hostname}")
        return response

    with patch.object(BotocoreStubber, "__call__", call):
        yield


@contextmanager
def dynamodb() -> Iterator[None]:
    """moto's, made atomic and a third quicker."""
    with _atomic_dynamodb(), _plain_values():
        yield


@contextmanager
def _plain_values() -> Iterator[None]:
    """moto looks for each of the ten members of every value under six names: what is written says which it has."""
    from moto.core.serialize import ResponseSerializer

    thorough = ResponseSerializer._serialize_type_structure

    def serialize(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name != "AttributeValue" or not key or not isinstance(value, dict):
            return thorough(self, serialized, value, shape, key)
        wrapper = self.MAP_TYPE()
        for kind, content in value.items():
            self._serialize(wrapper, content, shape.members[kind], kind)
        self._default_serialize(serialized, wrapper, shape, key)
        return None

    with patch.object(ResponseSerializer, "_serialize_type_structure", serialize):
        yield


@contextmanager
def _atomic_dynamodb() -> Iterator[None]:
    """moto checks a condition and writes in two steps: without this two threads both win."""
    from moto.dynamodb.responses import DynamoHandler
    from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

    lock = threading.RLock()
    with patch.object(DynamoHandler, "call_action", _locked(DynamoHandler.call_action, lock)):
        streams = _locked(DynamoDBStreamsHandler.call_action, lock)
        with patch.object(DynamoDBStreamsHandler, "call_action", streams):
            yield


def _locked(method: Callable[[Any], Any], lock: AbstractContextManager[Any]) -> Callable[[Any], Any]:
    def call(self: Any) -> Any:
        with lock:
            return method(self)

    return call


@contextmanager
def _invoking(functions: Mapping[str, Function]) -> Iterator[None]:
    from moto.awslambda_simple.models import LambdaSimpleBackend

    def invoke(
        _: Any, function_name: str, _qualifier: str | None, body: Any, _headers: Any, response_headers: Any
    ) -> bytes:
        payload, error = call_function(functions, function_name, body)
        if error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return payload

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        yield


def call_function(functions: Mapping[str, Function], name: str, body: str | bytes | None) -> tuple[bytes, bool]:
    """A function's answer as Lambda gives it, and whether it failed: the error's name is what Retry and Catch see."""
    try:
        function = functions[name.split(":function:")[-1].split(":")[0]]
        return json.dumps(function(json.loads(body or "{}"))).encode(), False
    except Exception as error:
        return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode(), True
