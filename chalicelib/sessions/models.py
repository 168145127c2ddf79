"""The server's half of a session. Those of one account lie in one partition: listing or ending them is one Query."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.lifetimes import GUARDIAN_REQUEST, SESSION, SESSION_GRACE_MS
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.gathering import Wanted
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import ParticipantId, SessionId, opaque
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction

Key = tuple[str, str]
SEALED_EMAIL = "sessions/email"
CARRIED = (  # by a renewal
    "participant_id", "participant_name", "room_id", "rooms", "attended", "left_traces", "email", "age", "preferences",
    "decided", "opened_at_ms",
)  # fmt: skip


class Session(Record):
    class Meta(Binding):
        pass

    owner_id = UnicodeAttribute(hash_key=True)  # the account; a guest's session is its own
    own_id = UnicodeAttribute(range_key=True)
    participant_id = UnicodeAttribute()
    participant_name = UnicodeAttribute()
    room_id = UnicodeAttribute(null=True)  # the meeting they are in, entered last
    rooms = UnicodeSetAttribute(null=True)  # all that they have entered and not left
    attended = BooleanAttribute(null=True)  # a meeting, ever: a history may name them
    left_traces = BooleanAttribute(null=True)  # as a guest: a form, an export, a line of the ledger
    email = UnicodeAttribute(null=True)  # of the account, sealed
    proved_for = UnicodeAttribute(null=True)  # the account as it was when its owner signed in or replaced the password
    age = UnicodeAttribute(null=True)  # what followed from the birth date, which is not kept: see rules.Age
    preferences = JSONAttribute(default=dict)
    decided = BooleanAttribute(null=True)  # on some purpose, as a guest: to be taken along to an account
    registered = UnicodeSetAttribute(null=True)  # what a guest has begun to register: see accounts/begun.py
    follows = UnicodeSetAttribute(null=True)  # the sessions before it, while what was theirs is not yet its own
    opened_at_ms = NumberAttribute()
    used_at_ms = NumberAttribute()  # at most 12 h behind the cookie, which decides
    ended = BooleanAttribute(null=True)  # being taken down: nobody's session any more

    @property
    def session_id(self) -> SessionId:
        return SessionId(self.own_id if self.owner_id == self.own_id else f"{self.owner_id}.{self.own_id}")

    @property
    def account_id(self) -> str | None:
        return None if self.owner_id == self.own_id else str(self.owner_id)

    @property
    def email_address(self) -> Address | None:
        """Of the account, as its owner sees it."""
        shown = self.email and vault.unseal(SEALED_EMAIL, self.email)
        return Address(shown) if shown else None

    def keep_email(self, address: Address) -> None:
        self.email = vault.seal(SEALED_EMAIL, address)

    def used(self, now: int) -> None:
        """Moves the server's half's own end; it outlives the cookie by the 12 h it may be behind."""
        self.used_at_ms = now
        self.lives_until(SESSION.deadline(now) + SESSION_GRACE_MS)

    @property
    def is_found_by_participant(self) -> bool:
        """Whether something of theirs may be found by their participant's id alone."""
        return bool(self.attended or self.decided or self.left_traces)


class GuardianRequest(Record):
    """A question to a child's grown-up that waits for its answer (guardian.py)."""

    class Meta(Binding):
        pass

    owner_id = UnicodeAttribute(hash_key=True)  # the digest of what the link says
    own_id = UnicodeAttribute(range_key=True)
    session_id = UnicodeAttribute()


sessions = Table(Session, "sessions")
guardian_requests = Table(GuardianRequest, "sessions")


def key_of(session_id: str) -> Key:
    owner, _, own = session_id.partition(".")
    return owner, own or owner


def account_of(session_id: str) -> str | None:
    """None for a guest's."""
    owner, _, own = session_id.partition(".")
    return owner if own else None


def find(session_id: str, *, now: int) -> Session | None:
    """The session, unless it is over or being ended."""
    return living(sessions.get(key_of(session_id), now=now))


def row_of(session_id: str) -> Wanted:
    """Where the session is, for whoever reads it together with other things; `living` then says whether it counts."""
    return sessions, key_of(session_id)


def living(found: Session | None) -> Session | None:
    return None if found is None or found.ended else found


def find_all_of(account_id: str, *, now: int) -> list[Session]:
    """The account's sessions on all its devices."""
    return [one for one in sessions.query(account_id, now=now) if not one.ended]


def change(session_id: str, actions: Sequence[Action], *, now: int, where: Condition | None = None) -> Session | None:
    """The session after `actions`; None where it has ended, or `where` does not hold."""
    lives = Session.ended.does_not_exist()
    return sessions.update(key_of(session_id), actions, now=now, where=lives if where is None else lives & where)


def use(session: Session, now: int) -> list[Action]:
    """Its last use, recorded; what an older secret sealed is sealed anew."""
    fresh = vault.sealed_anew(SEALED_EMAIL, session.email)
    sealed = [] if fresh is None else [Session.email.set(fresh)]
    lives = Session.living_until(SESSION.deadline(now) + SESSION_GRACE_MS)
    return [Session.used_at_ms.set(now), *sealed, *lives]


def remember_room(session_id: str, room_id: str, *, now: int) -> str | None:
    """Where the session's participant is, from now on; the name they have at that moment, None without a session."""
    entered = [Session.room_id.set(room_id), Session.rooms.add({room_id}), Session.attended.set(True)]
    changed = sessions.update(key_of(session_id), entered, now=now)
    return None if changed is None else str(changed.participant_name)


def move_session(both: Transaction, session_id: str, source: str, into: str) -> None:
    """Its participant is where `into` is, if they were in `source`."""
    here = Session.room_id == source
    moved = [Session.room_id.set(into), Session.rooms.add({into})]
    both.update(sessions, sessions.bare(key_of(session_id)), moved, where=here)


def forget_room(session_id: str, room_id: str, *, now: int) -> None:
    """They left it; where they are in another one by now, that stays."""
    key, left = key_of(session_id), Session.rooms.delete({room_id})
    if sessions.update(key, [Session.room_id.remove(), left], now=now, where=Session.room_id == room_id) is None:
        sessions.update(key, [left], now=now, where=Session.rooms.contains(room_id))


def new_session(name: str, now: int) -> Session:
    own = opaque()
    session = Session(own, own, participant_id=ParticipantId(opaque()), participant_name=name, opened_at_ms=now)
    session.used(now)
    return session


def end_with(both: Transaction, session: Session) -> None:
    """It is nobody's from then on, if it has not ended; deleting it follows."""
    both.update(sessions, session, [Session.ended.set(True)], where=Session.ended.does_not_exist())


def unchanged(session: Session) -> Condition:
    """Holds where it has not ended, and all that its renewal takes along is as it was read."""
    same: Condition = Session.ended.does_not_exist()
    for name in ("participant_name", "preferences", "room_id", "age", "decided", "attended", "left_traces"):
        attribute, value = getattr(Session, name), getattr(session, name)
        same &= attribute.does_not_exist() if value is None else attribute == value
    return same


def proof_of(account_id: str, revision: str) -> str:
    """Names an account as it is until its next password or second factor."""
    return vault.digest("sessions/proved", account_id, revision)


def note_proof(session_id: str, proof: str, *, now: int) -> None:
    """Whoever holds this session reads the account's mail: their guesses at its password are not strangers'."""
    change(session_id, [Session.proved_for.set(proof)], now=now)


def renewed(session: Session, owner_id: str | None, now: int) -> Session:
    """The same person, room and preferences under a new id; of what else a session says nothing comes along."""
    own = opaque()
    kept: dict[str, Any] = {name: getattr(session, name) for name in CARRIED}
    made = Session(owner_id or own, own, **kept)
    made.used(now)
    return made


def _sessions_of(person: Person, now: int) -> list[Session]:
    """Those being ended, too."""
    found = sessions.query(person.account_id, now=now) if person.account_id else []
    known = {one.session_id for one in found}
    return [*found, *sessions.get_many([key_of(one) for one in sorted(person.sessions - known)], now=now)]


def _known_by_sessions(person: Person, now: int) -> Person:
    found = _sessions_of(person, now)
    places = {(room, str(one.participant_id)) for one in found for room in (one.room_id, *(one.rooms or ())) if room}
    return person.also(
        participants={str(one.participant_id) for one in found},
        sessions={old for one in found for old in (one.session_id, *(one.follows or ()))},
        rooms={room for room, _ in places},
        places=places,
        addresses={begun.split(".")[1] for one in found for begun in one.registered or ()},
    )


def _shown(session: Session) -> dict[str, Any]:
    return {
        "participant_id": session.participant_id,
        "participant_name": session.participant_name,
        "room_id": session.room_id,
        "email": session.email_address,
        "age": session.age,
        "preferences": session.preferences,
        "opened_at_ms": int(session.opened_at_ms),
        "used_at_ms": int(session.used_at_ms),
    }


holdings.known_by("sessions", _known_by_sessions)
holdings.hold(Session, sessions, SESSION, find=_sessions_of, export=_shown, at_once=True)
holdings.let_pass(GuardianRequest, GUARDIAN_REQUEST, why="it names a session, which is gone then, and holds no address")
