"""Meetings that are over: when, whose, what became of the report; who attended, and when.

   owner             entry
   <meeting>         meeting                        the meeting itself
   <meeting>         attended#<participant>#<from>  one stay of a participant
   <meeting>         person#<participant>           what is known of who that is
   account#<id>      <end>.<meeting>                the organiser's list

All of it lives as long as the organiser's account: until 180 days after its last use (`keep`).
"""

from collections.abc import Iterable

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.insights.intervals import Spans, union
from chalicelib.lifetimes import HISTORY
from chalicelib.runtime import vault
from chalicelib.runtime.ids import is_opaque
from chalicelib.runtime.store import Binding, Record, Table

MEETING, ATTENDED, PERSON = "meeting", "attended#", "person#"
SEALED_EMAIL = "insights/email"
PAGE = 50  # meetings of a list
KEYS = 100  # of one read, DynamoDB quota


class MeetingEntry(Record):
    class Meta(Binding):
        pass

    owner = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Meeting(MeetingEntry, discriminator="meeting"):
    """A meeting that has ended. Its id is that of its room."""

    account_id = UnicodeAttribute()
    title = UnicodeAttribute(default="")
    opened_at_ms = NumberAttribute()
    ended_at_ms = NumberAttribute()
    planned_start_ms = NumberAttribute(null=True)
    captured = BooleanAttribute()  # the organiser's switch was on at its end
    status = UnicodeAttribute()
    revision = NumberAttribute(default=1)  # of the report: each attempt has its own
    parts = NumberAttribute(default=0)  # of the report that is ready
    raw_until_ms = NumberAttribute()  # what browsers measured is gone from then on, or when the report is sealed

    @property
    def meeting_id(self) -> str:
        return str(self.owner)


class Attended(MeetingEntry, discriminator="attended"):
    """One stay; several of a participant may overlap, where rooms merged."""

    from_ms = NumberAttribute()
    to_ms = NumberAttribute()

    @property
    def participant_id(self) -> str:
        return str(self.entry).split("#")[1]


class Attendee(MeetingEntry, discriminator="person"):
    """Who a participant is, as they said themselves. Names join the report when it is read, from here."""

    name = UnicodeAttribute(default="")
    email = UnicodeAttribute(null=True)  # sealed

    @property
    def email_address(self) -> str | None:
        return None if self.email is None else vault.unseal(SEALED_EMAIL, self.email)

    @property
    def participant_id(self) -> str:
        return str(self.entry).removeprefix(PERSON)


class Listed(MeetingEntry, discriminator="listed"):
    """A meeting in its organiser's list."""

    meeting_id = UnicodeAttribute()


entries: Table[MeetingEntry] = Table(MeetingEntry, "meetings")
meetings: Table[Meeting] = Table(Meeting, "meetings")
stays: Table[Attended] = Table(Attended, "meetings")
attendees: Table[Attendee] = Table(Attendee, "meetings")
listings: Table[Listed] = Table(Listed, "meetings")


def find_meeting(meeting_id: str, *, now: int) -> Meeting | None:
    return meetings.get((meeting_id, MEETING), now=now) if is_opaque(meeting_id) else None


def new_stay(meeting_id: str, participant_id: str, from_ms: int, to_ms: int) -> Attended:
    made = Attended(meeting_id, f"{ATTENDED}{participant_id}#{from_ms:015}", from_ms=from_ms, to_ms=to_ms)
    made.lives_until(HISTORY.deadline(to_ms))
    return made


def new_attendee(meeting_id: str, participant_id: str, name: str, *, now: int) -> Attendee:
    made = Attendee(meeting_id, PERSON + participant_id, name=name)
    made.lives_until(HISTORY.deadline(now))
    return made


def new_listing(meeting: Meeting) -> Listed:
    made = Listed(f"account#{meeting.account_id}", f"{int(meeting.ended_at_ms):015}.{meeting.meeting_id}")
    made.meeting_id = meeting.meeting_id
    made.lives_until(int(meeting.expires_at_ms))
    return made


def presence_of(meeting_id: str, *, now: int, participant_id: str | None = None) -> dict[str, Spans]:
    """When each participant was there, or one of them; stays that overlap or touch are one."""
    found = dict[str, list[tuple[int, int]]]()
    prefix = ATTENDED if participant_id is None else f"{ATTENDED}{participant_id}#"
    for one in stays.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(prefix)):
        found.setdefault(one.participant_id, []).append((int(one.from_ms), int(one.to_ms)))
    return {participant_id: union(spans) for participant_id, spans in found.items()}


def names_of(meeting_id: str, participants: Iterable[str], *, now: int) -> dict[str, Attendee]:
    """By participant; without those whose time is over, or who were erased."""
    wanted = [(meeting_id, PERSON + one) for one in participants]
    found = [
        one for start in range(0, len(wanted), 100) for one in attendees.get_many(wanted[start : start + 100], now=now)
    ]
    return {one.participant_id: one for one in found}


def list_meetings(account_id: str, after: str | None, *, now: int) -> tuple[list[Meeting], str | None]:
    """The account's meetings, the latest first, and where the next page begins."""
    where = None if after is None else MeetingEntry.entry < after
    found = listings.query(f"account#{account_id}", now=now, where=where, limit=PAGE + 1, forward=False)
    page = found[:PAGE]
    rows = {one.meeting_id: one for one in meetings.get_many([(one.meeting_id, MEETING) for one in page], now=now)}
    listed = [rows[one.meeting_id] for one in page if one.meeting_id in rows]
    return listed, str(page[-1].entry) if len(found) > PAGE else None


def change(meeting: Meeting, *actions: Action, was: str, now: int) -> Meeting | None:
    """The meeting after `actions`, where its report is in that state and revision; None where it is not."""
    same = (Meeting.status == was) & (Meeting.revision == meeting.revision)
    return meetings.update((meeting.owner, MEETING), actions, now=now, where=same)


def forget_entries(meeting_id: str, *, now: int) -> None:
    """Deletes all of a meeting; what leads to it in its organiser's list goes first."""
    meeting = find_meeting(meeting_id, now=now)
    if meeting is not None:
        listed = new_listing(meeting)
        listings.delete((listed.owner, listed.entry))
    entries.delete_many([(one.owner, one.entry) for one in entries.query(meeting_id, now=now)])


def extend_entries(meeting: Meeting, until_ms: int, *, now: int) -> None:
    """All of a meeting lives until then; what is in the list, which is found first, goes first."""
    listed = new_listing(meeting)
    listings.update((listed.owner, listed.entry), Listed.living_until(until_ms), now=now)
    for one in entries.query(meeting.meeting_id, now=now):
        table = next(each for each in (meetings, stays, attendees) if isinstance(one, each.model))
        table.update((one.owner, one.entry), MeetingEntry.living_until(until_ms), now=now)
