"""The mail that a report is ready, to whoever agreed to it: where it is, and nothing of what it says (D8)."""

from pathlib import Path

from chalicelib.accounts import unsubscribe
from chalicelib.accounts.consented import address_for
from chalicelib.accounts.models import Account
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Reports
from chalicelib.runtime.disclosure import send_mail
from chalicelib.runtime.mail import compose, link
from chalicelib.runtime.settings import settings

TEMPLATES = Path(__file__).parent / "mails"


def may_mail(account: Account, *, now: int) -> Consented[Reports] | None:
    """Their consent to such mails, where they capture at all."""
    return consent.find(Reports, privacy.account(account.account_id), now=now) if account.capture_insights else None


def say_ready(account: Account, meeting_id: str, proof: Consented[Reports], *, now: int) -> None:
    """Raises Unavailable where mail cannot be sent."""
    token = unsubscribe.token_for(account.account_id, Reports.name)
    send_mail(
        compose(
            TEMPLATES,
            "report",
            account.language,
            to=address_for(Reports, account, proof),
            link=f"{settings().origin}/meetings/{meeting_id}",
            stop=link("unsubscribe", token),
            unsubscribe=unsubscribe.address(token),
        ),
        now=now,
    )
