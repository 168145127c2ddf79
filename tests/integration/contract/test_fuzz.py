"""The application under generated requests, right and wrong: it answers as its own document says."""

import copy
import io
import random
import wave
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings, strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app import app
from chalicelib.joining.routes import FINGERPRINT, WAV
from chalicelib.web.api_routes import openapi
from tests.integration.contract.wsgi import as_wsgi
from tests.support.world import World

EXAMPLES = settings().max_examples // 16  # of each case: 6, or 62 by HYPOTHESIS_PROFILE=thorough
RATE = 8_000
PROGRAM = {"Earshot-Client": "fuzzer"}


def _recording(seed: int) -> bytes:
    """2 s of noise in a well-formed file."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(random.Random(seed).randbytes(4 * RATE))
    return written.getvalue()


schemathesis.openapi.media_type(FINGERPRINT, st.binary(max_size=4096))
schemathesis.openapi.media_type(WAV, st.binary(max_size=256) | st.integers(0, 2**32).map(_recording))


def _document() -> dict[str, Any]:
    """The served one without what every request here brings by itself: `Earshot-Client` and, often, a session."""
    document = copy.deepcopy(openapi(app.routes))
    client = {"$ref": "#/components/parameters/EarshotClient"}
    for described in (one for methods in document["paths"].values() for one in methods.values()):
        described["parameters"] = [one for one in described.get("parameters", []) if one != client]
        described["security"] = []
    return document


SCHEMA = schemathesis.openapi.from_dict(_document())
SCHEMA.app = as_wsgi(app)
Operation = APIOperation[Any, Any, Any, Any]
OPERATIONS: list[Operation] = [SCHEMA[path][method] for path in SCHEMA for method in SCHEMA[path]]
SUBMIT: Operation = SCHEMA["/v1/joins"]["POST"]
SAY_AGE: Operation = SCHEMA["/v1/session/age"]["POST"]
CHANGE_SESSION: Operation = SCHEMA["/v1/session"]["PATCH"]  # nor which names are written in invisible characters
BY_MAIL: list[Operation] = [SCHEMA[f"/v1/accounts/{name}"]["POST"] for name in ("verify", "password", "password-reset")]
REGISTER: Operation = SCHEMA["/v1/accounts"]["POST"]
LOG_IN: Operation = SCHEMA["/v1/session/login"]["POST"]
OF_A_CHILD: list[Operation] = [SCHEMA[f"/v1/session/age/{name}"]["POST"] for name in ("guardian", "approval")]
ENTER: Operation = SCHEMA["/v1/join-codes/{code}"]["POST"]
PLANNED: list[Operation] = [SCHEMA["/v1/rooms"]["POST"], SCHEMA["/v1/rooms/{room_id}"]["PATCH"]]
STAGE: Operation = SCHEMA["/v1/content"]["POST"]  # nor which text is a link
MEASURED: Operation = SCHEMA["/v1/rooms/{room_id}/insights"]["POST"]  # nor that a tab is named here or there
PAGED: list[Operation] = [
    SCHEMA[path]["GET"]
    for path in (
        "/v1/meetings",
        "/v1/meetings/{meeting_id}",
        "/v1/meetings/{meeting_id}/report",
        "/v1/shared-reports/{token}",
        "/v1/export/{id}",
        "/v1/disclosures",
        "/v1/disclosures/statement",
    )
]
SHARE: Operation = SCHEMA["/v1/meetings/{meeting_id}/report/shares"]["POST"]  # nor that 4.0 is no count of days
BEYOND_SCHEMAS = (
    SUBMIT,
    SHARE,
    MEASURED,
    *PAGED,
    ENTER,
    STAGE,
    *PLANNED,
    SAY_AGE,
    *OF_A_CHILD,
    CHANGE_SESSION,
    LOG_IN,
    REGISTER,
    *BY_MAIL,
)
WITH_INPUT = [one for one in OPERATIONS if [*one.iter_parameters(), *one.body]]


def _fuzz(world: World, operation: Operation, mode: GenerationMode, inside: bool) -> None:
    seen = set()
    # no schema says which bytes are a clip, what day it is, which links were mailed or how often somebody has tried
    beyond_schemas = [positive_data_acceptance] if operation in BEYOND_SCHEMAS else []

    @settings(max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case: Any) -> None:
        case.cookies = (world.member() if inside else world.browser()).jar
        seen.add(_kind(case.call_and_validate(headers=PROGRAM, excluded_checks=beyond_schemas)))

    answers_as_described()
    assert not (inside and "session-required" in seen), "a request with a session was taken for one without"


def _kind(answer: Any) -> str | None:
    """Of problem; None for a success."""
    return answer.json()["type"].rpartition("/")[2] if answer.status_code >= 400 else None


@pytest.mark.parametrize("inside", [True, False], ids=["member", "stranger"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_what_fits_the_document_is_answered_as_it_says(world: World, operation: Operation, inside: bool) -> None:
    """G4: no fault of ours; statuses, types and bodies as described."""
    _fuzz(world, operation, GenerationMode.POSITIVE, inside)


@pytest.mark.parametrize("inside", [True, False], ids=["member", "stranger"])
@pytest.mark.parametrize("operation", WITH_INPUT, ids=lambda one: one.label)
def test_what_does_not_fit_the_document_is_refused(world: World, operation: Operation, inside: bool) -> None:
    """G4: and the refusal is one that the document lists."""
    _fuzz(world, operation, GenerationMode.NEGATIVE, inside)


def test_any_recording_of_now_is_taken_as_the_document_says(world: World) -> None:
    """G4: the case that free generation does not hit, a clip that has just been recorded."""

    @settings(max_examples=EXAMPLES)
    @given(case=SUBMIT.as_strategy(), seed=st.integers(0, 2**32))
    def is_taken(case: Any, seed: int) -> None:
        world.reset()  # a join id that comes twice is a conflict
        case.media_type, case.body, case.cookies = WAV, _recording(seed), world.member().jar
        case.headers["Earshot-Recorded-At"] = str(world.now - 2_000)
        case.headers.pop("Earshot-Room", None)
        by_hand = [negative_data_rejection]  # a changed case counts as negative
        assert case.call_and_validate(headers=PROGRAM, excluded_checks=by_hand).status_code == 202

    is_taken()
