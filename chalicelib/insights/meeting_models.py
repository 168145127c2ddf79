"""Meetings that are over: when, whose, what became of the report; who attended, and when.

   owner             entry
   <meeting>         meeting                        the meeting itself
   <meeting>         attended#<participant>#<from>  one stay of a participant
   <meeting>         person#<participant>           what is known of who that is
   <meeting>         share#<digest>                 a link to its report (share_models)
   <meeting>         gone#<participant>             somebody who was erased, until nothing of theirs is left here
   account#<id>      <end>.<meeting>                the organiser's list
   participant#<id>  <meeting>                      where they may be named

All of it but links and names lives as long as the organiser's account, until 180 days after its last use (`keeping`).
"""

from collections.abc import Iterable

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.insights.intervals import Spans, union
from chalicelib.lifetimes import ERASED_FROM, HISTORY, HOUR
from chalicelib.rooms.record_models import SEALED_EMAIL
from chalicelib.runtime import vault
from chalicelib.runtime.ids import is_opaque
from chalicelib.runtime.store import Binding, Record, Table

MEETING, ATTENDED, PERSON, NAMED_IN, GONE = "meeting", "attended#", "person#", "participant#", "gone#"
PAGE = 50  # meetings of a list
SMALL, SHORT_MS = 50, 4 * HOUR  # stays, and length, of a meeting that one task looks after whole, at most


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
    opened_at_ms = NumberAttribute()  # when the first one came, however long the room had been there
    ended_at_ms = NumberAttribute()  # when the last one left, where nobody was there any more
    closed_at_ms = NumberAttribute()  # when it was over: what was measured is taken for a while after it
    planned_start_ms = NumberAttribute(null=True)
    captured = BooleanAttribute()  # the organiser's switch was on at its end
    status = UnicodeAttribute()
    revision = NumberAttribute(default=1)  # of the report: each attempt has its own
    parts = NumberAttribute(default=0)  # of the report that is ready
    attempt = UnicodeAttribute(default="")  # at assembling it, which made them
    unsettled = BooleanAttribute(null=True)  # somebody withdrew once it was put together
    replaced = UnicodeAttribute(null=True)  # the attempt before it, where somebody was taken out of the report
    named = BooleanAttribute(null=True)  # its organiser was told who was there
    figured = BooleanAttribute(null=True)  # and read the report
    told_revision = NumberAttribute(default=0)  # of the report that its organiser had a mail about
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


class NamedIn(MeetingEntry, discriminator="named-in"):
    """That a meeting's history names a participant, or did: by it their name is found once they delete it."""

    @property
    def meeting_id(self) -> str:
        return str(self.entry)

    @property
    def participant_id(self) -> str:
        return str(self.owner).removeprefix(NAMED_IN)


class Gone(MeetingEntry, discriminator="gone"):
    """A participant was erased: no reader is told anything of theirs, while their figures leave the report."""

    @property
    def participant_id(self) -> str:
        return str(self.entry).removeprefix(GONE)


entries: Table[MeetingEntry] = Table(MeetingEntry, "meetings")
meetings: Table[Meeting] = Table(Meeting, "meetings")
stays: Table[Attended] = Table(Attended, "meetings")
attendees: Table[Attendee] = Table(Attendee, "meetings")
listings: Table[Listed] = Table(Listed, "meetings")
namings: Table[NamedIn] = Table(NamedIn, "meetings")
gone: Table[Gone] = Table(Gone, "meetings")


def find_meeting(meeting_id: str, *, now: int) -> Meeting | None:
    return meetings.get((meeting_id, MEETING), now=now) if is_opaque(meeting_id) else None


def new_stay(meeting_id: str, participant_id: str, from_ms: int, to_ms: int) -> Attended:
    made = Attended(meeting_id, f"{ATTENDED}{participant_id}#{from_ms:015}", from_ms=from_ms, to_ms=to_ms)
    made.lives_until(HISTORY.deadline(to_ms))
    return made


def new_listing(meeting: Meeting) -> Listed:
    made = Listed(f"account#{meeting.account_id}", f"{int(meeting.ended_at_ms):015}.{meeting.meeting_id}")
    made.meeting_id = meeting.meeting_id
    made.lives_until(int(meeting.expires_at_ms))
    return made


def presence_of(meeting_id: str, *, now: int, participant_id: str | None = None) -> dict[str, Spans]:
    """When each participant was there, or one of them; stays that overlap or touch are one. Whoever came and went in
    the same millisecond was there for no time. Whoever was erased was not."""
    erased = gone_from(meeting_id, now=now)
    found = dict[str, list[tuple[int, int]]]()
    prefix = ATTENDED if participant_id is None else f"{ATTENDED}{participant_id}#"
    for one in stays.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(prefix)):
        found.setdefault(one.participant_id, []).append((int(one.from_ms), int(one.to_ms)))
    return {who: union(spans) for who, spans in found.items() if who not in erased}


def is_small(meeting: Meeting, *, now: int) -> bool:
    """Whether one task can look after all that was measured in it: it was short, and few came."""
    if int(meeting.closed_at_ms) - int(meeting.opened_at_ms) > SHORT_MS:
        return False
    where = MeetingEntry.entry.startswith(ATTENDED)
    return len(stays.query(meeting.meeting_id, now=now, where=where, limit=SMALL + 1)) <= SMALL


def new_gone(meeting_id: str, participant_id: str, *, now: int) -> Gone:
    made = Gone(meeting_id, GONE + participant_id)
    made.lives_until(ERASED_FROM.deadline(now))
    return made


def gone_from(meeting_id: str, *, now: int) -> set[str]:
    """Participants who were erased, and of whom something may be left here."""
    found = gone.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(GONE))
    return {one.participant_id for one in found}


def stays_of(participant_id: str, rooms: Iterable[str], *, now: int) -> Spans:
    """When somebody was in any of the rooms, as far as they have left them."""
    found = (presence_of(one, now=now, participant_id=participant_id).get(participant_id, ()) for one in rooms)
    return union(span for spans in found for span in spans)


def list_meetings(account_id: str, after: str | None, *, now: int) -> tuple[list[Meeting], str | None]:
    """The account's meetings, the latest first, and where the next page begins."""
    where = None if after is None else MeetingEntry.entry < after
    found = listings.query(f"account#{account_id}", now=now, where=where, limit=PAGE + 1, forward=False)
    page = found[:PAGE]
    rows = {one.meeting_id: one for one in meetings.get_many([(one.meeting_id, MEETING) for one in page], now=now)}
    listed = [rows[one.meeting_id] for one in page if one.meeting_id in rows]
    return listed, str(page[-1].entry) if len(found) > PAGE else None


def list_before(meeting: Meeting, *, now: int) -> list[Meeting]:
    """A page of what the same account held before, the latest first."""
    return list_meetings(meeting.account_id, str(new_listing(meeting).entry), now=now)[0]


def change(meeting: Meeting, *actions: Action, was: str, now: int, where: Condition | None = None) -> Meeting | None:
    """The meeting after `actions`, where its report is in that state and revision; None where it is not."""
    same = (Meeting.status == was) & (Meeting.revision == meeting.revision)
    condition = same if where is None else same & where
    return meetings.update((meeting.owner, MEETING), actions, now=now, where=condition)


def note_named(meeting: Meeting, *, now: int) -> None:
    meetings.update((meeting.owner, MEETING), [Meeting.named.set(True)], now=now)


def note_figured(meeting: Meeting, *, now: int) -> None:
    meetings.update((meeting.owner, MEETING), [Meeting.figured.set(True)], now=now)


def note_told(meeting: Meeting, *, now: int) -> bool:
    """That the organiser gets a mail about this revision of the report; of all who note it, one is told True."""
    first = (Meeting.revision == meeting.revision) & (Meeting.told_revision < meeting.revision)
    told = [Meeting.told_revision.set(meeting.revision)]
    return meetings.update((meeting.owner, MEETING), told, now=now, where=first) is not None


def note_untold(meeting: Meeting, *, now: int) -> None:
    """That the mail which `note_told` was for has not gone out."""
    mine = Meeting.told_revision == meeting.revision
    meetings.update((meeting.owner, MEETING), [Meeting.told_revision.set(0)], now=now, where=mine)
