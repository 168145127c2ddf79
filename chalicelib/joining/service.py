"""Use cases of joining by sound: a clip comes in, is compared with those around it, and people meet."""

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from chalicelib.joining import grouping, models
from chalicelib.joining.models import Clip, Join, clips, joins
from chalicelib.joining.places import places
from chalicelib.joining.rules import Processing, Status, check_recorded_at
from chalicelib.lifetimes import SECOND
from chalicelib.rooms import service as rooms
from chalicelib.runtime.errors import Conflict, NotFound
from chalicelib.runtime.ids import JoinId, RoomId
from chalicelib.runtime.queues import send_later
from chalicelib.sessions.models import Session

if TYPE_CHECKING:
    from chalicelib.joining.engine import Sound

EXPIRY_QUEUE = "clip-expiry"


@dataclass(frozen=True)
class Submission:
    """A clip as it came in; `room_id` is set by someone who is inside and lets others join."""

    join_id: JoinId
    content: bytes
    is_recording: bool  # audio/wav; otherwise a fingerprint made on the device
    recorded_at_ms: float
    processing: Processing
    address: str
    room_id: RoomId | None = None


def submit_clip(clip: Submission, session: Session, secret: bytes, *, now: int) -> Join:
    """Takes a clip and matches it at once; the same clip again has no further effect.

    Raises Invalid for a clip that cannot be used, Conflict for someone else's join id, NotFound for a room that
    the sender is not in.
    """
    sound = _hear(clip, secret)
    check_recorded_at(sound.span, now)
    if clip.room_id is not None:
        rooms.read_room(clip.room_id, session, now=now)
    join = _new_join(clip, sound, session, secret, now)
    if not joins.create(join, now=now):
        return _again(clip.join_id, session, now)
    if join.status == "listening":
        _keep(join, sound, now)
        _match(join, sound, now)
    return read_join(clip.join_id, session, now=now)


def read_join(join_id: JoinId, session: Session, *, now: int) -> Join:
    """What became of the session's clip. Raises NotFound for unknown ones and those of others."""
    join = joins.get(join_id, now=now)
    if join is None or join.session_id != session.session_id:
        raise NotFound("There is no such join, or it is over.")
    if join.status == "listening" and join.clip_until_ms <= now:
        join.status = "expired"
    if join.room_id and join.status == "joined":
        join.room_id = _where(join, session, now)
    return join


def cancel_join(join_id: JoinId, session: Session, *, now: int) -> None:
    """Deletes the clip at once. A cancelled join matches nobody any more; one that has joined stays joined."""
    join = joins.get(join_id, now=now)
    if join is None or join.session_id != session.session_id:
        return
    joins.update(join_id, [Join.status.set("expired")], now=now, where=Join.status == "listening")
    models.delete_clips(join.places or [], join_id)


def expire_clip(join_id: JoinId, at: list[str]) -> None:
    """Deletes what is left of a clip whose 10 seconds are over."""
    models.delete_clips(at, join_id)


def _again(join_id: JoinId, session: Session, now: int) -> Join:
    """A clip that came twice: what became of it the first time."""
    try:
        return read_join(join_id, session, now=now)
    except NotFound as error:
        raise Conflict("This Earshot-Join is taken: use a fresh UUID for every clip.") from error


def _new_join(clip: Submission, sound: "Sound", session: Session, secret: bytes, now: int) -> Join:
    until = sound.span.deadline(now)
    status: Status = "inconclusive" if sound.refusals else "listening"
    join = models.new_join(
        clip.join_id, session.session_id, session.participant_id, "expired" if until <= now else status, now
    )
    join.hint = next(iter(sound.refusals + sound.hints), None)
    join.inside = clip.room_id
    join.places = set(places(clip.address, secret, now))
    join.clip_until_ms = until
    return join


def _keep(join: Join, sound: "Sound", now: int) -> None:
    """Makes the clip visible under each of its places, and sees to its end."""
    until = int(join.clip_until_ms)
    delay_s = -(-(until - now) // SECOND)
    send_later(EXPIRY_QUEUE, {"join_id": join.join_id, "places": sorted(join.places)}, delay_s=delay_s)
    clips.put_many(_clip(place, join, sound, until) for place in sorted(join.places))


def _clip(place: str, join: Join, sound: "Sound", until: int) -> Clip:
    clip = Clip(place, join.join_id, participant_id=join.participant_id, fingerprint=sound.fingerprint)
    clip.start_ms, clip.end_ms = sound.span.start_ms, sound.span.end_ms
    clip.lives_until(until)
    return clip


def _match(join: Join, sound: "Sound", now: int) -> None:
    around = [clip for place in sorted(join.places) for clip in clips.query(place, now=now)]
    others = {
        clip.join_id: clip
        for clip in around
        if clip.participant_id != join.participant_id and clip.span.comparable(sound.span)
    }
    alike = _engine().same_room(sound, [clip.fingerprint for clip in others.values()])
    heard = [join_id for join_id, same in zip(others, alike, strict=True) if same]
    if heard:
        grouping.gather(join, models.joins_of(heard, now=now), now=now)


def _where(join: Join, session: Session, now: int) -> str | None:
    """The room of a join as it is called now; entering again is harmless and mends a crash half-way."""
    head = rooms.current_room(RoomId(join.room_id), now=now)
    return None if head is None else rooms.enter_room(RoomId(head.room_id), session, via="sound", now=now)


def _hear(clip: Submission, secret: bytes) -> "Sound":
    engine = _engine()
    if clip.is_recording:
        sound: Sound = engine.hear_recording(clip.content, clip.recorded_at_ms, clip.processing, secret)
        return sound
    from_device: Sound = engine.hear_fingerprint(clip.content, clip.recorded_at_ms)
    return from_device


def _engine() -> ModuleType:
    from chalicelib.joining import engine  # numpy costs a cold start ~0.1 s: only those who join pay it

    return engine
