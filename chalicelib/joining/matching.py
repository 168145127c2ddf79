"""Comparing a clip with those worth it, and what follows: a meeting, a question to the people, or nothing yet."""

from collections.abc import Sequence

from chalicelib.joining import models
from chalicelib.joining.grouping import Ear, gather
from chalicelib.joining.lazily import engine
from chalicelib.joining.models import READ_MAX, Sound
from chalicelib.rooms import door
from chalicelib.rooms import service as rooms
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.models import sessions

JOIN, ASK = "join", "ask"  # verdicts of joining.match


def meet(mine: Sound, others: Sequence[tuple[str, str]], *, now: int) -> RoomId | None:
    """Compares with (join id, participant id) of `others`; the room that this leads to at once, if any."""
    sounds, seats = _read(mine, others, now)
    verdicts = dict(zip(sounds, engine().compare(mine.fine, [one.fine for one in sounds.values()]), strict=True))
    ears = {join_id: _ear(sound, seats) for join_id, sound in sounds.items()}
    heard = [ears[join_id] for join_id, verdict in verdicts.items() if verdict == JOIN]
    if heard:
        everyone = {**sounds, mine.join_id: mine}
        return gather(_ear(mine, seats), heard, lambda one, other: _agree(one, other, everyone), now=now)
    _ask(mine, [ears[join_id] for join_id, verdict in verdicts.items() if verdict == ASK], now)
    return None


def _read(mine: Sound, others: Sequence[tuple[str, str]], now: int) -> tuple[dict[str, Sound], dict[str, RoomId]]:
    """Clips by join id, and who is seated where."""
    sounds, seats = dict[str, Sound](), dict[str, RoomId]()
    for start in range(0, len(others), READ_MAX):
        chunk = others[start : start + READ_MAX]
        clips, seated = models.find_company(chunk, [mine.participant_id], now=now)
        sounds |= {one.join_id: one for one in clips}
        seats |= seated
    return sounds, seats


def _ear(sound: Sound, seats: dict[str, RoomId]) -> Ear:
    seat = seats.get(sound.participant_id)
    inside = RoomId(sound.inside) if sound.inside else None
    return Ear(
        sound.join_id, sound.participant_id, sound.session_id, int(sound.start_ms), seat or inside, seat is not None
    )


def _agree(one: Ear, other: Ear, sounds: dict[str, Sound]) -> bool:
    [verdict] = engine().compare(sounds[one.join_id].fine, [sounds[other.join_id].fine])
    return bool(verdict == JOIN)


def _ask(mine: Sound, doubtful: Sequence[Ear], now: int) -> None:
    """Members of the meetings in question are asked whether the newcomer is with them."""
    if mine.inside or not (places := {ear.room_id for ear in doubtful if ear.room_id}):
        return
    session = sessions.get(mine.session_id, now=now)
    for room_id in places if session is not None else ():
        if session is not None:
            door.knock(room_id, rooms.person(session), mine.join_id, now=now)
