"""Comparing a clip with those worth it, and what follows: a meeting, a question to the people, or nothing yet."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.joining import doubt, lazily, models
from chalicelib.joining.evidence import Ear
from chalicelib.joining.grouping import gather
from chalicelib.joining.models import READ_MAX, ClipId, Sound
from chalicelib.joining.seat_models import read_seat
from chalicelib.rooms import service as rooms
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions import models as sessions

JOIN, ASK = "join", "ask"  # verdicts of joining.match


class NotFirst(Exception):
    """Nobody is seated yet, and another of those who heard the same began to listen earlier."""

    def __init__(self, heard: Sequence[ClipId]) -> None:
        super().__init__()
        self.heard = heard


def meet(
    mine: Sound,
    others: Sequence[ClipId],
    *,
    now: int,
    again: bool = False,
    just_listed: bool = False,
    after_you: bool = False,
) -> RoomId | None:
    """Compares with `others`; the room that this leads to at once, if any. `again` also mends what broke off.

    `just_listed` as in models.find_company. With `after_you` raises NotFirst rather than open a room before the clip
    that began first has been compared: it may have heard people who are in one already, whom no later clip overlaps
    long enough. Raises Withdrawn where the clip was cancelled meanwhile.
    """
    sounds, seats = _read(mine, others, now, just_listed)
    verdicts = lazily.engine().compare(mine.fine, [one.fine for one in sounds])
    me, ears = _ear(mine, seats), [_ear(sound, seats) for sound in sounds]
    heard = [ear for ear, verdict in zip(ears, verdicts, strict=True) if verdict == JOIN]
    if after_you and heard and _is_later(me, heard):
        raise NotFirst([ear.clip_id for ear in heard])
    room_id = None
    if heard:
        everyone = {sound.clip_id: sound for sound in (*sounds, mine)}
        room_id = gather(me, heard, lambda one, other: _agree(one, other, everyone), now=now)
        _mend(heard if again else (), now)
    if not again:  # a clip asks once
        doubtful = [ear for ear, verdict in zip(ears, verdicts, strict=True) if verdict == ASK]
        doubt.settle(replace(me, room_id=room_id or me.room_id), doubtful, now=now)
    return room_id


def _read(mine: Sound, others: Sequence[ClipId], now: int, just_listed: bool) -> tuple[list[Sound], dict[str, RoomId]]:
    """The clips that live, and who is seated where."""
    sounds, seats = list[Sound](), dict[str, RoomId]()
    for start in range(0, max(1, len(others)), READ_MAX):
        clips, seated = models.find_company(others[start : start + READ_MAX], mine, now=now, just_listed=just_listed)
        sounds += clips
        seats |= seated
    return sounds, seats


def _ear(sound: Sound, seats: dict[str, RoomId]) -> Ear:
    seat = seats.get(sound.participant_id)
    inside = RoomId(sound.inside) if sound.inside else None
    room_id, seated = seat or inside, seat is not None
    return Ear(*sound.clip_id, sound.session_id, int(sound.start_ms), sound.heard_at_ms, room_id, seated)


def _is_later(mine: Ear, heard: Sequence[Ear]) -> bool:
    everyone = (mine, *heard)
    return not any(ear.room_id for ear in everyone) and min(everyone, key=lambda ear: ear.start_ms) is not mine


def _agree(one: Ear, other: Ear, sounds: dict[ClipId, Sound]) -> bool:
    [verdict] = lazily.engine().compare(sounds[one.clip_id].fine, [sounds[other.clip_id].fine])
    return bool(verdict == JOIN)


def _mend(seated: Sequence[Ear], now: int) -> None:
    """Whoever has a seat but, because a process died, no membership."""
    for ear in seated:
        session = sessions.find(ear.session_id, now=now)
        seat = read_seat(ear.participant_id, now=now)
        if seat is not None and session is not None:
            rooms.mend_membership(RoomId(seat.room_id), session, since=seat.taken_at_ms, now=now)
