"""A report shared by a link (D7): whoever has it reads that report, until it expires, is revoked or has no report.

The link names the meeting and a secret, sealed together; only a digest of the secret is stored, so that nobody finds
the link again, whatever they read. The server opens the report for its reader as it does for its organiser, with the
organiser's own key: there is no copy of either, and what ends them ends the link in the same instant (D13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.insights import keeping
from chalicelib.insights.meeting_models import Meeting, find_meeting
from chalicelib.insights.naming import tell_by_link
from chalicelib.insights.reading import ReportPage, read_report
from chalicelib.insights.report import Part
from chalicelib.insights.share_models import Share, create_with, find_share, forget_share, list_shares
from chalicelib.lifetimes import DAY
from chalicelib.privacy import improvement, service as privacy
from chalicelib.runtime import expiry, mail, vault
from chalicelib.runtime.errors import Conflict, NotFound
from chalicelib.runtime.ids import derived, opaque
from chalicelib.runtime.transactions import Transaction

SHARES_MAX = 20  # living links of one report: more than anybody keeps track of
SEALED, DIGEST = "insights/shared-link", "insights/share"
ID = 22  # characters of a meeting's id


@dataclass(frozen=True)
class SharedPage:
    """Some of a shared report, and the link that led to it."""

    share: Share
    meeting: Meeting
    part: Part
    names: Mapping[str, str]  # none, unless the link is one with names
    next: int | None


def share_report(meeting: Meeting, days: int, *, names: bool, now: int) -> tuple[Share, str]:
    """The link, which is told this once. Raises Conflict where there is no report, or too many links to it."""
    if len(list_shares(meeting.meeting_id, now=now)) >= SHARES_MAX:
        raise Conflict(f"A report has at most {SHARES_MAX} links at a time: end one first.")
    secret, until_ms, both = opaque(), now + days * DAY, Transaction(now=now)
    made = create_with(both, meeting, _id_of(secret), until_ms, names=names, now=now)
    expiry.file_with(both, keeping.SHARED, f"{meeting.meeting_id}.{made.share_id}", until_ms, now=now)
    if not both.commit():
        raise Conflict("There is no report to share yet.")
    tell_by_link(meeting, made, now=now)
    improvement.contribute("report-shared", privacy.account(meeting.account_id), now=now)
    return made, mail.link("shared", vault.seal(SEALED, meeting.meeting_id + secret))


def living_shares(meeting: Meeting, *, now: int) -> list[Share]:
    """The latest first."""
    return list_shares(meeting.meeting_id, now=now)


def revoke(meeting: Meeting, share_id: str, *, now: int) -> None:
    """From here on the link leads nowhere. Raises NotFound where it does already."""
    if find_share(meeting.meeting_id, share_id, now=now) is None:
        raise NotFound("There is no such link, or it is over.")
    forget_share(meeting.meeting_id, share_id)


def read_shared(token: str, number: int, *, now: int) -> SharedPage:
    """Raises NotFound for what is no link of ours, or is over; Conflict while the report is told anew without somebody
    erased; Invalid where it has no such part."""
    named = vault.unseal(SEALED, token) or ""
    meeting_id, secret = named[:ID], named[ID:]
    share = find_share(meeting_id, _id_of(secret), now=now) if secret else None
    meeting = find_meeting(meeting_id, now=now) if share else None
    page = read_report(meeting, number, now=now) if meeting else None
    if share is not None and page is not None and page.being_told_anew:
        raise Conflict("The report is being told anew, without somebody who was erased: it is here again in minutes.")
    if share is None or page is None or page.part is None:
        raise NotFound("This link leads nowhere, or does no longer.")
    return _as_shared(share, page, page.part)


def _id_of(secret: str) -> str:
    return vault.digest(DIGEST, secret)


def _as_shared(share: Share, page: ReportPage, part: Part) -> SharedPage:
    """Participants under names of this link's own, so that two reports do not tell who was in both."""

    def alias(participant_id: str) -> str:
        return derived(share.share_id, participant_id)

    people = [replace(one, participant_id=alias(one.participant_id)) for one in part.people]
    names = {alias(one): name for one, name in page.names.items()} if share.names else {}
    return SharedPage(share, page.meeting, replace(part, people=people), names, page.next)
