"""The application under generated requests, right and wrong: it answers as its own document says."""

import copy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode

from app import app
from chalicelib.joining.routes import FINGERPRINT, WAV
from chalicelib.web.api_routes import openapi
from tests.integration.contract.wsgi import as_wsgi
from tests.support.world import World

EXAMPLES = settings().max_examples // 8  # of each operation and mode: 12, or 125 by HYPOTHESIS_PROFILE=thorough
RECORDING = (Path(__file__).parents[2] / "recordings" / "room-a-seat-1.wav").read_bytes()
HEADER = 44  # bytes before a recording's samples
PROGRAM = {"Earshot-Client": "fuzzer"}

schemathesis.openapi.media_type(FINGERPRINT, st.binary(max_size=4096))
schemathesis.openapi.media_type(WAV, st.binary(max_size=256).map(lambda tail: RECORDING[:HEADER] + tail))


def _document() -> dict[str, Any]:
    """The served one without `Earshot-Client`, which every request here sends."""
    document = copy.deepcopy(openapi(app.routes))
    client = {"$ref": "#/components/parameters/EarshotClient"}
    for described in (one for methods in document["paths"].values() for one in methods.values()):
        described["parameters"] = [one for one in described.get("parameters", []) if one != client]
    return document


SCHEMA = schemathesis.openapi.from_dict(_document())
SCHEMA.app = as_wsgi(app)
Operation = APIOperation[Any, Any, Any, Any]
OPERATIONS: list[Operation] = [SCHEMA[path][method] for path in SCHEMA for method in SCHEMA[path]]
WITH_INPUT = [one for one in OPERATIONS if [*one.iter_parameters(), *one.body]]


def _fuzz(world: World, operation: Operation, mode: GenerationMode) -> None:
    @settings(max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode), inside=st.booleans())
    def answers_as_described(case: Any, inside: bool) -> None:
        session = (world.member() if inside else world.browser()).jar
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in session.items())} if inside else {}
        case.call_and_validate(headers=PROGRAM | cookie)

    answers_as_described()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_what_fits_the_document_is_answered_as_it_says(world: World, operation: Operation) -> None:
    """G4: no fault of ours; statuses, types and bodies as described; methods not described are refused."""
    _fuzz(world, operation, GenerationMode.POSITIVE)


@pytest.mark.parametrize("operation", WITH_INPUT, ids=lambda one: one.label)
def test_what_does_not_fit_the_document_is_refused(world: World, operation: Operation) -> None:
    """G4: and the refusal is one that the document lists."""
    _fuzz(world, operation, GenerationMode.NEGATIVE)
