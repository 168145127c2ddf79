"""Another password: by a link in a mail for whoever forgot it, or by the old one."""

from chalicelib.accounts import attempts, mails, models, passwords, token_models as tokens
from chalicelib.accounts.signed import Signed, prove_password
from chalicelib.runtime.addresses import parse_address
from chalicelib.runtime.errors import Gone
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import service as sessions
from chalicelib.sessions.models import Session, note_proof, proof_of


def ask_reset(email: str, language: str, viewer: str, *, now: int) -> None:
    """Sends a mail in any case, after the same work. Raises Invalid, TooMany."""
    address = parse_address(email)
    attempts.count_request(viewer, now=now)
    found = models.find_by_address(address, now=now)
    account = found if found and found.confirmed else None
    token = tokens.issue_token(tokens.RESET, account, now=now)
    if account is None:
        mails.say_no_account(address, language, viewer, now=now)
    else:
        mails.send_reset(account, token, viewer, now=now)


def set_password(token: str, password: str, viewer: str, session: Session | None, *, now: int) -> None:
    """Once, within an hour; whoever was signed in is out. Raises Invalid; Gone for used, expired and unknown alike.

    Sessions end before the change, too: where this breaks off, none of the old ones outlives the old password. The
    browser that followed the link may log in whatever strangers try at the same time.
    """
    found = tokens.find_token(tokens.RESET, token, now=now)
    account = found and models.find(found.account_id, now=now)
    if not (found and account) or account.revision != found.revision:
        raise _gone()
    password_hash = passwords.hash_new(password, account.email_address)
    sessions.end_sessions_of(account.account_id, now=now)
    revision = opaque()
    if models.change_password(account, password_hash, revision, now=now) is None:
        raise _gone()
    sessions.end_sessions_of(account.account_id, now=now)
    tokens.take_token(found, now=now)  # void by now: it is for the password before
    attempts.forget_wrong(account.email_address, viewer, now=now)
    if session is not None:
        note_proof(session.session_id, proof_of(account.account_id, revision), now=now)
    mails.say_password_changed(account, now=now)


def change_password(signed: Signed, password: str, new_password: str, *, now: int) -> Session:
    """This device goes on in a new session, all others are out. Raises Unauthenticated, Invalid, TooMany, Conflict."""
    prove_password(signed, password, now=now)
    account = signed.account
    password_hash = passwords.hash_new(new_password, account.email_address, at="$.new_password")

    def together(both: Transaction, revision: str) -> None:
        models.change_too(both, account, *models.replacing(password_hash, revision), now=now)

    renewed = signed.renew(together, now=now)
    mails.say_password_changed(account, now=now)
    return renewed


def _gone() -> Gone:
    return Gone("This link was used, is older than an hour, or your log-in has changed since. Ask for another.")
