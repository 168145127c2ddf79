"""The session, its participant and preferences; my sessions."""

from collections.abc import Mapping

from chalice.app import Blueprint
from msgspec import UNSET, structs

from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Invalid, NotFound, TooMany, Unauthenticated
from chalicelib.runtime.http import Call, EmptyBody, Reply, operation
from chalicelib.sessions import cookieless, edge, service
from chalicelib.sessions.models import Session
from chalicelib.sessions.schemas import (
    ListedSession,
    ListedSessions,
    SessionPatch,
    SessionView,
    TicketView,
)

routes = Blueprint(__name__)


@operation(routes, "POST", "/v1/session", summary="Open a session, or find the one there is", body=EmptyBody,
           answers=SessionView, status=201, errors=(TooMany,))  # fmt: skip
def open_session(call: Call[EmptyBody]) -> Reply:
    now = clock.now()
    session = edge.find_session(call, now=now) or service.open_session(call.address, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    return Reply(edge.view(call, session, now=now), 201)


@operation(routes, "GET", "/v1/session", summary="My session", answers=SessionView, errors=(Unauthenticated,))
def read_session(call: Call[None]) -> Reply:
    now = clock.now()
    return Reply(edge.view(call, edge.require_session(call, now=now), now=now))


@operation(routes, "PATCH", "/v1/session", summary="Change my name or preferences", body=SessionPatch,
           answers=SessionView, errors=(Unauthenticated, Denied, Invalid, Conflict, TooMany))  # fmt: skip
def change_session(call: Call[SessionPatch]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    if call.body.participant_name is not UNSET:
        session = service.change_name(session, call.body.participant_name, now=now)
    if call.body.preferences is not UNSET:
        given = {name: value for name, value in structs.asdict(call.body.preferences).items() if value is not UNSET}
        session = service.change_preferences(session, given, now=now)
    return Reply(edge.view(call, session, now=now))


@operation(routes, "POST", "/v1/tickets", summary="A ticket for the live channel", body=EmptyBody,
           answers=TicketView, status=201, errors=(Unauthenticated, TooMany))  # fmt: skip
def make_ticket(call: Call[EmptyBody]) -> Reply:
    now = clock.now()
    return Reply(TicketView(*cookieless.make_ticket(edge.require_session(call, now=now), now=now)), 201)


@operation(routes, "GET", "/v1/sessions", summary="My sessions on all devices", answers=ListedSessions,
           errors=(Unauthenticated,))  # fmt: skip
def list_sessions(call: Call[None]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    found = service.list_sessions(session, now=now)
    return Reply(ListedSessions([_listed(one, session, now) for one in found]))


@operation(routes, "DELETE", "/v1/sessions", summary="Log out everywhere", status=204, errors=(Unauthenticated,))
def end_sessions(call: Call[None]) -> Reply:
    now = clock.now()
    service.end_everywhere(edge.require_session(call, now=now), now=now)
    edge.forget(call)
    return Reply(status=204)


@operation(routes, "DELETE", "/v1/sessions/{id}", summary="End one of my sessions", status=204,
           errors=(Unauthenticated, NotFound))  # fmt: skip
def end_listed(call: Call[None]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    if service.end_listed(session, call.path["id"], now=now).session_id == session.session_id:
        edge.forget(call)
    return Reply(status=204)


def _listed(one: Session, mine: Session, now: int) -> ListedSession:
    current = one.session_id == mine.session_id
    return ListedSession(service.handle(one), int(one.opened_at_ms), now if current else int(one.used_at_ms), current)


def clear_useless_cookie(headers: Mapping[str, str], cookies_out: list[str]) -> None:
    """Called with every answer (app.py)."""
    edge.clear_useless(headers, cookies_out, now=clock.now())
