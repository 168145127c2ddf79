"""The mails about an account, in its language. What strangers can ask for is limited per address, silently."""

from contextlib import suppress
from pathlib import Path

from chalicelib.accounts import attempts
from chalicelib.accounts.attempts import MailKind
from chalicelib.accounts.models import Account
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.disclosure import send_mail
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.mail import compose, link
from chalicelib.runtime.settings import settings

TEMPLATES = Path(__file__).parent / "mails"


def ask_to_confirm(account: Account, token: str, viewer: str, *, now: int) -> None:
    _on_request("registration", "confirm", account.email_address, account.language, link("verify", token), viewer, now)


def say_already_registered(account: Account, viewer: str, *, now: int) -> None:
    """To someone who registers a second time: as many mails as for the first."""
    _on_request(
        "registration", "registered", account.email_address, account.language, f"{settings().origin}/login", viewer, now
    )


def send_reset(account: Account, token: str, viewer: str, *, now: int) -> None:
    _on_request("reset", "reset", account.email_address, account.language, link("reset", token), viewer, now)


def say_no_account(address: Address, language: str, viewer: str, *, now: int) -> None:
    """To whoever wants to reset the password of no account: as many mails as with one."""
    _on_request("reset", "unknown", address, language, f"{settings().origin}/register", viewer, now)


def say_password_changed(account: Account, *, now: int) -> None:
    _notice("changed", account, "login#forgot", now)


def say_second_factor_on(account: Account, *, now: int) -> None:
    _notice("factor-on", account, "login#forgot", now)


def say_second_factor_off(account: Account, *, now: int) -> None:
    _notice("factor-off", account, "login#forgot", now)


def say_erased(account: Account, *, now: int) -> None:
    _notice("erased", account, "register", now)


def _notice(name: str, account: Account, page: str, now: int) -> None:
    """Its owner may not have done it. It is done all the same where this cannot be sent."""
    with suppress(Unavailable):
        address = f"{settings().origin}/{page}"
        send_mail(compose(TEMPLATES, name, account.language, to=account.email_address, link=address), now=now)


def _on_request(kind: MailKind, name: str, to: Address, language: str, address: str, viewer: str, now: int) -> None:
    if not attempts.may_mail(kind, to, viewer, now=now):
        return
    try:
        send_mail(compose(TEMPLATES, name, language, to=to, link=address), now=now)
    except Unavailable:
        attempts.was_not_mailed(kind, to, viewer, now=now)
        raise
