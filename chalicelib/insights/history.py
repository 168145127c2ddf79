"""What remains of a meeting: that it was held, who came and when, and the way to its report (D1, D6).

Only a meeting that somebody runs leaves anything behind; of all others nothing is kept.
"""

from chalicelib.accounts import models as accounts
from chalicelib.insights.meeting_models import (
    MEETING,
    Meeting,
    attendees,
    change,
    find_meeting,
    forget_entries,
    list_meetings,
    listings,
    meetings,
    new_attendee,
    new_listing,
    new_stay,
    stays,
)
from chalicelib.insights.models import forget_raw, note_merge, note_shown
from chalicelib.lifetimes import DAY, HISTORY, MINUTE, RAW_INSIGHTS
from chalicelib.rooms.models import find_organiser, members_of, opened_at
from chalicelib.rooms.record_models import Member, Organiser
from chalicelib.runtime import events, expiry, vault, workflows
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.telemetry import log

WORKFLOW = "report"
GRACE_MS = 2 * MINUTE  # after the end, in which browsers may still send what they measured
UNSTARTED, RAW, KEEP = "report-due", "raw-insights", "organiser"  # kinds of expiry entries
SEALED = "insights/organiser"


def record_stay(event: events.StayEnding) -> None:
    """Written before they are gone, so that a leaving that breaks off loses nothing; the same again is once."""
    _put_stay(event.room_id, event.participant_id, event.name, event.from_ms, event.to_ms, event.now)


def record_shown(event: events.ShowingEnding) -> None:
    """When something was shown, and not what: attention is measured against it."""
    note_shown(event.room_id, event.content_id, event.from_ms, event.to_ms, now=event.now)


def follow_merge(event: events.RoomsMerged) -> None:
    """What was measured in a room that turned out to be another counts for that one."""
    note_merge(event.room_id, event.into, now=event.now)


def record_end(event: events.RoomEnded) -> None:
    """Keeps what is kept of the meeting and has its report made. Safe to repeat."""
    organiser = find_organiser(event.room_id, now=event.now)
    if organiser is None:
        forget_meeting(event.room_id, event.now)
        return
    expiry.file(UNSTARTED, event.room_id, event.now + GRACE_MS + MINUTE, now=event.now)
    for member in members_of(event.room_id, now=event.now):
        _record_member(member, event.now)
    meeting = find_meeting(event.room_id, now=event.now) or _record_meeting(organiser, event.now)
    if meeting is not None and meeting.status == "assembling":
        start_report(meeting, now=event.now)


def start_report(meeting: Meeting, *, now: int) -> None:
    """Once for each revision, however often it is called. Where it fails, the reaper's call tries again."""
    revision = int(meeting.revision)
    wait_ms = max(0, int(meeting.ended_at_ms) + GRACE_MS - now)
    given = {"meeting_id": meeting.meeting_id, "revision": revision, "wait_s": -(-wait_ms // 1_000)}
    try:
        workflows.start(WORKFLOW, f"report-{meeting.meeting_id}-{revision}", given)
    except Unavailable:
        log.warning("report not started", revision=revision)


def start_unstarted(name: str, now: int) -> int | None:
    """The reaper's call, three minutes after an end: whoever ended the meeting may have died before saying so."""
    meeting = find_meeting(name, now=now)
    if meeting is not None and meeting.status == "assembling":
        start_report(meeting, now=now)
    return None


def drop_raw(name: str, now: int) -> int | None:
    """The reaper's call, a day after the end: what was measured is gone by now, whatever became of the report (D11)."""
    meeting = find_meeting(name, now=now)
    if meeting is not None and meeting.status == "assembling":
        change(meeting, Meeting.status.set("failed"), was="assembling", now=now)
    forget_raw(name, now=now)
    return None


def kept_name(account_id: str) -> str:
    """What an expiry entry calls an account, so that what is left of it names nobody."""
    return vault.seal(SEALED, account_id)


def kept_account(name: str) -> str | None:
    """The account; None for one named by a secret that is not listed any more: the net below takes what it has."""
    return vault.unseal(SEALED, name)


def forget_meeting(meeting_id: str, now: int) -> None:
    """Of a meeting that nobody ran, or whose organiser is gone."""
    forget_raw(meeting_id, now=now)
    forget_entries(meeting_id, now=now)


def _record_member(member: Member, now: int) -> None:
    if member.here:
        _put_stay(member.room_id, member.participant_id, member.name, member.came_at_ms, now, now)


def _put_stay(room_id: str, participant_id: str, name: str, from_ms: int, to_ms: int, now: int) -> None:
    attendees.put(new_attendee(room_id, participant_id, name, now=now))
    stays.put(new_stay(room_id, participant_id, from_ms, to_ms))


def _record_meeting(organiser: Organiser, now: int) -> Meeting | None:
    account = accounts.find(organiser.account_id, now=now)
    opened_at_ms = opened_at(organiser.room_id, now=now)
    if account is None or opened_at_ms is None:
        forget_meeting(organiser.room_id, now)
        return None
    captured = bool(account.capture_insights)
    made = Meeting(
        organiser.room_id,
        MEETING,
        account_id=organiser.account_id,
        title=organiser.title,
        opened_at_ms=opened_at_ms,
        ended_at_ms=now,
        planned_start_ms=organiser.planned_start_ms,
        captured=captured,
        status="assembling" if captured else "none",
        raw_until_ms=RAW_INSIGHTS.deadline(now),
    )
    made.lives_until(HISTORY.deadline(now))
    expiry.file(RAW, made.meeting_id, int(made.raw_until_ms), now=now)
    if not list_meetings(made.account_id, None, now=now)[0]:  # otherwise somebody looks after the account already
        expiry.file(KEEP, kept_name(made.account_id), int(account.expires_at_ms) - DAY, now=now)
    listings.put(new_listing(made))
    meetings.create(made, now=now)
    if not captured:
        forget_raw(made.meeting_id, now=now)
    return made
