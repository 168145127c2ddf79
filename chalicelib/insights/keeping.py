"""History and reports live as long as their organiser's account, and die with it (D11, D13).

Their rows carry the account's deadline as it was known; a day before that the reaper looks whether it has moved on, and
the oftener the nearer it is, since the account may be used on its last day. Each meeting has an entry of its own, so
that an organiser of many keeps nothing else waiting: a look at one is at most STAYS_A_LOOK of its stays.
"""

from collections.abc import Iterator
from itertools import islice

from chalicelib.accounts import models as accounts
from chalicelib.insights import history
from chalicelib.insights.meeting_lives import extend_meeting, extend_stays
from chalicelib.insights.meeting_models import MEETING, Meeting, list_meetings, meetings
from chalicelib.insights.report_models import bare_key, destroy_key, extend_key, extend_parts, forget_parts, keys
from chalicelib.insights.share_models import find_share, forget_share
from chalicelib.insights.starting import stop_report
from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.privacy import service as privacy
from chalicelib.runtime import events, expiry
from chalicelib.runtime.holdings import EVER

SHARED = "report-share"  # kind of expiry entries


def look_after(name: str, now: int) -> int | None:
    """The reaper's call: the account's key moves on with it; or all it has is deleted, a meeting a look.

    What an erasure's workflow deletes meanwhile is unreadable, and not late: that tells of itself where it takes long.
    """
    account_id = history.kept_account(name)
    if account_id is None:
        return None
    account = accounts.find(account_id, now=now)
    if account is None:
        if not forget_organiser(account_id, now=now):
            return None
        return now + MINUTE if privacy.is_gone(privacy.account(account_id), now=now) else now
    until_ms = int(account.expires_at_ms)
    extend_key(account.account_id, until_ms, now=now)
    return _next_look(until_ms, now)


def look_after_meeting(name: str, now: int) -> int | None:
    """The reaper's call: a meeting moves on with its organiser's account, of a large one a part, or is deleted.

    Its own row comes last, and with it its place in the list: whatever breaks off is gone on with.
    """
    meeting = meetings.get((name, MEETING), now=EVER)
    if meeting is None:
        return None
    account = accounts.find(meeting.account_id, now=now)
    if account is None:
        forget_kept(meeting, now=now)
        return None
    until_ms = int(account.expires_at_ms)
    if not extend_stays(meeting, until_ms, now=now):
        return now + MINUTE
    extend_parts(meeting.meeting_id, until_ms, now=now)
    extend_meeting(meeting, until_ms, now=now)
    return _next_look(until_ms, now)


def follow_erasure(event: events.AccountErasing) -> None:
    """The key goes with the account, in one transaction: from then on nobody can open a report. The rest follows."""
    event.together.delete(keys, bare_key(event.account_id))
    expiry.file_with(event.together, history.KEEP, history.kept_name(event.account_id), event.now, now=event.now)


def forget_organiser(account_id: str, *, now: int) -> bool:
    """Deletes the key and a meeting of an account that is gone, also where it has run out; whether there are more.

    Safe to repeat.
    """
    destroy_key(account_id)
    found = list(islice(all_meetings(account_id, now=EVER), 2))
    for meeting in found[:1]:
        forget_kept(meeting, now=now)
    return len(found) > 1


def forget_kept(meeting: Meeting, *, now: int) -> None:
    """Everything of a meeting, its report included."""
    stop_report(meeting)
    forget_parts(meeting.meeting_id, now=EVER)
    expiry.file(history.RAW, meeting.meeting_id, now, now=now)  # for where it breaks off once nothing leads to it
    history.forget_meeting(meeting.meeting_id, now)


def drop_share(name: str, now: int) -> int | None:
    """The reaper's call: the link has run out, or was revoked before."""
    meeting_id, _, share_id = name.partition(".")
    if find_share(meeting_id, share_id, now=now) is None:
        forget_share(meeting_id, share_id)
    return None


def all_meetings(account_id: str, *, now: int) -> Iterator[Meeting]:
    """Page by page, the latest first."""
    after: str | None = None
    while True:
        found, after = list_meetings(account_id, after, now=now)
        yield from found
        if after is None:
            return


def _next_look(until_ms: int, now: int) -> int:
    """A day before the end, and from then on each time that half of what was left is over, to the last minute."""
    left_ms = until_ms - now
    return until_ms - DAY if left_ms > DAY else now + max(left_ms // 2, min(left_ms, MINUTE))
