"""A deleted name leaves everything that holds it: at once, and what broke off or was on its way within minutes."""

from functools import partial

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import events, expiry, vault
from chalicelib.sessions.models import Session

DELETED = "name-deleted"  # kind of expiry entries
SEALED, DIGEST = "sessions/name-deleted", "sessions/deleted-name"  # an entry names nobody


def finish_later(session: Session, *, now: int) -> None:
    """Filed ahead of the deletion, for a moment at which no process is left that has read the name before it."""
    said = session.participant_id, session.room_id or "", str(now), _digest(session.participant_name)
    expiry.file(DELETED, vault.seal(SEALED, " ".join(said)), now + expiry.SETTLED_MS, now=now)


def delete_everywhere(session: Session, *, now: int) -> None:
    """Whatever holds the session's name, or held one of its participant before."""
    events.publish(events.NameDeleted(session.participant_id, now, partial(str.__eq__, session.participant_name), now))


def finish(name: str, now: int) -> int | None:
    """The reaper's call, each minute for a while. What they are called by now, by whatever session, is left alone there
    and in their meeting; where it is the very same name, taken anew, it leaves the history like the deleted one.
    """
    said = vault.unseal(SEALED, name)
    if said is None:
        return None
    participant_id, room_id, until_ms, digest = said.split(" ")
    if room_id:
        events.publish(events.NameRepaired(participant_id, room_id, now))
    events.publish(events.NameDeleted(participant_id, int(until_ms), lambda one: _digest(one) == digest, now))
    followed_ms = int(until_ms) + 2 * expiry.SETTLED_MS  # a log in meanwhile has been by then: see aftermath.py
    return now + MINUTE if now < followed_ms else None


def _digest(name: str) -> str:
    return vault.digest(DIGEST, name)
