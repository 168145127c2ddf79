"""From an address and a password to an account, once the address is confirmed. Nobody learns who has one."""

import json

from chalicelib.accounts import attempts, begun, mails, models, passwords, sweep, token_models as tokens
from chalicelib.accounts.models import Account
from chalicelib.accounts.schemas import NewAccount
from chalicelib.privacy import service as privacy
from chalicelib.privacy.rules import Decided
from chalicelib.runtime.addresses import parse_address
from chalicelib.runtime.errors import Gone, Unauthenticated
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import require_age


def register(wanted: NewAccount, session: Session, language: str, viewer: str, *, now: int) -> None:
    """Sends a mail, whether the address is known or not, after the same work. Raises Denied, Invalid, TooMany."""
    require_age(session)
    address = parse_address(wanted.email)
    attempts.count_request(viewer, now=now)
    password_hash = passwords.hash_new(wanted.password, address)
    decided = privacy.bring(session, wanted.consents.made(), now=now)
    consents = json.dumps([[one.purpose, one.given, one.version, one.at_ms] for one in decided])
    guest = None if session.account_id else privacy.guest(session.participant_id)
    account = models.new_account(
        address, password_hash, language=language, asked_by=guest, consents=consents,
        age=session.age, now=now,
    )  # fmt: skip
    token = tokens.issue_token(tokens.CONFIRMATION, account, now=now)
    noted = begun.note(session, account, token, now=now) if guest else None
    sweep.file(account, now=now)
    if models.file_registration(account, now=now):
        mails.ask_to_confirm(account, token, viewer, now=now)
    else:
        mails.say_already_registered(account, viewer, now=now)
    if noted:
        begun.finish(session, noted, since=now, now=now)


def confirm_address(token: str, *, now: int) -> None:
    """Makes the account of that very registration usable. Raises Gone for a token used, expired or unknown alike.

    The token goes last: where this breaks off, the link can be opened again.
    """
    found = tokens.find_token(tokens.CONFIRMATION, token, now=now)
    account = found and tokens.registration_of(found, token)
    if not (found and account):
        raise _gone()
    who, consents = privacy.account(account.account_id), _consents(account)
    sweep.erase_over(account.address, now=now)
    both = Transaction(now=now)
    for one in (who, account.asked_by):
        if one:  # erased by now, or found too young
            privacy.forbid_erased(both, one, since=int(account.registered_at_ms))
    models.confirm(both, account, now=now)
    if not both.commit() and models.find(account.account_id, now=now) is None:
        raise _gone()
    try:
        privacy.record_first(who, consents, now=now)
    except Unauthenticated as error:  # erased at this moment
        raise _gone() from error
    if not tokens.take_token(found, now=now):
        raise _gone()


def _consents(account: Account) -> list[Decided]:
    return [Decided(*one) for one in json.loads(account.consents or "[]")]


def _gone() -> Gone:
    return Gone("This link was used, or is older than a day. Register again, and you get another.")
