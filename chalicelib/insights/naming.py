"""That others were told what somebody is called, and how they did: on record for whoever it is (F8).

Who was there is listed at the meeting's end, and of whom the report has figures as it is published, before anybody is
told anything: telling is one write, of however many.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from chalicelib.insights.meeting_models import (
    PERSON,
    Attendee,
    Meeting,
    MeetingEntry,
    attendees,
    note_figured,
    note_named,
    presence_of,
)
from chalicelib.insights.share_models import Share
from chalicelib.privacy import company_models as ledger, service as privacy
from chalicelib.privacy.company_models import Known
from chalicelib.runtime.disclosure import Ground, HandOut, Recipient, What, hand_out
from chalicelib.runtime.parallel import together

SIDE_BY_SIDE = 8
MEASURED_SIDE_BY_SIDE = 32  # one write each: ten thousand within two seconds at 5 ms


def list_company(meeting_id: str, ended_at_ms: int, *, now: int) -> None:
    """Everybody who was in it. Safe to repeat."""
    found = attendees.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(PERSON))
    names, people = {one.participant_id: one for one in found}, sorted(presence_of(meeting_id, now=now))
    slices = [people[row::SIDE_BY_SIDE] for row in range(SIDE_BY_SIDE)]
    together([partial(_list_some, meeting_id, ended_at_ms, some, names, now) for some in slices if some])


def list_measured(meeting: Meeting, participants: Iterable[str], *, now: int, measured: bool = True) -> None:
    """Of whom its report has figures, ahead of anybody's reading it; or of whom it has none, after all. Safe to
    repeat."""
    people, at_ms = [privacy.guest(one) for one in participants], int(meeting.closed_at_ms)
    slices = [people[row::MEASURED_SIDE_BY_SIDE] for row in range(MEASURED_SIDE_BY_SIDE)]
    note = partial(ledger.note_measured, meeting.meeting_id, measured=measured, now=now)
    together([partial(note, some, at_ms) for some in slices if some])


def tell_organiser(meeting: Meeting, *, now: int) -> None:
    """Ahead of the first time that they read who was there; as of the meeting's end, since when they could."""
    if not meeting.named:
        ledger.tell_names(meeting.meeting_id, int(meeting.closed_at_ms), now=now)
        note_named(meeting, now=now)


def tell_figures(meeting: Meeting, *, now: int) -> None:
    """Ahead of the first time that the organiser reads the report."""
    if not meeting.figured:
        ledger.tell_figures(meeting.meeting_id, now=now)
        note_figured(meeting, now=now)


def tell_by_link(meeting: Meeting, share: Share, *, now: int) -> None:
    """Whoever has the link reads the report from then on, with names where it was made so; never addresses."""
    at_ms, who = int(share.made_at_ms), privacy.account(meeting.account_id)
    report = HandOut(who, Ground.OWN_ACT, Recipient.LINK, What.REPORT, id=f"link/{share.share_id}", at_ms=at_ms)
    hand_out([report], now=now)
    ledger.tell_link(meeting.meeting_id, share.share_id, at_ms, names=bool(share.names), now=now)


def _list_some(meeting_id: str, ended_at_ms: int, people: list[str], names: Mapping[str, Attendee], now: int) -> None:
    """Nothing of whoever was erased."""
    known = {privacy.guest(one): names.get(one) for one in people}
    erased = privacy.who_is_gone(known, now=now)
    some = [Known(who, bool(one and one.name), bool(one and one.email)) for who, one in known.items()]
    ledger.note_company(meeting_id, [one for one in some if one.who not in erased], ended_at_ms, now=now)
