"""What remains of a meeting: that it was held, who came and when, and the way to its report (D1, D6).

Only a meeting that somebody runs leaves anything behind; of all others nothing is kept.
"""

from functools import partial

from chalicelib.accounts import models as accounts
from chalicelib.insights.adopting import adopt
from chalicelib.insights.intervals import Span
from chalicelib.insights.meeting_lives import forget_entries, forget_stays_before
from chalicelib.insights.meeting_models import (
    MEETING,
    Attended,
    Meeting,
    change,
    find_meeting,
    list_meetings,
    listings,
    meetings,
    new_listing,
    new_stay,
    presence_of,
    stays,
)
from chalicelib.insights.models import forget_raw, note_merge, note_shown, rooms_of, sweep_raw
from chalicelib.insights.name_models import (
    AHEAD_MS,
    Called,
    follow_use as name_on,
    forget_names,
    name_attendees,
    sweep_names,
)
from chalicelib.insights.naming import list_company
from chalicelib.insights.sitting import sitting
from chalicelib.insights.starting import look_after_end, start_report
from chalicelib.lifetimes import ATTENDEE_NAME, DAY, HISTORY, MINUTE, RAW_INSIGHTS
from chalicelib.privacy import service as privacy
from chalicelib.rooms.models import find_organiser, members_of, opened_at
from chalicelib.rooms.record_models import Member, Organiser
from chalicelib.runtime import events, expiry, vault
from chalicelib.runtime.expiry_models import lags
from chalicelib.runtime.holdings import EVER
from chalicelib.runtime.parallel import by_some, together

RAW, KEEP, KEPT, NAMES = "raw-insights", "organiser", "history", "names"  # kinds of expiry entries
SEALED = "insights/organiser"
ACCOUNTS_FIRST_MS = 10 * MINUTE  # for the look at them, and the beginning of two hundred
USED_SIDE_BY_SIDE = 32  # participants
SIDE_BY_SIDE = 8  # rows of those who are present at the end: ten thousand are on record within seconds


def record_stay(event: events.StayEnding) -> None:
    """Written before they are gone, so that a leaving that breaks off loses nothing; the same again is once.

    Of a crowd some are found away after the meeting's end, which has their stays already, and makes none shorter.
    Nothing of whoever was erased.
    """
    if privacy.is_gone(privacy.guest(event.participant_id), now=event.now):
        return
    name_attendees(event.room_id, {event.participant_id: Called(event.name, event.email)}, now=event.now)
    made = new_stay(event.room_id, event.participant_id, event.from_ms, event.to_ms)
    stays.create(made, now=event.now, over=Attended.to_ms < event.to_ms)


def follow_deletion(event: events.NameDeleted) -> None:
    """A name that its bearer deletes is theirs, not the organiser's; the stays remain, of a participant."""
    forget_names(event.participant_id, event.until_ms, event.is_it, now=event.now)


def follow_use(event: events.PersonUsed) -> None:
    """Somebody uses the service: for 180 days from now on they are named where they were."""
    by_some(partial(name_on, now=event.now), sorted(event.participants), USED_SIDE_BY_SIDE)


def record_shown(event: events.ShowingEnding) -> None:
    """When something was shown, and not what: attention is measured against it."""
    note_shown(event.room_id, event.content_id, event.from_ms, event.to_ms, now=event.now)


def follow_merge(event: events.RoomsMerged) -> None:
    """What was measured in a room that turned out to be another counts for that one; who was in it, from its end on."""
    note_merge(event.room_id, event.into, now=event.now)


def record_end(event: events.RoomEnded) -> None:
    """Keeps what is kept of the meeting and has its report made. Safe to repeat."""
    organiser = find_organiser(event.room_id, now=event.now)
    if organiser is None:
        forget_meeting(event.room_id, event.now)
        return
    look_after_end(event.room_id, now=event.now)
    meeting = find_meeting(event.room_id, now=event.now) or _record_meeting(organiser, event)
    if meeting is not None and meeting.status == "assembling":
        start_report(meeting, now=event.now)


def drop_raw(name: str, now: int) -> int | None:
    """The reaper's call, a day after the end: what was measured is gone by now, whatever became of the report (D11)."""
    meeting = find_meeting(name, now=now)
    if meeting is not None and meeting.status == "assembling":
        change(meeting, Meeting.status.set("failed"), was="assembling", now=now)
    return None if sweep_raw(name) else now


def drop_names(name: str, now: int) -> int | None:
    """The reaper's call, shortly before a meeting's names are as old as they may be.

    Accounts of the same age go first, who are erased from where they are named: where the reaper was away, it waits.
    """
    if lags(expiry.PATIENT, now=now):
        return now + ACCOUNTS_FIRST_MS
    return sweep_names(name, now=now)


def kept_name(account_id: str) -> str:
    """What an expiry entry calls an account, so that what is left of it names nobody."""
    return vault.seal(SEALED, account_id)


def kept_account(name: str) -> str | None:
    """The account; None for one named by a secret that is not listed any more: the net below takes what it has."""
    return vault.unseal(SEALED, name)


def forget_meeting(meeting_id: str, now: int) -> None:
    """Of a meeting that nobody ran, or whose organiser is gone: all of it, what has run out, too."""
    for one in reversed(rooms_of(meeting_id, now=EVER)):  # last the meeting's own, by which it is found again
        forget_entries(one, now=EVER)
    if not forget_raw(meeting_id):
        expiry.file(RAW, meeting_id, now, now=now)


def _record_present(event: events.RoomEnded) -> None:
    people = [one for one in members_of(event.room_id, now=event.now) if one.here]
    together([partial(_record_some, people[row::SIDE_BY_SIDE], event) for row in range(SIDE_BY_SIDE)])


def _record_some(people: list[Member], event: events.RoomEnded) -> None:
    name_attendees(event.room_id, {one.participant_id: Called(one.name, one.email) for one in people}, now=event.now)
    made = [new_stay(event.room_id, one.participant_id, one.came_at_ms, event.ended_at_ms) for one in people]
    stays.write_many(made, ())


def _held(organiser: Organiser, event: events.RoomEnded) -> Span:
    """The meeting's own time. What was before it, while its room waited for the planned start, is not kept."""
    planned_ms = None if organiser.planned_start_ms is None else int(organiser.planned_start_ms)
    found = sitting(presence_of(event.room_id, now=event.now).values(), planned_ms)
    if found is None:
        return event.ended_at_ms, event.ended_at_ms
    forget_stays_before(event.room_id, found[0], now=event.now)
    return found


def _record_meeting(organiser: Organiser, event: events.RoomEnded) -> Meeting | None:
    now = event.now
    account = accounts.find(organiser.account_id, now=now)
    opened_at_ms = opened_at(organiser.room_id, now=now)
    if account is None or opened_at_ms is None:
        forget_meeting(organiser.room_id, now)
        return None
    for source in rooms_of(organiser.room_id, now=now)[1:]:
        adopt(source, organiser.room_id, now=now)
    _record_present(event)
    captured, (begun_ms, left_ms) = bool(account.capture_insights), _held(organiser, event)
    made = Meeting(
        organiser.room_id,
        MEETING,
        account_id=organiser.account_id,
        title=organiser.title,
        opened_at_ms=begun_ms,
        ended_at_ms=left_ms,
        closed_at_ms=event.ended_at_ms,
        planned_start_ms=organiser.planned_start_ms,
        captured=captured,
        status="assembling" if captured else "none",
        raw_until_ms=RAW_INSIGHTS.deadline(event.ended_at_ms),
    )
    made.lives_until(HISTORY.deadline(now))
    expiry.file(RAW, made.meeting_id, int(made.raw_until_ms), now=now)
    expiry.file(KEPT, made.meeting_id, HISTORY.deadline(begun_ms) - DAY, now=now)  # before the first stay's end
    expiry.file(NAMES, made.meeting_id, ATTENDEE_NAME.deadline(opened_at_ms) - AHEAD_MS, now=now)
    if not list_meetings(made.account_id, None, now=now)[0]:  # otherwise somebody looks after the account already
        expiry.file(KEEP, kept_name(made.account_id), int(account.expires_at_ms) - DAY, now=now)
    list_company(made.meeting_id, event.ended_at_ms, now=now)
    listings.put(new_listing(made))
    meetings.create(made, now=now)
    if not captured and not forget_raw(made.meeting_id):
        expiry.file(RAW, made.meeting_id, now, now=now)
    return made
