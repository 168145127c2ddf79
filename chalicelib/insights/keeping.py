"""History and reports live as long as their organiser's account, and die with it (D11, D13).

Their rows carry the account's deadline as it was known; a day before that the reaper looks whether it has moved on.
"""

from collections.abc import Iterator

from chalicelib.accounts import models as accounts
from chalicelib.insights import history
from chalicelib.insights.meeting_lives import extend_entries
from chalicelib.insights.meeting_models import Meeting, list_meetings
from chalicelib.insights.report_models import bare_key, destroy_key, extend_key, extend_parts, forget_parts, keys
from chalicelib.insights.share_models import find_share, forget_share
from chalicelib.insights.starting import stop_report
from chalicelib.lifetimes import DAY
from chalicelib.runtime import events, expiry
from chalicelib.runtime.holdings import EVER

SHARED = "report-share"  # kind of expiry entries


def look_after(name: str, now: int) -> int | None:
    """The reaper's call: what the account has moves on with it, or is deleted; when to look again."""
    account_id = history.kept_account(name)
    if account_id is None:
        return None
    account = accounts.find(account_id, now=now)
    if account is None:
        forget_organiser(account_id, now=now)
        return None
    until_ms = int(account.expires_at_ms)
    extend_key(account.account_id, until_ms, now=now)
    for meeting in all_meetings(account.account_id, now=now):
        extend_entries(meeting, until_ms, now=now)
        extend_parts(meeting.meeting_id, until_ms, now=now)
    return until_ms - DAY if until_ms - DAY > now else until_ms


def follow_erasure(event: events.AccountErasing) -> None:
    """The key goes with the account, in one transaction: from then on nobody can open a report. The rest follows."""
    event.together.delete(keys, bare_key(event.account_id))
    expiry.file_with(event.together, history.KEEP, history.kept_name(event.account_id), event.now, now=event.now)


def forget_organiser(account_id: str, *, now: int) -> None:
    """Deletes every report and meeting of an account that is gone, those that ran out with it, too. Safe to repeat."""
    destroy_key(account_id)
    for meeting in all_meetings(account_id, now=EVER):
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
