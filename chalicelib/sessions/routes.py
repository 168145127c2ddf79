"""POST, GET and DELETE /v1/session."""

from chalice.app import Blueprint

from chalicelib.runtime import clock, cookies
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.settings import settings
from chalicelib.sessions import edge, service
from chalicelib.sessions.models import Session
from chalicelib.sessions.schemas import NewSession, SessionView

routes = Blueprint(__name__)


@operation(routes, "POST", "/v1/session", summary="Open a session, or find the one there is", body=NewSession,
           answers=SessionView, status=201)  # fmt: skip
def open_session(call: Call[NewSession]) -> Reply:
    now = clock.now()
    try:
        session = service.find_session(edge.held_pass(call.headers), now=now)
    except Unauthenticated:
        session = service.open_session(now=now)
    edge.give_cookie(call, SessionId(session.session_id), now=now)
    return Reply(_view(session, now), 201)


@operation(routes, "GET", "/v1/session", summary="My session", answers=SessionView, errors=(Unauthenticated,))
def read_session(call: Call[None]) -> Reply:
    now = clock.now()
    return Reply(_view(edge.require_session(call, now=now), now))


@operation(routes, "DELETE", "/v1/session", summary="End my session on this device", status=204)
def end_session(call: Call[None]) -> Reply:
    held = edge.held_pass(call.headers)
    if held is not None:
        service.end_session(held.session_id, now=clock.now())
    call.cookies_out.append(cookies.cleared(settings()))
    return Reply(status=204)


def _view(session: Session, now: int) -> SessionView:
    return SessionView(session.participant_name, None, {}, edge.expires_at_ms(now))
