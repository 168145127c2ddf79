"""The REST API as the application wants it: every address and method reaches it, and what API Gateway answers by
itself is a problem document like any other.

Chalice lists each method of each route, and API Gateway answers 403 to whatever is not in the list.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from chalicelib.runtime.errors import Problem, TooLarge, TooMany, Unavailable, Unreadable, WrongType
from chalicelib.runtime.http import API_POLICY, SECURITY_HEADERS
from chalicelib.runtime.problems import PROBLEM_JSON, document, headers, no_such_path

ANY, NOWHERE = "x-amazon-apigateway-any-method", "/{proxy+}"
AGAIN_S = 5  # until somebody may ask again whom the throttle refused, or whose function was away
_BUSY = TooMany("Too many ask at once.", retry_after_s=AGAIN_S)
# By API Gateway's names; the first two stand for all that are not here.
ANSWERS: Mapping[str, Problem] = {
    "DEFAULT_4XX": Unreadable("The request could not be handed on."),
    "DEFAULT_5XX": Unavailable("No answer came in time.", retry_after_s=AGAIN_S),
    "MISSING_AUTHENTICATION_TOKEN": no_such_path(),  # its name for an address without a method
    "QUOTA_EXCEEDED": _BUSY,
    "REQUEST_TOO_LARGE": TooLarge("Send at most 10 MB, of which binary bodies may use 4.5."),
    "RESOURCE_NOT_FOUND": no_such_path(),
    "THROTTLED": _BUSY,
    "UNSUPPORTED_MEDIA_TYPE": WrongType("Send the content type that the route lists."),
}


def opened(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The definition (Swagger 2.0, as Chalice writes it), with every method of every address there can be."""
    paths = {path: {ANY: _any_method(methods)} for path, methods in definition["paths"].items()}
    pattern = paths["/"][ANY]
    for path in {*_above(paths), NOWHERE} - set(paths):
        paths[path] = {ANY: _with_parameters(pattern, path)}
    answers = {name: _answer(problem) for name, problem in ANSWERS.items()}
    return {**definition, "paths": paths, "x-amazon-apigateway-gateway-responses": answers}


def _any_method(methods: Mapping[str, Any]) -> dict[str, Any]:
    """All of a path's methods are handed on alike. Raises ValueError where they are not."""
    first, *others = methods.values()
    if any(one != first for one in others):
        raise ValueError("the methods of a path differ")
    return deepcopy(first)


def _above(paths: Mapping[str, Any]) -> Iterator[str]:
    """What lies between an address and the root is a resource of its own, which `/{proxy+}` need not stand for."""
    for path in paths:
        parts = path.split("/")
        yield from ("/".join(parts[:length]) for length in range(2, len(parts)))


def _with_parameters(pattern: Mapping[str, Any], path: str) -> dict[str, Any]:
    named = [part.strip("{}+") for part in path.split("/") if part.startswith("{")]
    given = [{"in": "path", "name": name, "required": True, "type": "string"} for name in named]
    return {**deepcopy(dict(pattern)), **({"parameters": given} if given else {})}


def _answer(problem: Problem) -> dict[str, Any]:
    """A header's value stands in quotes, so it has none in it: a policy's empty list is as good as its 'none'."""
    said = {
        **SECURITY_HEADERS,
        "Content-Security-Policy": API_POLICY.replace(" 'none'", ""),
        "Content-Type": PROBLEM_JSON,
        **headers(problem),
    }
    return {
        "statusCode": str(problem.status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in said.items()},
        "responseTemplates": {"application/json": json.dumps(document(problem))},
    }
