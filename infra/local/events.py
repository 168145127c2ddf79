"""Events in the shapes in which AWS hands them to Lambda."""

import base64
import random
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from infra.local.template import ACCOUNT, REGION

API_ID = "local"
FUNCTION_TIMEOUT_MS = 29_000  # API Gateway's integration limit
Headers = Iterable[tuple[str, str]]


def fresh_id() -> str:
    """A UUID nobody relies on: the system's generator would let go of the interpreter's lock at every request."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda passes beside the event; the names are Lambda's."""

    function_name: str
    aws_request_id: str = field(default_factory=fresh_id)
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1_024
    log_group_name: str = "local"
    log_stream_name: str = "local"
    started_ms: float = field(default_factory=lambda: time.monotonic() * 1_000)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(self.started_ms + FUNCTION_TIMEOUT_MS - time.monotonic() * 1_000))


@dataclass(frozen=True)
class Caller:
    """Who asks: only the socket knows."""

    address: str
    user_agent: str


def http_event(
    *,
    method: str,
    path: str,
    route: str,
    parameters: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Headers,
    caller: Caller,
    stage: str,
    body: bytes,
    binary_types: Iterable[str],
    request_id: str,
) -> dict[str, Any]:
    """API Gateway's proxy event (payload format 1.0)."""
    multi = multi_headers(headers)
    text, encoded = encoded_body(body, content_type(multi), binary_types)
    return {
        "resource": route,
        "path": path,
        "httpMethod": method,
        "headers": _last(multi),
        "multiValueHeaders": multi,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "body": text,
        "isBase64Encoded": encoded,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "stage": stage,
            "httpMethod": method,
            "path": path,
            "resourcePath": route,
            "requestId": request_id,
            "requestTimeEpoch": time.time_ns() // 1_000_000,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": caller.address, "userAgent": caller.user_agent},
        },
    }


def multi_headers(headers: Headers) -> dict[str, list[str]]:
    """Values by name, the name written as it came first; bytes that are not UTF-8 are replaced."""
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(names.setdefault(name.lower(), name), []).append(_clean(value))
    return found


def content_type(multi: Mapping[str, list[str]]) -> str:
    """The type alone, lower case; empty where there is none."""
    for name, values in multi.items():
        if name.lower() == "content-type":
            return values[-1].split(";")[0].strip().lower()
    return ""


def encoded_body(body: bytes, kind: str, binary_types: Iterable[str]) -> tuple[str | None, bool]:
    """The body as it travels in JSON, and whether it is base64: binary types are, and whatever is no text."""
    if not body:
        return None, False
    if not any(fnmatchcase(kind, one) for one in binary_types):
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode("ascii"), True


def socket_event(
    *,
    kind: str,
    route_key: str,
    connection_id: str,
    connected_at_ms: int,
    caller: Caller,
    stage: str,
    domain: str,
) -> dict[str, Any]:
    """API Gateway's WebSocket event; `kind` is CONNECT, MESSAGE or DISCONNECT."""
    return {
        "isBase64Encoded": False,
        "requestContext": {
            "routeKey": route_key,
            "eventType": kind,
            "messageDirection": "IN",
            "connectionId": connection_id,
            "connectedAt": connected_at_ms,
            "requestTimeEpoch": time.time_ns() // 1_000_000,
            "requestId": fresh_id(),
            "identity": {"sourceIp": caller.address, "userAgent": caller.user_agent},
            "domainName": domain,
            "stage": stage,
            "apiId": API_ID,
        },
    }


def connect_details(headers: Headers, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """What only $connect carries."""
    multi = multi_headers(headers)
    return {
        "headers": _last(multi),
        "multiValueHeaders": multi,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
    }


def schedule_event(name: str, at_s: float) -> dict[str, Any]:
    """EventBridge's scheduled event."""
    return {
        "version": "0",
        "id": fresh_id(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "region": REGION,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s)),
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"],
        "detail": {},
    }


def queue_record(message: Mapping[str, Any], queue: str) -> dict[str, Any]:
    """One record of an SQS event, from a received message."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": message.get("MessageAttributes", {}),
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def stream_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """One record of a DynamoDB stream event, from what GetRecords gives."""
    change = {"SizeBytes": 0, "StreamViewType": "KEYS_ONLY", **record["dynamodb"]}
    change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
    for image in ("Keys", "NewImage", "OldImage"):
        if image in change:
            change[image] = {name: _json_value(value) for name, value in change[image].items()}
    event: dict[str, Any] = {**record, "dynamodb": change, "eventSourceARN": stream_arn}
    return event


def _json_value(value: Any) -> Any:
    """An attribute value with its bytes as base64, as it is in JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {name: _json_value(one) for name, one in value.items()}
    return [_json_value(one) for one in value] if isinstance(value, list | set) else value


def _last(multi: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in multi.items()}


def _clean(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
