"""Between cookie and session, for every subject's routes: who is calling?"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from chalicelib.lifetimes import SESSION
from chalicelib.runtime import cookies
from chalicelib.runtime.errors import FieldError, Invalid, Unauthenticated
from chalicelib.runtime.http import Call
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.languages import LANGUAGES, Language, choose_language
from chalicelib.runtime.settings import settings
from chalicelib.sessions import cookieless, service
from chalicelib.sessions.models import Session
from chalicelib.sessions.names import is_friendly
from chalicelib.sessions.rules import Pass
from chalicelib.sessions.schemas import Preferences, SessionAccount, SessionView

PURPOSE = "session"
IN_LANGUAGE = {
    "language": Annotated[
        Language | None, msgspec.Meta(description="Of the texts; left out: the one preferred, or the browser's.")
    ]
}


def require_session(call: Call[Any], *, now: int, leaving: bool = False) -> Session:
    """The caller's session, its cookie sealed again when due. Raises Unauthenticated.

    `leaving`: for what a page says while it goes; that answer may come after another tab's log in, and sets none.
    """
    held = held_pass(call.headers)
    session = service.find_session(held, now=now)
    if held is not None and held.due_at(now) and not leaving and not cookieless.has_bearer(call.headers):
        give_cookie(call, session.session_id, now=now)
    return session


def find_session(call: Call[Any], *, now: int) -> Session | None:
    """The caller's session, if there is one: found, it is used, and its cookie sealed again when due."""
    try:
        return require_session(call, now=now)
    except Unauthenticated:
        return None


def clear_useless(headers: Mapping[str, str], cookies_out: list[str], *, now: int) -> None:
    """For every answer, whatever became of its request: a cookie that is not ours, or has run out, is cleared.

    One of a session that has ended is not: the browser may have got another since it sent this one (ADR 22).
    """
    if cookies.values(settings(), headers) and not any(map(_is_ours, cookies_out)) and not has_cookie(headers, now=now):
        clear_cookie(cookies_out)


def has_cookie(headers: Mapping[str, str], *, now: int) -> bool:
    """Whether there may be a session: by the cookie alone, without a look at the server's half."""
    held = _held_by_cookie(headers)
    return held is not None and held.valid_at(now)


def view(call: Call[Any], session: Session, *, now: int) -> SessionView:
    """The session as its owner sees it. It ends 30 days after the instant in the cookie or bearer they hold then."""
    held = None if call.headers_out or any(map(_is_ours, call.cookies_out)) else held_pass(call.headers)
    email = session.email_address
    return SessionView(
        session.participant_name,
        not is_friendly(session.participant_name),
        None if email is None else SessionAccount(email),
        session.age,  # type: ignore[arg-type]  # written from the same set of words
        msgspec.convert(session.preferences, Preferences),
        session.room_id,
        SESSION.deadline(held.used_at_ms if held else now),
    )


def language(call: Call[Any], session: Session | None) -> Language:
    """The one preferred, or what the browser says."""
    preferred = session.preferences.get("language") if session else None
    return choose_language(preferred, call.header("accept-language"))


def asked_language(call: Call[Any], session: Session | None) -> Language:
    """The one that `?language=` asks for (`IN_LANGUAGE`), otherwise as `language`. Raises Invalid for any other."""
    asked = call.query.get("language")
    if asked is None:
        return language(call, session)
    if asked not in LANGUAGES:
        raise Invalid("There is no such language here.", errors=[FieldError("language", " or ".join(LANGUAGES))])
    return choose_language(asked, None)


def held_pass(headers: Mapping[str, str]) -> Pass | None:
    """What the request's bearer says, or else its cookie; None for one that is not ours."""
    return cookieless.held_bearer(headers) if cookieless.has_bearer(headers) else _held_by_cookie(headers)


def _held_by_cookie(headers: Mapping[str, str]) -> Pass | None:
    content = cookies.opened(settings(), PURPOSE, headers)
    return None if content is None else Pass.from_bytes(content)


def give_cookie(call: Call[Any], session_id: SessionId, *, now: int) -> None:
    """The one cookie of the session, or another bearer for whoever came by one.

    Whatever was decided about the cookie before does not count.
    """
    if cookieless.has_bearer(call.headers):
        call.headers_out[cookieless.ANOTHER] = cookieless.new_bearer(session_id, now=now)
        return
    _set_cookie(call.cookies_out, cookies.sealed(settings(), PURPOSE, Pass(session_id, now).to_bytes()))


def forget(call: Call[Any]) -> None:
    """The caller's session is over. A cookie beside a bearer belongs to another."""
    if not cookieless.has_bearer(call.headers):
        clear_cookie(call.cookies_out)


def clear_cookie(cookies_out: list[str]) -> None:
    _set_cookie(cookies_out, cookies.cleared(settings()))


def _set_cookie(cookies_out: list[str], cookie: str) -> None:
    cookies_out[:] = [*(one for one in cookies_out if not _is_ours(one)), cookie]


def _is_ours(set_cookie: str) -> bool:
    return set_cookie.startswith(f"{cookies.name(settings())}=")
