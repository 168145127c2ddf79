"""A room as one Query finds it, and who comes to it. Nothing is read or written here."""

from collections.abc import Sequence as Many
from dataclasses import dataclass

from chalicelib.rooms.record_models import Knock, Member, Organiser, Shown
from chalicelib.runtime.ids import RoomId


@dataclass(frozen=True)
class Person:
    """Who enters: a participant and the session that acts for them."""

    participant_id: str
    session_id: str
    name: str
    email: str | None = None  # sealed


@dataclass(frozen=True)
class Room:
    """A room as one Query finds it."""

    room_id: RoomId
    opened_at_ms: int
    merged_into: RoomId | None
    by_link: bool  # whoever has its address may come in
    organiser: Organiser | None
    sequence: int
    members: Many[Member]
    shown: Many[Shown] = ()
    in_call: frozenset[str] = frozenset()  # participants
    left_at_ms: int = 0  # when somebody last left of their own accord
    knocks: Many[Knock] = ()  # of whom nobody has answered yet

    @property
    def age(self) -> tuple[int, str]:
        """Sorts the oldest first, the same way for everyone."""
        return self.opened_at_ms, self.room_id

    @property
    def title(self) -> str:
        return self.organiser.title if self.organiser else ""

    @property
    def planned_start_ms(self) -> int | None:
        at_ms = None if self.organiser is None else self.organiser.planned_start_ms
        return None if at_ms is None else int(at_ms)

    def asks(self, account_id: str | None) -> bool:
        """Whether somebody of that account is asked to knock before they come in."""
        return self.organiser is not None and self.organiser.knock and not self.is_run_by(account_id)

    def is_run_by(self, account_id: str | None) -> bool:
        return self.organiser is not None and self.organiser.account_id == account_id
