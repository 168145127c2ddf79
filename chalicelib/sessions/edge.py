"""Between cookie and session, for every subject's routes: who is calling?"""

from collections.abc import Mapping
from typing import Any

from chalicelib.lifetimes import SESSION
from chalicelib.runtime import cookies
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.http import Call
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.settings import settings
from chalicelib.sessions.models import Session
from chalicelib.sessions.rules import Pass
from chalicelib.sessions.service import find_session

PURPOSE = "session"


def require_session(call: Call[Any], *, now: int) -> Session:
    """The caller's session, its cookie sealed again when due. Raises Unauthenticated, and clears what is no use."""
    held = held_pass(call.headers)
    try:
        session = find_session(held, now=now)
    except Unauthenticated:
        if cookies.values(settings(), call.headers):
            call.cookies_out.append(cookies.cleared(settings()))
        raise
    if held is not None and held.due_at(now):
        give_cookie(call, SessionId(session.session_id), now=now)
    return session


def held_pass(headers: Mapping[str, str]) -> Pass | None:
    """What the request's cookie says, if it is ours."""
    content = cookies.opened(settings(), PURPOSE, headers)
    return None if content is None else Pass.from_bytes(content)


def give_cookie(call: Call[Any], session_id: SessionId, *, now: int) -> None:
    call.cookies_out.append(cookies.sealed(settings(), PURPOSE, Pass(session_id, now).to_bytes()))


def expires_at_ms(now: int) -> int:
    """When a cookie sealed at `now` runs out if it is not used again."""
    return SESSION.deadline(now)
