"""The application as a WSGI callable, so that a fuzzer can drive it without a socket."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.support.browser import HOST, call

Start = Callable[[str, list[tuple[str, str]]], Any]


def as_wsgi(app: Any) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Every request goes through an API Gateway event and back."""

    def serve(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer = call(
            app,
            environ["REQUEST_METHOD"],
            _target(environ),
            headers=_headers(environ),
            body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            address="203.0.113.7",
        )
        headers = [(name, value) for name, value in answer.headers.items() if name != "set-cookie"]
        start(f"{answer.status} -", [*headers, *(("set-cookie", value) for value in answer.cookies)])
        return [answer.body.encode()]

    return serve


def _target(environ: dict[str, Any]) -> str:
    """Path and query as they were sent: percent-encoded. The client keeps them apart."""
    path, query = str(environ["REQUEST_URI"]).partition("?")[0], environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path


def _headers(environ: dict[str, Any]) -> list[tuple[str, str]]:
    sent = [(name[5:].replace("_", "-"), value) for name, value in environ.items() if name.startswith("HTTP_")]
    sent = [(name, value) for name, value in sent if name != "HOST"]
    kind = environ.get("CONTENT_TYPE")
    return [*sent, ("Host", HOST), ("X-Forwarded-Proto", "https"), *([("Content-Type", kind)] if kind else [])]
