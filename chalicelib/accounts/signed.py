"""Someone signed in: their session and their account, and what asks for the password once more."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.accounts import attempts, models, passwords
from chalicelib.accounts.models import Account
from chalicelib.privacy import service as privacy
from chalicelib.runtime.errors import Conflict, Unauthenticated, Unavailable
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import renewal, service as sessions
from chalicelib.sessions.models import Session, proof_of


@dataclass(frozen=True)
class Signed:
    session: Session
    account: Account

    def renew(self, together: Callable[[Transaction, str], None], *, now: int) -> Session:
        """This device under a new session id, together with the change of privilege; all other devices are out.

        `together` gives the account the revision that it is handed, which this device has proved.

        They are out before, too: where this breaks off, none of them outlives what it was signed in with. Raises
        Conflict where the session or the account changed meanwhile.
        """
        account_id, revision = self.account.account_id, opaque()
        sessions.end_sessions_of(account_id, now=now, keep=self.session.session_id)
        proof = proof_of(account_id, revision)
        renewed = renewal.renew(self.session, lambda both: together(both, revision), now=now, proof=proof)
        if renewed is None:
            raise changed_meanwhile()
        sessions.end_sessions_of(account_id, now=now, keep=renewed.session_id)
        return renewed


def find_signed(session: Session, *, now: int) -> Signed:
    """Raises Unauthenticated for a guest, and for whoever's account is no more."""
    account = models.find(session.account_id, now=now) if session.account_id else None
    if account is None:
        raise Unauthenticated("Log in first: POST /v1/session/login.", kind="sign-in-required")
    privacy.carry_over(session, now=now)
    with suppress(Unavailable):  # in a crowd: the next request records it
        models.record_use(account, now=now)
    return Signed(session, account)


def prove_password(signed: Signed, password: str, *, now: int) -> None:
    """Before what cannot be undone. Raises TooMany, and Unauthenticated for a wrong one."""
    attempts.count_proof(signed.account.account_id, now=now)
    if not passwords.matches(signed.account.password_hash, password):
        raise Unauthenticated("This is not your password.", kind="wrong-credentials")


def changed_meanwhile() -> Conflict:
    return Conflict("Your account was changed elsewhere at the same moment.")
