"""The mail that a report is ready: where it is, and nothing of what it says (D8)."""

from pathlib import Path

from chalicelib.accounts import unsubscribe
from chalicelib.accounts.models import Account
from chalicelib.runtime.mail import compose, link, send
from chalicelib.runtime.settings import settings

TEMPLATES = Path(__file__).parent / "mails"


def say_ready(account: Account, meeting_id: str) -> None:
    """Raises Unavailable where mail cannot be sent."""
    token = unsubscribe.token_for(account.account_id, "reports")
    send(
        compose(
            TEMPLATES,
            "report",
            account.language,
            to=account.email_address,
            link=f"{settings().origin}/meetings/{meeting_id}",
            stop=link("unsubscribe", token),
            unsubscribe=unsubscribe.address(token),
        )
    )
