"""Between cookie and session, for every subject's routes: who is calling?"""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.lifetimes import SESSION
from chalicelib.runtime import cookies
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.http import Call
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.languages import Language, choose_language
from chalicelib.runtime.settings import settings
from chalicelib.sessions import service
from chalicelib.sessions.models import Session
from chalicelib.sessions.rules import Pass
from chalicelib.sessions.schemas import Preferences, SessionAccount, SessionView

PURPOSE = "session"


def require_session(call: Call[Any], *, now: int) -> Session:
    """The caller's session, its cookie sealed again when due. Raises Unauthenticated, and clears what is no use."""
    held = held_pass(call.headers)
    try:
        session = service.find_session(held, now=now)
    except Unauthenticated:
        if cookies.values(settings(), call.headers):
            call.cookies_out.append(cookies.cleared(settings()))
        raise
    if held is not None and held.due_at(now):
        give_cookie(call, session.session_id, now=now)
    return session


def find_session(call: Call[Any], *, now: int) -> Session | None:
    """The caller's session, if there is one."""
    try:
        return service.find_session(held_pass(call.headers), now=now)
    except Unauthenticated:
        return None


def view(session: Session, now: int) -> SessionView:
    """The session as its owner sees it."""
    return SessionView(
        session.participant_name,
        None if session.email is None else SessionAccount(session.email),
        session.age,  # type: ignore[arg-type]  # written from the same set of words
        msgspec.convert(session.preferences, Preferences),
        SESSION.deadline(now),
    )


def language(call: Call[Any], session: Session | None) -> Language:
    """The one preferred, or what the browser says."""
    preferred = session.preferences.get("language") if session else None
    return choose_language(preferred, call.header("accept-language"))


def held_pass(headers: Mapping[str, str]) -> Pass | None:
    """What the request's cookie says, if it is ours."""
    content = cookies.opened(settings(), PURPOSE, headers)
    return None if content is None else Pass.from_bytes(content)


def give_cookie(call: Call[Any], session_id: SessionId, *, now: int) -> None:
    call.cookies_out.append(cookies.sealed(settings(), PURPOSE, Pass(session_id, now).to_bytes()))
