"""A small Chalice application with one of everything, and ways to talk to the stack around it."""

import http.client
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from chalice.app import Chalice, Rate, Request, Response, SQSEvent, WebsocketEvent

from infra.local.stack import Options
from tests.support import canaries

TEMPLATE = Path(__file__).with_name("tiny.yaml")
QUEUE, TABLE, MACHINE = "earshot-local-later", "earshot-local-things", "earshot-local-doubling"
PIXEL = b"\x89PNG\r\n\x1a\n\x00\xff"


@dataclass
class Tiny:
    """The application and what its handlers were given."""

    app: Chalice
    seen: list[Any]
    arrived: threading.Event  # set by every event that nobody waits for
    failing: set[str]  # queue bodies that the handler refuses

    def wait(self) -> Any:
        """The newest event, once there is one."""
        assert self.arrived.wait(10)
        self.arrived.clear()
        return self.seen[-1]


def make_tiny() -> Tiny:
    app = Chalice("tiny", configure_logs=False)
    app.log.disabled = True  # Chalice writes a trace of what it catches; here every fault is meant
    app.experimental_feature_flags.update(["WEBSOCKETS"])
    tiny = Tiny(app, [], threading.Event(), set())
    _add_routes(tiny)
    _add_socket(tiny)
    _add_tasks(tiny)
    return tiny


def options(tiny: Tiny, folder: Path, **changes: Any) -> Options:
    return Options(app=tiny.app, template=TEMPLATE, state=folder / "state", static=folder / "static", **changes)


def _add_routes(tiny: Tiny) -> None:
    app = tiny.app
    app.api.binary_types.append("application/x-sound")

    @app.route("/echo/{word}", methods=["GET", "POST"], content_types=["*/*"])
    def echo(word: str) -> Any:
        request = current(app)
        tiny.seen.append(request.to_original_event())
        return {"word": word, "tag": request.headers.get("x-tag"), "id": app.lambda_context.aws_request_id}

    @app.route("/length", methods=["POST"], content_types=["*/*"])
    def length() -> Any:
        return {"bytes": len(current(app).raw_body)}

    @app.route("/cookies")
    def cookies() -> Response:
        return Response("ok", {"Set-Cookie": ["a=1; Path=/", "b=2; Path=/"], "Content-Type": "text/plain"})

    @app.route("/pixel")
    def pixel() -> Response:
        return Response(PIXEL, {"Content-Type": "image/png"})

    @app.route("/crash")
    def crash() -> None:
        raise RuntimeError("a secret of someone@example.org")

    @app.route("/split")
    def split() -> Response:
        return Response("x", {"X-Bad": ["a\r\nSet-Cookie: stolen=1"]})


def current(app: Chalice) -> Request:
    request = app.current_request
    assert request is not None
    return request


def _add_socket(tiny: Tiny) -> None:
    app = tiny.app

    @app.on_ws_connect()
    def connect(event: WebsocketEvent) -> Any:
        tiny.seen.append(event.to_dict())
        query = event.to_dict()["queryStringParameters"] or {}
        if "crash" in query:
            raise RuntimeError
        return {"statusCode": int(query.get("answer", "200"))}

    @app.on_ws_message()
    def message(event: WebsocketEvent) -> None:
        tiny.seen.append(event.to_dict())
        if event.body == "crash":
            raise RuntimeError
        connections().post_to_connection(ConnectionId=event.connection_id, Data=event.body.encode())

    @app.on_ws_disconnect()
    def disconnect(event: WebsocketEvent) -> None:
        tiny.seen.append(event.to_dict())
        tiny.arrived.set()


def _add_tasks(tiny: Tiny) -> None:
    app = tiny.app

    @app.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute")
    def every_minute(event: Any) -> str:
        tiny.seen.append(event.to_dict())
        return "swept"

    @app.on_sqs_message(queue=QUEUE, batch_size=10, name="later")
    def later(event: SQSEvent) -> Any:
        records = event.to_dict()["Records"]
        tiny.seen.append([record["body"] for record in records])
        tiny.arrived.set()
        if "all" in tiny.failing:
            raise RuntimeError
        failed = [record["messageId"] for record in records if record["body"] in tiny.failing]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}

    @app.on_dynamodb_record(f"arn:aws:dynamodb:eu-central-1:1:table/{TABLE}/stream/any", name="changed")
    def changed(event: Any) -> None:
        if "stream" in tiny.failing:
            raise RuntimeError
        tiny.seen.append([(record.event_name, record.keys["pk"]["S"]) for record in event])

    @app.lambda_function(name="double_it")
    def double_it(event: Any, context: Any) -> Any:
        if str(event["n"]) in tiny.failing:
            raise ArithmeticError("not that one")
        return {"n": event["n"] * 2, "function": context.function_name}


def connections() -> Any:
    return boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["EARSHOT_LIVE_ENDPOINT"])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def fetch(
    port: int, path: str, method: str = "GET", *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """One request, exactly this path; what it says and is answered in confidence is told."""
    canaries.tell((headers or {}).get("Cookie", ""))
    canaries.tell_address(path)
    canaries.tell_json(body or b"")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
    if path.startswith("/v1/"):
        canaries.tell_json(answer.body)
    return answer
