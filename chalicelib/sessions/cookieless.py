"""Without cookies: a bearer that the caller keeps, and tickets for the live channel (C4).

The bearer says what the cookie says, under a seal of its own, so that neither passes for the other.
"""

from collections.abc import Mapping

from chalicelib.lifetimes import MINUTE, TICKET
from chalicelib.runtime import limits, vault
from chalicelib.runtime.errors import FieldError, Invalid, Unauthenticated
from chalicelib.runtime.ids import SessionId
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.rules import Pass
from chalicelib.sessions.ticket_models import new_ticket, take_ticket

PURPOSE = "bearer"
SCHEME = "bearer "
ANOTHER = "Earshot-Bearer"  # in an answer: takes the place of the bearer that was sent
TEXT_MAX = 512  # characters; ours have about 130, so anything longer is not ours
WISH = "earshot-cookies"
TICKETS = 60  # a minute, by one session


def wants_no_cookie(headers: Mapping[str, str]) -> bool:
    """Whether the caller asks for a bearer instead. Raises Invalid for any other wish."""
    wish = headers.get(WISH)
    if wish not in (None, "none"):
        raise Invalid("Earshot-Cookies is none, or left out.", errors=[FieldError("Earshot-Cookies", "not `none`")])
    return wish is not None


def new_bearer(session_id: SessionId, *, now: int) -> str:
    return vault.seal(PURPOSE, Pass(session_id, now).to_bytes().decode())


def has_bearer(headers: Mapping[str, str]) -> bool:
    """Whether the caller says who they are by a bearer, be it ours or not: then no cookie counts."""
    return headers.get("authorization", "").lower().startswith(SCHEME)


def held_bearer(headers: Mapping[str, str]) -> Pass | None:
    """What the bearer says; None for one that is not ours, or altered."""
    text = headers.get("authorization", "")[len(SCHEME) :].strip()
    content = vault.unseal(PURPOSE, text) if len(text) <= TEXT_MAX else None
    return None if content is None else Pass.from_bytes(content.encode())


def make_ticket(session: Session, *, now: int) -> tuple[str, int]:
    """A ticket and until when it is good, once. Raises TooMany."""
    limits.count(f"tickets/{session.participant_id}", allowed=TICKETS, window_ms=MINUTE, now=now)
    return new_ticket(session.session_id, now=now), TICKET.deadline(now)


def session_of_ticket(text: str, *, now: int) -> Session:
    """Uses the ticket up. Raises Unauthenticated for used, old and unknown ones."""
    session_id: SessionId | None = take_ticket(text, now=now)
    session = None if session_id is None else find(session_id, now=now)
    if session is None:
        raise Unauthenticated("This ticket was used, is older than a minute, or never was.")
    return session
