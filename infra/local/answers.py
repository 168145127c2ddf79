"""Answers that the stack itself gives, in the same words and with the same headers as the application's own."""

import json
from collections.abc import Mapping

from aiohttp.web import Response
from multidict import CIMultiDict

from chalicelib.runtime import problems
from chalicelib.runtime.errors import Problem
from chalicelib.runtime.http import API_POLICY, SECURITY_HEADERS


def problem_answer(
    problem: Problem,
    *,
    status: int | None = None,
    reference: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """RFC 9457; `status` overrides the problem's own where a caller of ours chose another."""
    document = problems.document(problem, reference)
    document["status"] = status or document["status"]
    extra = {**problems.headers(problem), **(headers or {})}
    body = json.dumps(document, ensure_ascii=False).encode()
    return answer(body, problems.PROBLEM_JSON, status=document["status"], headers=extra)


def crash_answer(error: Exception, operation: str) -> Response:
    """The 500 of a fault of ours; its one log line names the operation and the fault's place, no input."""
    problem, reference = problems.unexpected(error, operation)
    return problem_answer(problem, reference=reference)


def answer(
    body: bytes,
    content_type: str,
    *,
    status: int = 200,
    policy: str = API_POLICY,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer with the application's security headers."""
    wanted = CIMultiDict(SECURITY_HEADERS)
    wanted["Content-Security-Policy"] = policy
    wanted["Content-Type"] = content_type
    wanted.update(headers or {})
    return Response(body=body, status=status, headers=wanted)
