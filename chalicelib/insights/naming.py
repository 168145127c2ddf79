"""That others were told what somebody is called: on record for whoever it is (F8)."""

from chalicelib.insights.meeting_models import PERSON, Meeting, MeetingEntry, attendees, note_named
from chalicelib.insights.share_models import Share
from chalicelib.privacy import service as privacy
from chalicelib.runtime.disclosure import Ground, HandOut, Recipient, What, hand_out


def tell_organiser(meeting: Meeting, *, now: int) -> None:
    """Ahead of the first time that they read who was there; as of the meeting's end, since when they could."""
    if not meeting.named:
        at_ms, id_ = int(meeting.closed_at_ms), f"organiser/{meeting.meeting_id}"
        hand_out(_named(meeting, Recipient.ORGANISER, id_, at_ms, now), now=now)
        note_named(meeting, now=now)


def tell_by_link(meeting: Meeting, share: Share, *, now: int) -> None:
    """Whoever has the link reads the report from then on, with names where it was made so."""
    at_ms, id_ = int(share.made_at_ms), f"link/{share.share_id}"
    who = privacy.account(meeting.account_id)
    report = HandOut(who, Ground.OWN_ACT, Recipient.LINK, What.REPORT, id=id_, at_ms=at_ms)
    named = _named(meeting, Recipient.LINK, id_, at_ms, now) if share.names else ()
    hand_out([report, *named], now=now)


def _named(meeting: Meeting, to: Recipient, id_: str, at_ms: int, now: int) -> list[HandOut]:
    """A link never shows addresses."""
    found = attendees.query(meeting.meeting_id, now=now, where=MeetingEntry.entry.startswith(PERSON))
    told = [(one.participant_id, What.NAME) for one in found]
    if to is Recipient.ORGANISER:
        told += [(one.participant_id, What.EMAIL) for one in found if one.email]
    return [
        HandOut(privacy.guest(who), Ground.OWN_ACT, to, what, id=f"{id_}/{what}", at_ms=at_ms) for who, what in told
    ]
