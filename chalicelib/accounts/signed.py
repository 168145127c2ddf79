"""Someone signed in: their session and their account, and what asks for the password once more."""

from dataclasses import dataclass

from chalicelib.accounts import attempts, models, passwords
from chalicelib.accounts.models import Account
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.sessions import service as sessions
from chalicelib.sessions.models import Session


@dataclass(frozen=True)
class Signed:
    session: Session
    account: Account

    def renew(self, *, now: int) -> Session:
        """A new session id after a change of privilege; the account's other sessions end."""
        renewed = sessions.renew(self.session, now=now)
        sessions.end_sessions_of(self.account.account_id, now=now, keep=renewed.session_id)
        return renewed


def find_signed(session: Session, *, now: int) -> Signed:
    """Raises Unauthenticated for a guest, and for whoever's account is no more."""
    account = models.find(session.account_id, now=now) if session.account_id else None
    if account is None:
        raise Unauthenticated("Log in first: POST /v1/session/login.", kind="sign-in-required")
    models.record_use(account, now=now)
    return Signed(session, account)


def prove_password(signed: Signed, password: str, *, now: int) -> None:
    """Before what cannot be undone. Raises TooMany, and Unauthenticated for a wrong one."""
    attempts.count_guess(signed.account.email_address, now=now)
    if not passwords.matches(signed.account.password_hash, password):
        raise Unauthenticated("This is not your password.", kind="wrong-credentials")
