"""Every `type` a problem document can have. A kind that is not listed here fails the suite."""

from dataclasses import dataclass

from chalicelib.runtime.errors import (
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unreadable,
    WrongType,
)


@dataclass(frozen=True)
class ProblemKind:
    """`kind` is the last part of the type; `meaning` says when it is answered and what to do."""

    kind: str
    family: type[Problem]
    meaning: str


PROBLEM_KINDS = (
    ProblemKind("unreadable", Unreadable, "The body is not one strict JSON document in UTF-8."),
    ProblemKind("not-a-websocket", Unreadable, "The address of the live channel takes WebSockets only."),
    ProblemKind("session-required", Unauthenticated, "There is no session, or it is over: POST /v1/session first."),
    ProblemKind("sign-in-required", Unauthenticated, "The session is no account's: POST /v1/session/login first."),
    ProblemKind("wrong-credentials", Unauthenticated, "No confirmed account has this address and this password."),
    ProblemKind("second-factor-required", Unauthenticated, "Send a new code of the authenticator, or a recovery code."),
    ProblemKind("denied", Denied, "What was asked for is not open to the caller."),
    ProblemKind("refused", Denied, "Those in the meeting said no; one may ask again a minute after having asked."),
    ProblemKind("age-required", Denied, "Names, addresses and forms come after POST /v1/session/age, some from 13 on."),
    ProblemKind("consent-required", Denied, "The person has not agreed to this purpose: PUT /v1/consents."),
    ProblemKind("capture-off", Denied, "Nobody runs the meeting, or its organiser captures no insights."),
    ProblemKind("cross-site", Denied, "The request came from another site, or a program did not name itself."),
    ProblemKind("unknown-host", Denied, "The request names a host that this server is not (one-machine stack)."),
    ProblemKind("not-found", NotFound, "It is not there, or not the caller's: the answer is the same."),
    ProblemKind("method-not-allowed", NotAllowed, "The address takes the methods that the header Allow lists."),
    ProblemKind("conflict", Conflict, "What was sent contradicts what is stored."),
    ProblemKind("gone", Gone, "It has expired, and nothing brings it back."),
    ProblemKind("too-large", TooLarge, "The body passes the limit of its route, which `detail` says."),
    ProblemKind("wrong-type", WrongType, "The content type is not one that the route lists."),
    ProblemKind("invalid", Invalid, "The body, a header or a parameter is not as described; `errors` says where."),
    ProblemKind("too-many", TooMany, "Ask again after the seconds that the header Retry-After says."),
    ProblemKind("internal", Problem, "The fault is the server's; `reference` finds it in the server's log."),
    ProblemKind("unavailable", Unavailable, "Ask again after the seconds that the header Retry-After says."),
)  # fmt: skip


def kinds_of(family: type[Problem]) -> list[ProblemKind]:
    """The kinds of exactly that class of problem."""
    return [one for one in PROBLEM_KINDS if one.family is family]
