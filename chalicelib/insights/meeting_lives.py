"""How long what is kept of a meeting lives, and how it goes: all of it, what was before it, or not yet."""

from chalicelib.insights.meeting_models import (
    PERSON,
    Attended,
    Attendee,
    Listed,
    Meeting,
    MeetingEntry,
    entries,
    listings,
    meetings,
    new_listing,
    stays,
)
from chalicelib.insights.name_models import forget_namings
from chalicelib.privacy import service as privacy
from chalicelib.privacy.company_models import extend_company
from chalicelib.runtime.transactions import Transaction


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


def extend_entries(meeting: Meeting, until_ms: int, *, now: int) -> None:
    """A meeting lives until then, without names and links. What is in the list is found first, and goes first."""
    listed = new_listing(meeting)
    listings.update((listed.owner, listed.entry), Listed.living_until(until_ms), now=now)
    found = entries.query(meeting.meeting_id, now=now)
    people = {privacy.guest(one.participant_id) for one in found if isinstance(one, Attended)}
    extend_company(meeting.meeting_id, people, int(meeting.closed_at_ms), now=now)
    for one in found:
        for table in (each for each in (meetings, stays) if isinstance(one, each.model)):
            table.update((one.owner, one.entry), MeetingEntry.living_until(until_ms), now=now)
