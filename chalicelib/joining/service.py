"""Use cases of joining by sound: a clip comes in, is compared with those around it, and people meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.joining import census, company, crowd, lazily, models
from chalicelib.joining.census import Place
from chalicelib.joining.matching import NotFirst, meet
from chalicelib.joining.models import SOUND, VERDICT, ClipId, Join, Sound, Withdrawn, joins
from chalicelib.joining.places import places
from chalicelib.joining.rules import Processing, Status, check_recorded_at
from chalicelib.joining.seat_models import find_seat, read_seat
from chalicelib.lifetimes import ATTEMPTS, SECOND
from chalicelib.rooms import service as rooms
from chalicelib.rooms.models import find_member
from chalicelib.runtime import limits
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import JoinId, ParticipantId, RoomId
from chalicelib.runtime.queues import send_later
from chalicelib.runtime.viewers import Viewer
from chalicelib.sessions.models import Session

if TYPE_CHECKING:
    from chalicelib.joining.engine import Heard

EXPIRY_QUEUE = "clip-expiry"
CROWDED = "crowded"  # a hint beside those of quality.py
CLIPS_ALLOWED = 10  # of one session in 10 s (PRODUCT A11)


@dataclass(frozen=True)
class Submission:
    """A clip as it came in; `room_id` is set by someone who is inside and lets others join."""

    join_id: JoinId
    content: bytes
    is_recording: bool  # audio/wav; otherwise a fingerprint made on the device
    recorded_at_ms: float
    processing: Processing
    viewer: Viewer
    room_id: RoomId | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a clip, as its sender may know."""

    join_id: str
    status: Status
    expires_at_ms: int
    room_id: RoomId | None = None
    hint: str | None = None


def submit_clip(clip: Submission, session: Session, secret: bytes, *, now: int) -> Outcome:
    """Takes a clip and matches it at once; the same clip again has no further effect.

    Raises TooMany for a flood, Invalid for a clip that cannot be used, NotFound for a room the sender is not in.
    """
    _limit("join", session, now)
    heard = _hear(clip, secret)
    check_recorded_at(heard.span, now)
    inside = _inside(clip.room_id, session, now)
    join = _join(clip, heard, session, now)
    if join.status != "listening":
        models.VERDICTS_OVER.file([join], now=now)
        return _outcome(join, None, now) if joins.create(join, now=now) else read_join(clip.join_id, session, now=now)
    around = places(clip.viewer, heard.span, secret)
    if census.known(around, now):
        join.hint = join.hint or CROWDED  # not everyone near can be compared with: the people had better know
    listed = company.under(around, join, heard, now)
    sound = _sound(join, heard, session, inside, [listing.place for listing in listed])
    _see_to_the_end(sound, now)
    if not company.publish(join, sound, listed, around, now):
        return _again(sound, heard, around, session, now)
    room_id = _match(sound, heard, around, now)
    if room_id is None and not join.hint and census.known(around, now):
        join.hint = CROWDED
        models.note_hint(sound.clip_id, CROWDED, now=now)
    return _outcome(join, room_id, now)


def read_join(join_id: JoinId, session: Session, *, now: int) -> Outcome:
    """What became of the session's clip. Raises NotFound for unknown ones and those of others."""
    join = models.find_join(ClipId(session.participant_id, join_id), now=now)
    if join is None:
        raise NotFound("There is no such join, or it is over.")
    seat, room_id = read_seat(session.participant_id, now=now), None
    if seat is not None and join.status == "listening":
        room_id = rooms.mend_membership(RoomId(seat.room_id), session, since=seat.taken_at_ms, now=now)
    return _outcome(join, room_id, now)


def cancel_join(join_id: JoinId, session: Session, *, now: int) -> None:
    """Deletes the clip at once: it matches nobody any more. One that has led to a meeting has led there.

    Raises TooMany where somebody cancels more clips that never came than can be on their way.
    """
    clip_id = ClipId(session.participant_id, join_id)
    key = (session.participant_id, VERDICT + join_id)
    if models.find_join(clip_id, now=now) is None:
        _limit("cancel", session, now)  # as many as there can be clips: each leaves a row for a minute
    withdrawn = models.new_join(clip_id, "expired", now)
    withdrawn.clip_until_ms, withdrawn.withdrawn = now, True
    models.VERDICTS_OVER.file([withdrawn], now=now)
    if not joins.create(withdrawn, now=now):  # otherwise the cancelling has overtaken the clip, which finds it
        models.withdraw(*clip_id, now=now)
        if find_seat(session.participant_id, now=now) is None:
            joins.update(key, [Join.status.set("expired")], now=now, where=Join.status == "listening")
    sound = models.find_sound(clip_id, now=now)
    if sound is not None:
        models.delete_clip(clip_id, sorted(sound.places))


def expire_clip(tag: str, listed: list[str]) -> None:
    """Deletes what is left of a clip whose 10 seconds are over."""
    models.delete_clip(ClipId.of_tag(tag), listed)


def forget_verdicts(tags: Sequence[str], over_ms: int, *, now: int) -> None:
    """Has what became of clips deleted when their minute is over; the last of them was over at `over_ms`."""
    models.see_verdicts_off([ClipId.of_tag(tag) for tag in tags], over_ms, now=now)


def compare_in_crowd(tag: str, likeliest: Sequence[str], *, waited: bool, now: int) -> None:
    """Compares a clip with those a crowd's matcher found likeliest; who has not `waited` lets the first go ahead."""
    sound = models.find_sound(ClipId.of_tag(tag), now=now)
    if sound is not None:
        try:
            meet(sound, [ClipId.of_tag(other) for other in likeliest], now=now, after_you=not waited)
        except Withdrawn:
            pass  # whoever cancelled it deletes it
        except NotFirst as later:
            crowd.compare_later(tag, [clip_id.tag for clip_id in later.heard])


def _again(sound: Sound, heard: "Heard", around: Sequence[Place], session: Session, now: int) -> Outcome:
    """A clip that came twice: what became of it, gone on with in case the first time broke off.

    Other sound under the same id changes nothing.
    """
    stored = models.find_sound(sound.clip_id, now=now)
    if stored is not None and stored.fine == sound.fine:
        _match(stored, heard, around, now, again=True)
    return read_join(JoinId(sound.clip_id.join_id), session, now=now)


def _match(sound: Sound, heard: "Heard", around: Sequence[Place], now: int, *, again: bool = False) -> RoomId | None:
    """The room that the clip leads to at once, if any; one cancelled while it was being written goes at once."""
    try:
        return _look_around(sound, heard, around, now, again)
    except Withdrawn:
        models.delete_clip(sound.clip_id, sorted(sound.places))
        return None


def _look_around(sound: Sound, heard: "Heard", around: Sequence[Place], now: int, again: bool) -> RoomId | None:
    """As `_match`; in a crowd the answer comes a little later. Raises Withdrawn."""
    near = company.around(around, now)
    if near is not None:
        likeliest = company.likeliest(heard, sound.participant_id, near)
        return meet(sound, likeliest, now=now, again=again, just_listed=True)
    models.find_company([], sound, now=now)
    for name in around[-1]:
        crowd.call_round(crowd.cell_name(name, heard.span, sound.clip_id), now=now)
    return None


def _limit(act: str, session: Session, now: int) -> None:
    limits.spend(f"{act}#{session.session_id}", allowed=CLIPS_ALLOWED, window_ms=ATTEMPTS.length_ms, now=now)


def _see_to_the_end(sound: Sound, now: int) -> None:
    """The delay queue calls when the clip's time is over: sent before anything is stored, so nothing can outlive it."""
    over_ms = int(sound.expires_at_ms)
    message = {"clip": sound.clip_id.tag, "listed": sorted(sound.places), "over_ms": over_ms}
    send_later(EXPIRY_QUEUE, message, delay_s=-(-(over_ms - now) // SECOND))


def _join(clip: Submission, heard: "Heard", session: Session, now: int) -> Join:
    until = heard.span.deadline(now)
    status: Status = "expired" if until <= now else "inconclusive" if heard.refusals else "listening"
    join = models.new_join(ClipId(session.participant_id, clip.join_id), status, now)
    join.hint = next(iter(heard.refusals + heard.hints), None)
    join.clip_until_ms = until
    return join


def _sound(join: Join, heard: "Heard", session: Session, inside: RoomId | None, listed: list[str]) -> Sound:
    sound = Sound(join.participant_id, SOUND + join.join_id, fine=heard.fine, inside=inside, places=set(listed))
    sound.session_id, sound.start_ms = session.session_id, heard.span.start_ms
    sound.lives_until(int(join.clip_until_ms))
    return sound


def _outcome(join: Join, room_id: RoomId | None, now: int) -> Outcome:
    until = int(join.clip_until_ms)
    if room_id is not None and join.status == "listening":
        return Outcome(join.join_id, "joined", until, room_id)
    over = join.status == "listening" and until <= now
    status: Status = "expired" if over else join.status  # type: ignore[assignment]  # written from the same set of words
    return Outcome(join.join_id, status, until, hint=join.hint)


def _inside(claimed: RoomId | None, session: Session, now: int) -> RoomId | None:
    """The room the sender is in: the one they name, else the one where they were last, if a tab of theirs is there."""
    room_id = claimed or session.room_id
    if not room_id:
        return None
    member = find_member(RoomId(room_id), ParticipantId(session.participant_id), now=now)
    if claimed is not None and member is None:
        raise NotFound("There is no such meeting, or you are not in it.")
    return RoomId(room_id) if member is not None and (claimed or member.here) else None


def _hear(clip: Submission, secret: bytes) -> "Heard":
    if clip.is_recording:
        recorded: Heard = lazily.engine().hear_recording(clip.content, clip.recorded_at_ms, clip.processing, secret)
        return recorded
    from_device: Heard = lazily.engine().hear_fingerprint(clip.content, clip.recorded_at_ms, clip.processing)
    return from_device
