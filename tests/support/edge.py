"""A small application over the real HTTP edge, with one route for each thing the edge must do."""

from typing import Any
from unittest.mock import patch

import msgspec
from chalice.app import Blueprint

from chalicelib.runtime import http
from chalicelib.runtime.errors import FieldError, Gone, NotFound, TooMany, Unavailable
from chalicelib.runtime.http import Call, EarshotApp, Reply, operation

BLOB_MAX = 64  # bytes


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    stars: int = 0


def edge_app() -> EarshotApp:
    """Routes: /notes (JSON in), /notes/{note_id}, /blobs (bytes in), /broken, /problems/{name}, /page, /cookies."""
    app = EarshotApp(app_name="edge")
    app.api.binary_types.append("audio/wav")
    with patch.object(http, "OPERATIONS", []):  # these routes belong to no document
        app.register_blueprint(_routes())
    return app


def _routes() -> Blueprint:
    routes = Blueprint("edge")

    @operation(routes, "POST", "/notes", summary="", body=NewNote, answers=NewNote, status=201)
    def make_note(call: Call[NewNote]) -> Reply:
        return Reply(call.body, 201)

    @operation(routes, "GET", "/notes/{note_id}", summary="")
    def read_note(call: Call[None]) -> Reply:
        return Reply({"id": call.path["note_id"], "query": dict(call.query), "address": call.address})

    @operation(routes, "DELETE", "/notes/{note_id}", summary="", status=204)
    def delete_note(call: Call[None]) -> Reply:
        return Reply(status=204)

    @operation(routes, "POST", "/blobs", summary="", body=bytes, accepts=("audio/wav",), body_max=BLOB_MAX)
    def take_blob(call: Call[bytes]) -> Reply:
        return Reply({"bytes": len(call.body), "type": call.content_type})

    @operation(routes, "POST", "/broken", summary="", body=NewNote)
    def break_down(call: Call[NewNote]) -> Reply:
        raise ValueError(f"cannot digest {call.body.text}")

    @operation(routes, "GET", "/problems/{name}", summary="")
    def have_problem(call: Call[None]) -> Reply:
        raise PROBLEMS[call.path["name"]]

    @operation(routes, "GET", "/page", summary="", document=False)
    def show_page(call: Call[None]) -> Reply:
        return Reply("<p>hello", content_type=http.HTML)

    @operation(routes, "GET", "/cookies", summary="")
    def give_cookies(call: Call[None]) -> Reply:
        call.cookies_out += ["a=1; Path=/", "b=2; Path=/"]
        raise NotFound("Cookies go out with problems too.")

    return routes


PROBLEMS: dict[str, Any] = {
    "gone": Gone("It was here."),
    "too-many": TooMany("Slowly.", retry_after_s=7),
    "unavailable": Unavailable(retry_after_s=3),
    "invalid-field": NotFound("No.", errors=[FieldError("$.text", "too sad")], kind="special"),
}
