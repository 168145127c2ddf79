"""Takes erased people out of a sealed report: opened with its organiser's key, told anew, sealed under the same key."""

from collections.abc import Collection

from chalicelib.insights.figures import Meeting as Measured
from chalicelib.insights.meeting_models import Meeting, find_meeting, presence_of
from chalicelib.insights.reduced import without
from chalicelib.insights.report import Part, read_part, written
from chalicelib.insights.report_models import (
    forget_attempt,
    forget_others,
    key_of,
    name_attempt,
    put_parts,
    read_part as stored_part,
    stored_attempts,
)
from chalicelib.runtime.ids import opaque

TRIES = 3


def take_out(meeting_id: str, gone: Collection[str], *, now: int, anew: bool = False) -> bool:
    """Nothing of theirs is in the meeting's report then; False where that has to wait, as it is being put together, or
    others are taken out of it at the same time.

    The new parts take the place of the old in one write, and of all others that lie there; `anew`: even where nothing
    in them changes. Safe to repeat, and to break off.
    """
    for _ in range(TRIES):
        done = _try_to(meeting_id, gone, now, anew)
        if done is not None:
            return done
    return False


def _try_to(meeting_id: str, gone: Collection[str], now: int, anew: bool) -> bool | None:
    """As `take_out`; None where another came between."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is None or meeting.status != "ready":
        return meeting is None or meeting.status != "assembling"
    key = key_of(meeting.account_id, now=now)
    if key is None:
        return True
    if meeting.replaced:  # where it broke off, what was told before, with whoever was in it, lies there still
        forget_attempt(meeting, meeting.replaced, now=now)
    parts = _parts(meeting, key, now)
    if parts is None:
        return True if not stored_attempts(meeting_id, now=now) else None
    span = int(meeting.opened_at_ms), int(meeting.ended_at_ms)
    measures, first = without(parts, Measured(span, presence_of(meeting_id, now=now)), gone)
    if not anew and first is parts[0] and first.summary is not None and measures.others == first.summary.others:
        return True
    contents = list(written(measures, first.tips))
    return True if _replace(meeting, key, contents, now) else None


def _replace(meeting: Meeting, key: bytes, contents: list[bytes], now: int) -> bool:
    attempt = opaque()
    put_parts(meeting, attempt, key, contents)
    told = Meeting.replaced.set(str(meeting.attempt)), Meeting.parts.set(len(contents))
    if not name_attempt(meeting, attempt, *told, was="ready", now=now):
        forget_attempt(meeting, attempt, now=now)
        return False
    changed = find_meeting(meeting.meeting_id, now=now)
    if changed is not None:
        forget_others(changed, now=now)
    return True


def _parts(meeting: Meeting, key: bytes, now: int) -> list[Part] | None:
    """None where another was just put in its place."""
    contents = [stored_part(meeting, key, number, now=now) for number in range(int(meeting.parts))]
    read = [read_part(one) for one in contents if one is not None]
    return read if len(read) == len(contents) else None
