"""Registration, the links in mails, log in, one-click unsubscribe: what needs nobody signed in."""

from chalice.app import Blueprint

from chalicelib.accounts import login, registration, reset, unsubscribe
from chalicelib.accounts.schemas import (
    Accepted,
    LogIn,
    MailedToken,
    NewAccount,
    PasswordChanged,
    ResetPassword,
    ResetWanted,
    UnsubscribeView,
    Verified,
)
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, Denied, Gone, NotFound, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.sessions import edge
from chalicelib.sessions.schemas import SessionView

routes = Blueprint(__name__)


@operation(routes, "POST", "/v1/accounts", summary="Register", body=NewAccount, answers=Accepted, status=202,
           errors=(Unauthenticated, Denied, TooMany, Unavailable))  # fmt: skip
def register(call: Call[NewAccount]) -> Reply:
    now = clock.now()
    session = edge.require_session(call, now=now)
    language = call.body.language or edge.language(call, session)
    registration.register(call.body, session, language, call.address, now=now)
    return Reply(Accepted(), 202)


@operation(routes, "POST", "/v1/accounts/verify", summary="Confirm the address by the mail's link", body=MailedToken,
           answers=Verified, errors=(Gone, Conflict))  # fmt: skip
def verify(call: Call[MailedToken]) -> Reply:
    registration.confirm_address(call.body.token, now=clock.now())
    return Reply(Verified())


@operation(routes, "POST", "/v1/accounts/password-reset", summary="Ask for a mail to choose another password",
           body=ResetWanted, answers=Accepted, status=202, errors=(TooMany, Unavailable))  # fmt: skip
def ask_reset(call: Call[ResetWanted]) -> Reply:
    language = call.body.language or edge.language(call, None)
    reset.ask_reset(call.body.email, language, call.address, now=clock.now())
    return Reply(Accepted(), 202)


@operation(routes, "POST", "/v1/accounts/password", summary="Choose another password by the mail's link",
           body=ResetPassword, answers=PasswordChanged, errors=(Gone, Unavailable))  # fmt: skip
def set_password(call: Call[ResetPassword]) -> Reply:
    now = clock.now()
    session = edge.find_session(call, now=now)
    reset.set_password(call.body.token, call.body.password, call.address, session, now=now)
    return Reply(PasswordChanged())


@operation(routes, "POST", "/v1/session/login", summary="Log in", body=LogIn, answers=SessionView,
           errors=(Unauthenticated, TooMany, Unavailable, Conflict))  # fmt: skip
def log_in(call: Call[LogIn]) -> Reply:
    now = clock.now()
    attempt = login.look_up(call.body.email, edge.held_pass(call.headers), call.address, now=now)
    session = login.log_in(attempt, call.body.password, call.body.totp, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    return Reply(edge.view(call, session, now=now))


@operation(routes, "GET", "/v1/unsubscribe/{token}", summary="What a click on this link would end; nothing changes",
           answers=UnsubscribeView, also={303: UnsubscribeView}, errors=(NotFound,))  # fmt: skip
def read_unsubscribe(call: Call[None]) -> Reply:
    """People, whose browsers ask for a page, are sent to the one with the click."""
    token = call.path["token"]
    found = UnsubscribeView(unsubscribe.purpose_of(token))
    if "text/html" in (call.header("accept") or ""):
        return Reply(found, 303, headers={"Location": f"/unsubscribe#token={token}"})
    return Reply(found)


@operation(routes, "POST", "/v1/unsubscribe/{token}", summary="No more mails of this kind: one click (RFC 8058)",
           answers=UnsubscribeView, errors=(NotFound, Conflict), any_site=True)  # fmt: skip
def end_mails(call: Call[None]) -> Reply:
    return Reply(UnsubscribeView(unsubscribe.unsubscribe(call.path["token"], now=clock.now())))
