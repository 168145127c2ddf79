"""The account's settings, and its end."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from chalicelib.accounts import mails, models
from chalicelib.accounts.models import Account
from chalicelib.accounts.schemas import AccountPatch
from chalicelib.accounts.signed import Signed, changed_meanwhile, prove_password
from chalicelib.privacy import erasing, service as privacy
from chalicelib.privacy.rules import Begun
from chalicelib.runtime import events, holdings
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import service as sessions
from chalicelib.sessions.participant_models import forget_all
from chalicelib.sessions.service import require_age

NEWS: PurposeName = "news"


def wants_news(account: Account, *, now: int) -> bool:
    """The setting is the consent: there is no other record of it."""
    return privacy.has_consented(NEWS, privacy.account(account.account_id), now)


def change_settings(signed: Signed, wanted: AccountPatch, *, now: int) -> Account:
    """What is given changes. Raises Unauthenticated where the account is erased meanwhile, TooMany."""
    if isinstance(wanted.mail.news, bool):
        privacy.limit_decisions(signed.session, now=now)
    account: Account | None = signed.account
    actions = [attribute.set(value) for attribute, value in _settings(wanted) if value is not UNSET]
    if actions:
        account = models.change(signed.account, *actions, now=now)
    if account is None:
        raise Unauthenticated("This account is no more.", kind="sign-in-required")
    if isinstance(wanted.mail.news, bool):
        _decide_about_news(signed, wanted.mail.news, now)
    return account


def erase_account(signed: Signed, password: str, *, now: int) -> Begun:
    """Immediate: from here on nobody can use or read it, nor what its owner did elsewhere, and every device is out.

    Where it breaks off, its owner can log in and repeat it, or it is finished without them. Decisions about consent
    stay for their lifetime under a digest that names nobody, withdrawn: together with the account's end, or not at
    all. Raises as `prove_password`.
    """
    prove_password(signed, password, now=now)
    return erase(signed.account, now=now)


def erase(account: Account, *, now: int) -> Begun:
    """As `erase_account`, for who has asked the operator by mail. Raises Conflict where it is being changed."""
    account, account_id = _claim(account, now), account.account_id
    person = holdings.identify(Person(account_id), now=now)
    both = Transaction(now=now)
    begun = erasing.begin(both, privacy.account(account_id), person, now=now)
    sessions.end_sessions_of(account_id, now=now)
    models.erase(both, account)
    events.publish(events.AccountErasing(account_id, both, now))
    if not both.commit():
        raise changed_meanwhile()
    sessions.end_sessions_of(account_id, now=now)  # of whoever logged in meanwhile
    erasing.carry_out(begun, now=now)
    forget_all(account_id, now=now)
    mails.say_erased(account)
    return begun


def _claim(account: Account, now: int) -> Account:
    """From here on nothing else that was proved before happens. Raises Conflict where something did."""
    claimed = models.change(account, *models.revising(opaque()), now=now, where=models.unchanged(account))
    if claimed is None:
        raise changed_meanwhile()
    return claimed


def _settings(wanted: AccountPatch) -> Iterator[tuple[Any, object]]:
    yield Account.capture_insights, wanted.capture_insights
    yield Account.language, wanted.language
    yield Account.mail_report_ready, wanted.mail.report_ready


def _decide_about_news(signed: Signed, wanted: bool, now: int) -> None:
    if wanted:
        require_age(signed.session)
    privacy.decide(privacy.account(signed.account.account_id), {NEWS: wanted}, now=now)
