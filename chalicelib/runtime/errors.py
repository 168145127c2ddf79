"""The closed family of errors a use case may raise; runtime/problems.py turns each into one answer.

Problem
├── Unreadable 400      ├── Conflict 409     ├── TooMany 429      (retry_after_s)
├── Unauthenticated 401 ├── Gone 410         └── Unavailable 503  (retry_after_s)
├── Denied 403          ├── TooLarge 413
├── NotFound 404        ├── WrongType 415
└── NotAllowed 405      └── Invalid 422
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing wrong in the input: where (a path such as `$.title` or a header's name) and why."""

    at: str
    reason: str


class Problem(Exception):
    """What the caller can be told. `detail` is one sentence that says what to do, never personal data."""

    status = 500
    title = "Something went wrong"
    kind = "internal"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.kind = kind or type(self).kind


class Unreadable(Problem):
    status, title, kind = 400, "The request could not be read", "unreadable"


class Unauthenticated(Problem):
    status, title, kind = 401, "A session is needed", "session-required"


class Denied(Problem):
    status, title, kind = 403, "Not allowed", "denied"


class NotFound(Problem):
    status, title, kind = 404, "Not found", "not-found"


class NotAllowed(Problem):
    status, title, kind = 405, "Method not allowed", "method-not-allowed"


class Conflict(Problem):
    status, title, kind = 409, "In conflict with what is there", "conflict"


class Gone(Problem):
    status, title, kind = 410, "No longer there", "gone"


class TooLarge(Problem):
    status, title, kind = 413, "Too large", "too-large"


class WrongType(Problem):
    status, title, kind = 415, "Wrong content type", "wrong-type"


class Invalid(Problem):
    status, title, kind = 422, "Not valid", "invalid"


class TooMany(Problem):
    status, title, kind = 429, "Too many requests", "too-many"


class Unavailable(Problem):
    status, title, kind = 503, "Not available right now", "unavailable"
