"""Tickets: each opens the live channel once, for those who send no cookie with it."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.lifetimes import TICKET
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.ids import SessionId, is_opaque, opaque
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table

TICKET_ROW = "ticket"


class Ticket(Record):
    class Meta(Binding):
        pass

    owner_id = UnicodeAttribute(hash_key=True)  # the digest of what the ticket says
    own_id = UnicodeAttribute(range_key=True)
    opens = UnicodeAttribute()  # the session


tickets = Table(Ticket, "sessions")
RUNNING_OUT = RunningOut("ticket", tickets)


def new_ticket(session_id: SessionId, *, now: int) -> str:
    """What the ticket says; only its digest is stored."""
    text = opaque()
    made = Ticket(_owner(text), TICKET_ROW, opens=session_id)
    made.lives_until(TICKET.deadline(now))
    RUNNING_OUT.file([made], now=now)
    tickets.put(made)
    return text


def take_ticket(text: str, *, now: int) -> SessionId | None:
    """Whose it is; of all who try, one is told."""
    found = tickets.get((_owner(text), TICKET_ROW), now=now) if is_opaque(text) else None
    return SessionId(found.opens) if found is not None and tickets.take(found, now=now) else None


def _owner(text: str) -> str:
    return f"{TICKET_ROW}#{vault.digest('sessions/ticket', text)}"


holdings.let_pass(Ticket, TICKET, why="it names a session, which is gone then, and opens nothing without it")
