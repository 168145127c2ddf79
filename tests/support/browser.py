"""A browser, or a program, in front of the application: requests as API Gateway hands them over, cookies kept."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from chalicelib.runtime import clock
from infra.local.chalice_app import handlers_of
from infra.local.events import Caller, LambdaContext, connect_details, http_event, socket_event
from infra.local.routing import Router
from tests.support import canaries

HOST = "earshot.example"
ORIGIN = f"https://{HOST}"
JSON = "application/json"
_CONTEXT = LambdaContext("api_handler", "request")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `headers` by lower-case name; `cookies` are the Set-Cookie values."""

    status: int
    headers: Mapping[str, str]
    cookies: Sequence[str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


def call(
    app: Any, method: str, target: str, *, headers: Sequence[tuple[str, str]], body: bytes = b"", address: str
) -> Answer:
    """One request, exactly these headers."""
    path, _, query = target.partition("?")
    match = Router(app.routes).match(path)
    event = http_event(
        method=method,
        path=path,
        route=match.route if match else path,
        parameters=match.parameters if match else {},
        query=parse_qs(query, keep_blank_values=True),
        headers=headers,
        caller=Caller(address, "test"),
        stage="local",
        body=body,
        binary_types=app.api.binary_types,
        request_id="request",
    )
    return _answer(app(event, _CONTEXT))


def _answer(raw: Mapping[str, Any]) -> Answer:
    multi = {name.lower(): list(values) for name, values in (raw.get("multiValueHeaders") or {}).items()}
    headers = {name.lower(): value for name, value in (raw.get("headers") or {}).items()}
    headers |= {name: values[-1] for name, values in multi.items()}
    return Answer(raw["statusCode"], headers, multi.get("set-cookie", []), raw.get("body") or "")


@dataclass
class Browser:
    """Keeps cookies and says where it comes from, as a page of our own does."""

    app: Any
    address: str = "203.0.113.7"
    jar: dict[str, str] = field(default_factory=dict)

    def request(
        self,
        method: str,
        target: str,
        *,
        json_body: Any = None,
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """`json_body` is sent as JSON; `headers` replace those a page sends by itself, None takes one away."""
        if json_body is not None:
            body = json.dumps(json_body).encode()
        sent = {**self._own_headers(method, json_body is not None), **(headers or {})}
        canaries.tell(self.address, *self.jar.values(), (sent.get("Authorization") or "").removeprefix("Bearer "))
        canaries.tell_address(target)
        canaries.tell_json(body)
        if join_id := sent.get("Earshot-Join"):
            canaries.tell(join_id)
            canaries.tell_bytes(body)
        answer = call(
            self.app, method, target, headers=[(k, v) for k, v in sent.items() if v is not None], body=body,
            address=self.address,
        )  # fmt: skip
        self._keep(answer.cookies)
        canaries.tell(*self.jar.values())
        if target.startswith("/v1/") and answer.headers.get("content-type") == JSON:  # no problem, no page
            canaries.tell_json(answer.body)
        return answer

    def get(self, target: str, **rest: Any) -> Answer:
        return self.request("GET", target, **rest)

    def post(self, target: str, **rest: Any) -> Answer:
        return self.request("POST", target, **rest)

    def delete(self, target: str, **rest: Any) -> Answer:
        return self.request("DELETE", target, **rest)

    def open_session(self) -> Answer:
        return self.post("/v1/session", json_body={})

    def connect(
        self, connection_id: str | None = None, headers: Mapping[str, str | None] | None = None, **query: str
    ) -> "Socket":
        """Opens /live; look at the socket's `status` for how it went."""
        socket = Socket(self.app, connection_id or str(uuid.uuid4()), self.address)
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Origin": ORIGIN,
            **self._cookie_header(),
            **(headers or {}),
        }
        socket.open([(k, v) for k, v in sent.items() if v is not None], {k: [v] for k, v in query.items()})
        return socket

    def _own_headers(self, method: str, is_json: bool) -> dict[str, str]:
        own = {"Host": HOST, "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin", **self._cookie_header()}
        own |= {} if method == "GET" else {"Origin": ORIGIN}
        return own | ({"Content-Type": JSON} if is_json else {})

    def _cookie_header(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in self.jar.items())} if self.jar else {}

    def _keep(self, cookies: Sequence[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value


@dataclass
class Socket:
    """One WebSocket connection, as the application's handlers see it."""

    app: Any
    id: str
    address: str
    status: int = 0

    def open(self, headers: Sequence[tuple[str, str]], query: Mapping[str, list[str]]) -> None:
        event = self._event("CONNECT", "$connect") | connect_details(headers, query)
        answer = handlers_of(self.app).sockets["$connect"](event, _CONTEXT)
        self.status = int((answer or {}).get("statusCode", 200))

    def send(self, message: Any) -> None:
        """A message as JSON; text goes as it is."""
        text = message if isinstance(message, str) else json.dumps(message)
        canaries.tell_json(text)
        self._handle(self._event("MESSAGE", "$default") | {"body": text})

    def resume(self, room_id: str) -> None:
        self.send({"action": "resume", "room_id": room_id, "after": 0})

    def close(self) -> None:
        handlers_of(self.app).sockets["$disconnect"](self._event("DISCONNECT", "$disconnect"), _CONTEXT)

    def _handle(self, event: dict[str, Any]) -> None:
        handlers_of(self.app).sockets["$default"](event, _CONTEXT)

    def _event(self, kind: str, route_key: str) -> dict[str, Any]:
        return socket_event(
            kind=kind, route_key=route_key, connection_id=self.id, connected_at_ms=clock.now(),
            caller=Caller(self.address, "test"), stage="local", domain=HOST,
        )  # fmt: skip
