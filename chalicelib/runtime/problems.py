"""From an exception to its one answer: RFC 9457 problem documents."""

from typing import Any

from chalicelib.runtime.errors import NotAllowed, NotFound, Problem
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.telemetry import log

PROBLEM_JSON = "application/problem+json"
TYPE_BASE = "/problems/"  # a problem's `type` is this and its kind


def document(problem: Problem, reference: str | None = None) -> dict[str, Any]:
    """The body {type, title, status, detail, errors?, reference?}."""
    body: dict[str, Any] = {
        "type": TYPE_BASE + problem.kind,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or problem.title + ".",
    }
    if problem.errors:
        body["errors"] = [{"at": error.at, "reason": error.reason} for error in problem.errors]
    if reference:
        body["reference"] = reference
    return body


def headers(problem: Problem) -> dict[str, str]:
    """What goes with the body: Retry-After where the problem passes."""
    return {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}


def unexpected(error: Exception, operation: str) -> tuple[Problem, str]:
    """A fault of ours: logged under a reference, which is all the caller gets to see of it."""
    reference = opaque()
    # the message of an exception may quote input, so only its type and place are logged
    log.error("unexpected", operation=operation, reference=reference, error=type(error).__name__, at=_place(error))
    return Problem("The fault is ours. Try again; if it stays, report the reference."), reference


def no_such_path() -> NotFound:
    return NotFound("There is nothing at this address.")


def no_such_method(allowed: list[str]) -> NotAllowed:
    return NotAllowed(f"This address takes {', '.join(sorted(allowed))}.")


def _place(error: Exception) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
