"""The private parts of Chalice, moto and aiohttp that the stack leans on: an upgrade that moves one fails here."""

import inspect
import threading
from typing import Any

from aiohttp.web import WebSocketResponse
from aiohttp.web_protocol import RequestHandler
from chalice.app import Chalice, EventSourceHandler, SQSEvent
from chalice.utils import to_cfn_resource_name
from moto.awslambda.responses import LambdaResponse
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from infra.local.chalice_app import resource_name, thread_safe

NAMES = ["fold_shard", "a", "expire-clips", "two__low", "x1_2y"]


def test_chalice_keeps_the_current_request_where_we_replace_it() -> None:
    """Chalice 1.34: plain attributes of the application."""
    source = inspect.getsource(Chalice.__call__)
    assert "self.lambda_context" in source
    assert "self.current_request" in source


def test_chalice_names_functions_as_we_do() -> None:
    assert [resource_name(name) for name in NAMES] == [to_cfn_resource_name(name) for name in NAMES]


def test_chalice_builds_a_handlers_middleware_once_from_a_generator() -> None:
    """Which is why it is built before the threads come: a generator gives its middleware to the first only."""
    app = Chalice("canary", configure_logs=False)
    passed: list[str] = []

    @app.middleware("sqs")
    def note(event: Any, get_response: Any) -> Any:
        passed.append("middleware")
        return get_response(event)

    @app.on_sqs_message(queue="q", name="handle")
    def handle(event: SQSEvent) -> None:
        passed.append("handler")

    handler: Any = app.handler_map["handle"]
    assert isinstance(handler, EventSourceHandler)
    assert vars(handler)["handler"] is None
    with thread_safe(app):
        assert vars(handler)["handler"] is not None
        assert list(handler.middleware_handlers) == [], "the generator is used up: nobody may build it again"
        handler({"Records": []}, None)
    assert passed == ["middleware", "handler"]


def test_the_application_is_itself_again_afterwards() -> None:
    app = Chalice("canary", configure_logs=False)
    with thread_safe(app):
        app.current_request = "this thread's"  # type: ignore[assignment]
        seen: list[Any] = []
        other = threading.Thread(target=lambda: seen.append(app.current_request))
        other.start()
        other.join()
        assert seen == [None]
    assert type(app) is Chalice


def test_moto_dispatches_where_we_lock() -> None:
    """moto 5.2: every DynamoDB and stream action goes through an instance's call_action, looked up at the call."""
    assert "call_action" in DynamoHandler.__dict__
    assert list(inspect.signature(DynamoDBStreamsHandler.call_action).parameters) == ["self"]
    assert "self.call_action()" in inspect.getsource(DynamoHandler._dispatch)


def test_moto_asks_the_backend_where_we_answer() -> None:
    """moto 5.2: positional arguments, bytes back, the error in a response header."""
    names = "self function_name qualifier body headers response_headers".split()
    assert list(inspect.signature(LambdaSimpleBackend.invoke).parameters) == names
    assert "function_name, qualifier, self.body, self.headers, response_headers" in inspect.getsource(LambdaResponse)


def test_moto_is_called_where_we_stand_guard() -> None:
    assert list(inspect.signature(BotocoreStubber.__call__).parameters) == ["self", "event_name", "request", "kwargs"]
    assert b"".join(MockRawResponse(b"abc").stream()) == b"abc"


def test_aiohttp_parses_where_we_look_at_frames() -> None:
    """aiohttp 3.14: the protocol feeds `_payload_parser`, which feeds the response's `_reader`."""
    source = inspect.getsource(RequestHandler.data_received)
    assert "self._payload_parser.feed_data(data)" in source
    assert "_reader" in WebSocketResponse.__annotations__
    assert list(inspect.signature(RequestHandler.handle_error).parameters) == "self request status exc message".split()
