"""Log in: limited before any hashing, the same answer and the same work for known and unknown addresses."""

from dataclasses import dataclass

from chalicelib.accounts import attempts, models, passwords, second_factor
from chalicelib.accounts.attempts import Guess, Tallies
from chalicelib.accounts.models import Account, CodeUse
from chalicelib.runtime.addresses import Address, parse_address
from chalicelib.runtime.errors import Problem, Unauthenticated
from chalicelib.runtime.gathering import get_each
from chalicelib.runtime.networks import network
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions import models as sessions, renewal
from chalicelib.sessions.models import Session
from chalicelib.sessions.rules import Pass


@dataclass(frozen=True)
class Attempt:
    """Someone at the door: who the address and the browser's cookie belong to, and what they may still try."""

    address: Address
    account: Account | None
    session: Session | None
    guess: Guess


def look_up(email: str, held: Pass | None, viewer: str, *, now: int) -> Attempt:
    """All that a log in needs to know, by one request. Raises Invalid."""
    address = parse_address(email)
    valid = held if held and held.valid_at(now) else None
    rows = [models.row_of(address), *attempts.rows_of(address, viewer, now)]
    rows += [sessions.row_of(valid.session_id)] if valid else []
    account, *found = get_each(*rows, now=now)
    session = sessions.living(found.pop()) if valid else None
    own = session.session_id if session and account and session.proved_for == _proof(account) else None
    guess = Guess(address, network(viewer), own, Tallies(*found))
    return Attempt(address, account, session, guess)


def log_in(attempt: Attempt, password: str, code: str | None, *, now: int) -> Session:
    """A session of the account under a new id. Raises TooMany, and Unauthenticated saying no more than it must.

    With `look_up` one BatchGetItem, one counter, one argon2 verification and one transaction, and a Query for sockets
    of the session before; for a wrong password two counters instead. What was verified must hold when the session is
    made.
    """
    attempt.guess.count(now=now)
    account = attempt.account
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not (right and account.confirmed):  # whoever registered an address learns nothing by it
        attempt.guess.was_wrong(now=now)
        raise _refused()
    used = _pass_second_factor(account, attempt.guess, code, now)

    fresh = passwords.hash_again(account.password_hash, password)

    def together(both: Transaction) -> None:
        models.verify(both, account, used, fresh, now=now)

    made = renewal.sign_in(
        attempt.session, account.account_id, attempt.address, together, now=now, age=account.age, proof=_proof(account)
    )  # fmt: skip
    if made is None:
        raise _overtaken(code)
    return made


def _proof(account: Account) -> str:
    return sessions.proof_of(account.account_id, account.revision)


def _pass_second_factor(account: Account, guess: Guess, code: str | None, now: int) -> CodeUse:
    if not account.totp_secret:
        return CodeUse()
    if code is None:
        raise second_factor.wrong_code()
    guess.may_send_code(now=now)
    used = second_factor.recognise(account, code, now=now)
    if used is None:
        guess.code_was_wrong(now=now)
        raise second_factor.wrong_code()
    return used


def _overtaken(code: str | None) -> Problem:
    """The code was used, or the account changed, while the password was looked at."""
    return _refused() if code is None else second_factor.wrong_code()


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "No confirmed account has this address and this password. A new one waits for the link in your mail.",
        kind="wrong-credentials",
    )
