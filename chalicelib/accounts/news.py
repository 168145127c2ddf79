"""Product news: to whoever agreed, with a way out in every mail that takes one click (RFC 8058, F2)."""

from chalicelib.accounts import models, unsubscribe
from chalicelib.accounts.consented import address_for
from chalicelib.accounts.mails import TEMPLATES
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import News
from chalicelib.runtime.disclosure import send_mail
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.mail import compose, link


def send_news(account_id: str, subject: str, text: str, *, now: int) -> None:
    """Raises Denied without consent, NotFound without account."""
    proof = consent.check(News, privacy.account(account_id), now=now)
    account = models.find(account_id, now=now)
    if account is None:
        raise NotFound("There is no such account.")
    token = unsubscribe.token_for(account_id, News.name)
    send_mail(
        compose(
            TEMPLATES, "news", account.language, to=address_for(News, account, proof),
            subject=subject, text=text, link=link("unsubscribe", token), unsubscribe=unsubscribe.address(token),
        ),
        now=now,
    )  # fmt: skip
