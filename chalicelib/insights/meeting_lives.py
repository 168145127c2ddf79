"""How long what is kept of a meeting lives, and how it goes: all of it, what was before it, or not yet."""

from chalicelib.insights.meeting_models import (
    ATTENDED,
    NAMED_IN,
    PERSON,
    Attended,
    Attendee,
    Listed,
    Meeting,
    MeetingEntry,
    entries,
    listings,
    meetings,
    namings,
    new_listing,
    stays,
)
from chalicelib.insights.name_models import forget_namings
from chalicelib.privacy import service as privacy
from chalicelib.privacy.company_models import extend_company
from chalicelib.runtime.prolonging import prolong
from chalicelib.runtime.transactions import Transaction

STAYS_A_LOOK = 1_000  # moved on by one look, with as many lines of the ledger: 20 reads and 20 transactions


def forget_entries(meeting_id: str, *, now: int) -> None:
    """Deletes all of a meeting. What leads to it goes last, so that whatever breaks off is found again: the meeting's
    own row after the rest, together with its place in its organiser's list.
    """
    found = entries.query(meeting_id, now=now)
    people = {one.participant_id for one in found if isinstance(one, Attended | Attendee)}
    forget_namings(meeting_id, people, now=now)
    entries.delete_many((one.owner, one.entry) for one in found if not isinstance(one, Meeting))
    for one in (each for each in found if isinstance(each, Meeting)):
        both = Transaction(now=now)
        both.delete(listings, new_listing(one))
        both.delete(meetings, one)
        both.commit()


def forget_stays_before(meeting_id: str, at_ms: int, *, now: int) -> None:
    """Deletes the stays that were over by then, and the names of those who were not there later."""
    found = entries.query(meeting_id, now=now)
    early = [one for one in found if isinstance(one, Attended) and one.to_ms < at_ms]
    later = {one.participant_id for one in found if isinstance(one, Attended) and one.to_ms >= at_ms}
    gone = {one.participant_id for one in early} - later
    forget_namings(meeting_id, gone, now=now)
    entries.delete_many((meeting_id, PERSON + one) for one in gone)
    entries.delete_many((one.owner, one.entry) for one in early)


def extend_stays(meeting: Meeting, until_ms: int, *, now: int) -> bool:
    """Who was there is known until then, and in the ledgers of those who may read them; of many a part is moved on.

    Whether all of it is.
    """
    there = stays.query(meeting.meeting_id, now=now, where=MeetingEntry.entry.startswith(ATTENDED))
    left = [one for one in there if int(one.expires_at_ms) < until_ms]
    some = left[:STAYS_A_LOOK]
    people = [privacy.guest(one) for one in _can_come(meeting.meeting_id, {one.participant_id for one in some}, now)]
    extend_company(meeting.meeting_id, people, int(meeting.closed_at_ms), now=now)
    prolong(stays, {(one.owner, one.entry): until_ms for one in some}, now=now)
    return len(some) == len(left)


def _can_come(meeting_id: str, people: set[str], now: int) -> list[str]:
    """Those who are named there, or might be: of a guest who has not come for half a year nobody can say any more that
    it was them, and so nobody will read what was handed out about them.
    """
    found = namings.get_many([(NAMED_IN + one, meeting_id) for one in sorted(people)], now=now)
    return [one.participant_id for one in found]


def extend_meeting(meeting: Meeting, until_ms: int, *, now: int) -> None:
    """It lives until then, in its organiser's list, too, unless it does already; without names and links."""
    if int(meeting.expires_at_ms) < until_ms:
        both, listed = Transaction(now=now), new_listing(meeting)
        both.update(meetings, meeting, Meeting.living_until(until_ms))
        both.update(listings, listed, Listed.living_until(until_ms))
        both.commit()
