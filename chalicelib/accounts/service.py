"""The account's settings, and its end."""

from collections.abc import Iterator, Mapping
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
from chalicelib.sessions.service import require_age

MAILS: Mapping[str, PurposeName] = {"report_ready": "reports", "news": "news"}  # setting: what it is the consent to


def mails_of(account: Account, *, now: int) -> dict[str, bool]:
    """By setting. The setting is the consent: there is no other record of it."""
    who = privacy.account(account.account_id)
    return {setting: privacy.has_consented(purpose, who, now) for setting, purpose in MAILS.items()}


def change_settings(signed: Signed, wanted: AccountPatch, *, now: int) -> Account:
    """What is given changes. Raises Unauthenticated where the account is erased meanwhile, TooMany."""
    choices = _choices(wanted)
    if choices:
        privacy.limit_decisions(signed.session, now=now)
    account: Account | None = signed.account
    actions = [attribute.set(value) for attribute, value in _settings(wanted) if value is not UNSET]
    if wanted.capture_insights is True and not signed.account.capture_insights:
        actions.append(Account.capture_since_ms.set(now))
    if actions:
        account = models.change(signed.account, *actions, now=now)
    if account is None:
        raise Unauthenticated("This account is no more.", kind="sign-in-required")
    if wanted.capture_insights not in (UNSET, signed.account.capture_insights):
        events.publish(events.CaptureChanged(account.account_id, now))
    if choices:
        _decide(signed, choices, now)
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
    mails.say_erased(account, now=now)
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


def _choices(wanted: AccountPatch) -> dict[PurposeName, bool]:
    named = {purpose: getattr(wanted.mail, setting) for setting, purpose in MAILS.items()}
    return {purpose: given for purpose, given in named.items() if given is not UNSET}


def _decide(signed: Signed, choices: Mapping[PurposeName, bool], now: int) -> None:
    if any(choices.values()):
        require_age(signed.session)
    privacy.decide(privacy.account(signed.account.account_id), choices, now=now)
