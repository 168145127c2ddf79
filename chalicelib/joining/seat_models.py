"""Seats: where participants are, as sound has led them there. A seat is decided by one conditional write."""

from pynamodb.expressions.condition import Condition

from chalicelib.joining.models import SEAT, VERDICTS_OVER, Seat
from chalicelib.lifetimes import JOIN_VERDICT
from chalicelib.runtime.ids import RoomId
from chalicelib.runtime.store import Table

seats: Table[Seat] = Table(Seat, "clips")


def find_seat(participant_id: str, *, now: int) -> RoomId | None:
    seat = read_seat(participant_id, now=now)
    return None if seat is None else RoomId(seat.room_id)


def read_seat(participant_id: str, *, now: int) -> Seat | None:
    seat = seats.get((participant_id, SEAT), now=now)
    return None if seat is None or seat.room_id is None else seat


def take_seat(
    participant_id: str, room_id: RoomId, *, heard_at_ms: int, now: int, opened_at_ms: int | None = None
) -> bool:
    """Seats a participant by what they heard until then; False where they have a seat, or left what they had since.

    `opened_at_ms` is that of a room which is being opened for them, so that others can finish it.
    """
    seat = new_seat(participant_id, room_id, now=now, opened_at_ms=opened_at_ms)
    return seats.create(seat, now=now, over=given_up_before(heard_at_ms))


def new_seat(participant_id: str, room_id: RoomId, *, now: int, opened_at_ms: int | None) -> Seat:
    seat = Seat(participant_id, SEAT, room_id=room_id, opened_at_ms=opened_at_ms)
    seat.lives_until(JOIN_VERDICT.deadline(now))
    return seat


def given_up_before(heard_at_ms: int) -> Condition:
    """Holds for a seat that its participant had left when they heard that."""
    before: Condition = Seat.given_up_at_ms < heard_at_ms
    return before


def move_seat(participant_id: str, room_id: RoomId, *, now: int) -> bool:
    """Seats somebody in another room than the one where they are; False where they are there, or nowhere."""
    elsewhere = Seat.room_id.exists() & (Seat.room_id != room_id)
    actions = [Seat.room_id.set(room_id), Seat.opened_at_ms.remove()]
    return seats.update((participant_id, SEAT), actions, now=now, where=elsewhere) is not None


def give_up_seat(participant_id: str, room_id: str | None, *, now: int) -> bool:
    """The participant left: their seat (None: they have none) is free for what they hear from now on.

    False where they were seated elsewhere meanwhile.
    """
    given_up = Seat(participant_id, SEAT, given_up_at_ms=now)
    given_up.lives_until(JOIN_VERDICT.deadline(now))
    VERDICTS_OVER.file([given_up], now=now)
    return seats.create(given_up, now=now, over=Seat.given_up_at_ms.exists() | (Seat.room_id == (room_id or "")))


def undo_seat(participant_id: str, room_id: str) -> None:
    """The room came to nothing: as if the seat had not been taken."""
    seats.delete((participant_id, SEAT), where=Seat.room_id == room_id)
