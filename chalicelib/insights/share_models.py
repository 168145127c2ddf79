"""Links by which organisers share a report, each under a digest of its secret. The links themselves are not stored."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute

from chalicelib.insights.meeting_models import Meeting, MeetingEntry, meetings
from chalicelib.runtime.ids import is_opaque
from chalicelib.runtime.store import Table
from chalicelib.runtime.transactions import Transaction

SHARE = "share#"


class Share(MeetingEntry, discriminator="share"):
    """One link. It lives by itself: where the organiser's account lives on, it does not."""

    made_at_ms = NumberAttribute()
    names = BooleanAttribute()  # whether whoever has it reads the participants' names

    @property
    def share_id(self) -> str:
        return str(self.entry).removeprefix(SHARE)


shares: Table[Share] = Table(Share, "meetings")


def find_share(meeting_id: str, share_id: str, *, now: int) -> Share | None:
    return shares.get((meeting_id, SHARE + share_id), now=now) if is_opaque(share_id) else None


def list_shares(meeting_id: str, *, now: int) -> list[Share]:
    """Those that are living, the latest first."""
    found = shares.query(meeting_id, now=now, where=MeetingEntry.entry.startswith(SHARE))
    return sorted(found, key=lambda one: int(one.made_at_ms), reverse=True)


def create_with(both: Transaction, meeting: Meeting, share_id: str, until_ms: int, *, names: bool, now: int) -> Share:
    """A link to a report, where that is there in the same instant."""
    made = Share(meeting.meeting_id, SHARE + share_id, made_at_ms=now, names=names)
    made.lives_until(until_ms)
    both.create(shares, made)
    both.require(meetings, meeting, Meeting.status == "ready")
    return made


def forget_share(meeting_id: str, share_id: str) -> None:
    shares.delete((meeting_id, SHARE + share_id))
