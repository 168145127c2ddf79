"""How the API document describes problems: one response a class, its types enumerated."""

from typing import Any

import msgspec

from chalicelib.runtime.errors import Problem, TooMany, Unavailable
from chalicelib.runtime.problem_kinds import kinds_of
from chalicelib.runtime.problems import PROBLEM_JSON, TYPE_BASE

RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    }
}


class FieldErrorView(msgspec.Struct):
    """One thing wrong: where (`$.title`, a header's or a parameter's name) and why."""

    at: str
    reason: str


class ProblemView(msgspec.Struct):
    """A problem document (RFC 9457). `reference` finds a fault of the server in its log."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldErrorView] | msgspec.UnsetType = msgspec.UNSET
    reference: str | msgspec.UnsetType = msgspec.UNSET


def problem_response(family: type[Problem]) -> dict[str, Any]:
    """The response component of one class of problem."""
    kinds = kinds_of(family)
    meanings = [one.meaning if len(kinds) == 1 else f"`{one.kind}`: {one.meaning}" for one in kinds]
    exact = {
        "type": {"enum": [TYPE_BASE + one.kind for one in kinds]},
        "title": {"const": family.title},
        "status": {"const": family.status},
    }
    schema = {"allOf": [{"$ref": "#/components/schemas/ProblemView"}, {"properties": exact}]}
    response = {"description": " ".join(meanings), "content": {PROBLEM_JSON: {"schema": schema}}}
    return response | ({"headers": RETRY_AFTER} if family in (TooMany, Unavailable) else {})
