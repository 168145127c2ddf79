"""Sessions: opened at the first act that needs one, found again by the cookie, renewed, ended at once."""

from collections.abc import Mapping
from contextlib import suppress

from chalicelib.lifetimes import MINUTE, SESSION_GRACE_MS
from chalicelib.runtime import events, limits
from chalicelib.runtime.errors import Conflict, Denied, NotFound, Unauthenticated, Unavailable
from chalicelib.runtime.ids import SessionId, derived
from chalicelib.runtime.networks import network
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import forgetting, sweep, uses
from chalicelib.sessions.models import Session, change, find, find_all_of, key_of, new_session, sessions, use
from chalicelib.sessions.names import friendly
from chalicelib.sessions.rules import Age, Pass, clean_name, clean_nickname

TRIES = 8
OPENED = 20_000  # sessions a minute of one network: a stadium is no attack
NAMES = 30  # a minute of one session


def open_session(viewer: str = "", *, now: int, age: Age | None = None) -> Session:
    """A new session with a generated participant name. Raises TooMany for a network that opens floods of them."""
    limits.count(limits.hidden("session", network(viewer)), allowed=OPENED, window_ms=MINUTE, now=now)
    session = new_session(friendly(), now)
    session.age = age
    sweep.file(session, now=now)
    sessions.put(session)
    return session


def find_session(held: Pass | None, *, now: int) -> Session:
    """The session of a cookie. Raises Unauthenticated for none, one run out, or one whose session ended."""
    if held is None or not held.valid_at(now):
        raise Unauthenticated("Open a session first: POST /v1/session.")
    session = find(held.session_id, now=now)
    if session is None:
        raise _ended()
    if now - int(session.used_at_ms) > SESSION_GRACE_MS:
        with suppress(Unavailable):  # in a crowd: the next request records it
            _record_use(session, now)
    return session


def require_age(session: Session, *, children_too: bool = False) -> None:
    """Before any name, e-mail or form is taken. Raises Denied where the age is not known, or too low (C7)."""
    if session.age is None:
        raise Denied("Say first in which month you were born: POST /v1/session/age.", kind="age-required")
    if session.age == "child" and not children_too:
        raise Denied("This is for people of 13 and older.", kind="age-required")


def change_name(session: Session, name: str | None, *, now: int) -> Session:
    """Another name for the session's participant; others in the meeting see it at once. None deletes it everywhere.

    A generated one takes its place. Raises Denied before the age is known, Invalid, and TooMany: each is told to
    everybody in the meeting.
    """
    limits.count(f"names/{session.session_id}", allowed=NAMES, window_ms=MINUTE, now=now)
    if name is None:
        chosen = friendly()
        forgetting.finish_later(session, now=now)
    else:
        require_age(session, children_too=True)
        chosen = clean_nickname(name) if session.age == "child" else clean_name(name)
    changed = _renamed(session, chosen, now, aged=name is not None)
    who, forgets = (session.session_id, session.participant_id, changed.room_id), name is None
    events.publish(events.ParticipantRenamed(*who, chosen, now, forgets=forgets))
    if forgets:
        forgetting.delete_everywhere(session, now=now)
    return changed


def _renamed(session: Session, chosen: str, now: int, *, aged: bool) -> Session:
    """With `aged`, only where the age is what allowed the name: an answer may have come meanwhile."""
    actions = [Session.participant_name.set(chosen)]
    changed = change(session.session_id, actions, now=now, where=Session.age == session.age if aged else None)
    if changed is None and aged:
        require_age(_changed(find(session.session_id, now=now)), children_too=True)
        raise Conflict("Your age was being asked at the same moment. Try again.")
    return _changed(changed)


def change_preferences(session: Session, changes: Mapping[str, str | None], *, now: int) -> Session:
    """What is given changes; None forgets it."""
    known: Session | None = session
    for _ in range(TRIES):  # each further one follows a change made elsewhere at the same moment
        if known is None:
            raise _ended()
        wanted = {name: value for name, value in {**known.preferences, **changes}.items() if value is not None}
        unchanged = Session.preferences == known.preferences
        changed = change(known.session_id, [Session.preferences.set(wanted)], now=now, where=unchanged)
        if changed is not None:
            return changed
        known = find(session.session_id, now=now)
    raise Conflict("Your preferences are being changed elsewhere at the same moment. Try again.")


def record_age(session: Session, age: Age, *, now: int) -> Session:
    """The outcome alone, whatever was said before."""
    aged = _changed(change(session.session_id, [Session.age.set(age)], now=now))
    events.publish(events.FoundOldEnough(session.participant_id, now))
    return aged


def forget_age(session: Session | None, *, now: int) -> None:
    """A guest who turns out to be too young: what was said before does not count, nor anything done by it since.

    Age and name go with one write, the last: where it breaks off before, it can be repeated. The meeting that they are
    in by then may not be the one they were in at the start, nor know them by the name they had.
    """
    if session is not None and session.age in ("adult", "minor") and session.account_id is None:
        name, who = friendly(), (session.session_id, session.participant_id, session.room_id)
        forgetting.finish_later(session, now=now)
        begun = frozenset(session.registered or ())
        events.publish(events.FoundTooYoung(session.session_id, session.participant_id, begun, now))
        events.publish(events.ParticipantRenamed(*who, name, now, ahead=True, forgets=True))
        forgetting.delete_everywhere(session, now=now)
        emptied = [one.remove() for one in (Session.age, Session.decided, Session.registered)]
        changed = change(session.session_id, [*emptied, Session.participant_name.set(name)], now=now)
        if changed is not None and changed.room_id:
            events.publish(events.NameRepaired(session.participant_id, changed.room_id, now))


def note_traces(session: Session, *, now: int) -> None:
    """Ahead of what is found by a guest's participant alone: whoever logs in takes it along."""
    if session.account_id is None and not session.left_traces:
        _changed(change(session.session_id, [Session.left_traces.set(True)], now=now))


def list_sessions(session: Session, *, now: int) -> list[Session]:
    """All sessions of the account, the newest first; a guest's only one."""
    found = find_all_of(session.account_id, now=now) if session.account_id else [session]
    return sorted(found, key=lambda one: -int(one.used_at_ms))


def handle(session: Session) -> str:
    """Names a session to its owner without being the key to it."""
    return derived("session", session.session_id)


def end_listed(session: Session, wanted: str, *, now: int) -> Session:
    """Ends one of my sessions. Raises NotFound where none of them has that name."""
    for one in list_sessions(session, now=now):
        if handle(one) == wanted:
            end_session(one.session_id, now=now)
            return one
    raise NotFound("You have no such session.")


def end_session(session_id: SessionId, *, now: int) -> None:
    """Deletes the server's half and tells whoever keeps something for it.

    Marked first and deleted last: where this breaks off, its repetition finishes it, and nobody uses it meanwhile.
    """
    session = sessions.update(key_of(session_id), [Session.ended.set(True)], now=now)
    if session is not None:
        entered = frozenset(session.rooms or ())
        events.publish(events.SessionEnded(session_id, session.participant_id, session.room_id, now, entered))
        sessions.delete(key_of(session_id))


def end_sessions_of(account_id: str, *, now: int, keep: SessionId | None = None) -> None:
    """Log out everywhere, or everywhere else."""
    for session in sessions.query(account_id, now=now):
        if session.session_id != keep:
            end_session(session.session_id, now=now)


def end_everywhere(session: Session, *, now: int) -> None:
    """Log out everywhere, this device included."""
    if session.account_id:
        end_sessions_of(session.account_id, now=now)
    else:
        end_session(session.session_id, now=now)


def _record_use(session: Session, now: int) -> None:
    used = use(session, now)
    if session.account_id is None:
        sessions.update(key_of(session.session_id), used, now=now)
        if session.attended:
            events.publish(events.PersonUsed(frozenset({session.participant_id}), now))
        return
    both = Transaction(now=now)
    both.update(sessions, session, used)
    uses.follow_later(both, session.account_id, now=now)
    events.publish(events.AccountUsed(session.account_id, both, now))
    both.commit()  # not where the account is over: its sessions end by themselves then


def _changed(session: Session | None) -> Session:
    if session is None:
        raise _ended()
    return session


def _ended() -> Unauthenticated:
    return Unauthenticated("This session has ended. Open a new one: POST /v1/session.")
