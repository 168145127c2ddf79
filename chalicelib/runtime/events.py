"""What must reach upward: a subject publishes, the subjects above it subscribe in wiring.py."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import RoomId, SessionId
from chalicelib.runtime.transactions import Transaction


@dataclass(frozen=True)
class SessionEnded:
    """A session was ended by its owner, or by a change of privilege. `rooms`: all that it had entered and not left."""

    session_id: SessionId
    participant_id: str
    room_id: str | None
    now: int
    rooms: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SessionReplaced:
    """A log in has put another session in its place: nobody may listen under the old id from now on."""

    old_id: SessionId
    now: int


@dataclass(frozen=True)
class SessionRenewed:
    """A participant goes on under a new session id, which their tabs do not know yet; `room_id` is their meeting.

    After a log in it comes a little later, and may come twice.
    """

    old_id: SessionId
    new_id: SessionId
    participant_id: str
    room_id: str | None
    now: int


@dataclass(frozen=True)
class GuestSignedIn:
    """Whoever decided something as that guest has logged in to that account. May come late, and twice."""

    participant_id: str
    account_id: str
    now: int


@dataclass(frozen=True)
class FoundTooYoung:
    """A guest who said to be old enough turns out not to be: what was agreed to and begun since does not count.

    `registered` is what their session named before (accounts/begun.py): by now it may have ended.
    """

    session_id: SessionId
    participant_id: str
    registered: frozenset[str]
    now: int


@dataclass(frozen=True)
class FoundOldEnough:
    """A guest has said when they were born, whatever they said before: what they do from now on counts."""

    participant_id: str
    now: int


@dataclass(frozen=True)
class AccountUsed:
    """An account's session records its use, at most once in 12 h; what else belongs to that goes `together` with it."""

    account_id: str
    together: Transaction
    now: int


@dataclass(frozen=True)
class PersonUsed:
    """Somebody uses the service, as any of these participants; told at most once in 12 h, and with each log in."""

    participants: frozenset[str]
    now: int


@dataclass(frozen=True)
class CaptureChanged:
    """An account has switched the capture of insights in its meetings on or off."""

    account_id: str
    now: int


@dataclass(frozen=True)
class AccountErasing:
    """An account is about to be erased; what must go in the same instant goes `together` with it, or not at all."""

    account_id: str
    together: Transaction
    now: int


@dataclass(frozen=True)
class SubjectErased:
    """Somebody is erased: what others see of them, or they could act by, goes now. It may come twice."""

    person: Person
    now: int


@dataclass(frozen=True)
class ErasureUnfinished:
    """Somebody is erased, and something of theirs is left: what keeps it out of sight lives on. Told once a day."""

    person: Person
    now: int


@dataclass(frozen=True)
class BackupRestored:
    """Some tables are as they were days ago, and others are not: what does not fit, or tells of the erased, is mended.

    It may come twice, and where nothing is wrong.
    """

    now: int


@dataclass(frozen=True)
class ConsentWithdrawn:
    """Somebody said no to a purpose, again perhaps: what was kept for it alone has lost its purpose."""

    purpose: str
    person: Person
    now: int


@dataclass(frozen=True)
class ParticipantRenamed:
    """A participant has another name; `room_id` is the meeting they are in, if any.

    `ahead`: their session is not written yet. Otherwise what it says by then counts. `forgets`: they have deleted their
    name, and what else they said of themselves.
    """

    session_id: SessionId
    participant_id: str
    room_id: str | None
    name: str
    now: int
    ahead: bool = False
    forgets: bool = False


@dataclass(frozen=True)
class NameRepaired:
    """A participant's name was deleted: where the meeting shows it still, or anew, it shows what they are called."""

    participant_id: str
    room_id: str
    now: int


@dataclass(frozen=True)
class NameDeleted:
    """A participant has deleted their name: nothing keeps what was written of them until then, nor any `is_it` knows.

    It comes twice, the second time a little later.
    """

    participant_id: str
    until_ms: int
    is_it: Callable[[str], bool]
    now: int


@dataclass(frozen=True)
class StayEnding:
    """A participant was in a room from `from_ms` to `to_ms` and is about to be away or gone; it may come twice."""

    room_id: RoomId
    participant_id: str
    name: str
    from_ms: int
    to_ms: int
    now: int
    email: str | None = None  # sealed


@dataclass(frozen=True)
class ShowingEnding:
    """Something was shown in a room from `from_ms` to `to_ms` and is about to be no longer; it may come twice."""

    room_id: RoomId
    content_id: str
    from_ms: int
    to_ms: int
    now: int


@dataclass(frozen=True)
class MemberLeaving:
    """A participant is about to leave a room: where the leaving breaks off here, they are still in it."""

    participant_id: str
    room_id: RoomId
    now: int


@dataclass(frozen=True)
class MemberLeft:
    """A participant left a room."""

    participant_id: str
    room_id: RoomId
    now: int


@dataclass(frozen=True)
class RoomEnded:
    """A meeting is over: nobody can read it any more, and what is shown in it is to be deleted now. May come again,
    with the same end."""

    room_id: RoomId
    ended_at_ms: int
    now: int


@dataclass(frozen=True)
class RoomsMerged:
    """Two rooms turned out to be one: what is shown in `room_id` belongs to `into` from now on. May come twice."""

    room_id: RoomId
    into: RoomId
    now: int


@dataclass(frozen=True)
class ParticipantAdmitted:
    """Members let in someone whom sound had led to their door, and who knocked at that time."""

    join_id: str
    session_id: SessionId
    room_id: RoomId
    knocked_at_ms: int
    required: bool  # the meeting asks it of everybody; otherwise the sound left a doubt
    now: int


@dataclass(frozen=True)
class ParticipantRefused:
    """Members did not let in someone whom sound had led to a meeting that asks."""

    join_id: str
    session_id: SessionId
    participant_id: str
    now: int


_subscribers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type, handler: Callable[[Any], None]) -> None:
    """Calls `handler` with every event of that kind; subscribing twice is subscribing once."""
    if handler not in _subscribers[kind]:
        _subscribers[kind].append(handler)


def publish(event: object) -> None:
    """Tells everyone who subscribed, in the order of subscription."""
    for handler in _subscribers[type(event)]:
        handler(event)
