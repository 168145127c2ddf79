"""GET /v1/time and /v1/joins."""

import base64
import re
from typing import Annotated
from uuid import UUID

from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.joining import service
from chalicelib.joining.keys import keys_at
from chalicelib.joining.rules import Processing
from chalicelib.joining.schemas import JoinView, KeyView, TimeView
from chalicelib.joining.service import Outcome
from chalicelib.runtime import clock
from chalicelib.runtime.errors import (
    FieldError,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    WrongType,
)
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.ids import JoinId, OpaqueText, RoomId, is_opaque, parse_uuid
from chalicelib.runtime.settings import settings
from chalicelib.runtime.viewers import Viewer
from chalicelib.sessions.edge import require_session

routes = Blueprint(__name__)

FINGERPRINT = "application/vnd.earshot.fingerprint"
WAV = "audio/wav"
CLIP_MAX = 1_048_576  # bytes of audio/wav
ASK_AGAIN_MS = 1_000
_NUMBER = re.compile(
    r"[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"
)  # as JSON has them; Python knows more spellings
HEADERS = {
    "Earshot-Join": Annotated[
        UUID, Meta(description="A fresh UUID for the clip; the same again has no further effect.")
    ],
    "Earshot-Recorded-At": Annotated[
        float, Meta(description="Epoch milliseconds of its first sample, by the server's clock.", ge=0, lt=1e14)
    ],
    "Earshot-Processing": Annotated[
        Processing | None, Meta(description="What the browser does to the sound; unknown unless said.")
    ],
    "Earshot-Room": Annotated[OpaqueText | None, Meta(description="The room the sender is in, to let others join it.")],
}


@operation(routes, "GET", "/v1/time", summary="The server's clock and the fingerprint keys", answers=TimeView)
def read_time(call: Call[None]) -> Reply:
    now = clock.now()
    keys = keys_at(settings().secret, now)
    return Reply(TimeView(now, [KeyView(k.id, base64.b64encode(k.seed).decode(), k.from_ms, k.to_ms) for k in keys]))


@operation(routes, "POST", "/v1/joins", summary="Join by sound: submit a clip", body=bytes,
           accepts=(FINGERPRINT, WAV), body_max=CLIP_MAX, answers=JoinView, status=202, request_headers=HEADERS,
           errors=(Unauthenticated, NotFound, TooLarge, WrongType, Invalid, TooMany))  # fmt: skip
def submit_clip(call: Call[bytes]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    clip = service.Submission(
        join_id=JoinId(parse_uuid(_required(call, "Earshot-Join"), "Earshot-Join")),
        content=call.body,
        is_recording=call.content_type == WAV,
        recorded_at_ms=_instant(_required(call, "Earshot-Recorded-At")),
        processing=_processing(call.header("Earshot-Processing")),
        viewer=Viewer(call.address, call.area),
        room_id=_room(call.header("Earshot-Room")),
    )
    return Reply(_view(service.submit_clip(clip, session, settings().secret, now=now)), 202)


@operation(routes, "GET", "/v1/joins/{join_id}", summary="What became of my clip", answers=JoinView,
           errors=(Unauthenticated, NotFound, Invalid))  # fmt: skip
def read_join(call: Call[None]) -> Reply:
    now = clock.now()
    session = require_session(call, now=now)
    return Reply(_view(service.read_join(_join_id(call), session, now=now)))


@operation(routes, "DELETE", "/v1/joins/{join_id}", summary="Cancel: the clip is gone", status=204,
           errors=(Unauthenticated, Invalid, TooMany))  # fmt: skip
def cancel_join(call: Call[None]) -> Reply:
    now = clock.now()
    service.cancel_join(_join_id(call), require_session(call, now=now, leaving=True), now=now)
    return Reply(status=204)


def _view(outcome: Outcome) -> JoinView:
    waiting = outcome.status == "listening"
    return JoinView(
        join_id=outcome.join_id,
        status=outcome.status,
        expires_at_ms=outcome.expires_at_ms,
        room_id=outcome.room_id,
        hint=outcome.hint,
        retry_after_ms=ASK_AGAIN_MS if waiting else None,
    )


def _join_id(call: Call[None]) -> JoinId:
    return JoinId(parse_uuid(call.path["join_id"], "join_id"))


def _required(call: Call[bytes], name: str) -> str:
    value = call.header(name)
    if not value:
        raise Invalid(f"The header {name} is missing.", errors=[FieldError(name, "missing")])
    return value


def _instant(text: str) -> float:
    """Epoch milliseconds; fractions are welcome."""
    value = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not 0 <= value < 1e14:
        raise Invalid(
            "Earshot-Recorded-At must be epoch milliseconds.",
            errors=[FieldError("Earshot-Recorded-At", "not epoch milliseconds")],
        )
    return value


def _processing(text: str | None) -> Processing:
    match text:
        case "off" | "on" | "unknown":
            return text
        case None:
            return "unknown"
    raise Invalid(
        "Earshot-Processing must be off, on or unknown.",
        errors=[FieldError("Earshot-Processing", "not off, on or unknown")],
    )


def _room(text: str | None) -> RoomId | None:
    if text is None:
        return None
    if not is_opaque(text):
        raise NotFound("There is no such meeting, or you are not in it.")
    return RoomId(text)
