"""Log in: limited before any hashing, the same answer and the same work for known and unknown addresses."""

from chalicelib.accounts import attempts, models, passwords, registration, second_factor
from chalicelib.accounts.models import Account
from chalicelib.runtime.addresses import parse_address
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.sessions import service as sessions
from chalicelib.sessions.models import Session


def log_in(session: Session | None, email: str, password: str, code: str | None, viewer: str, *, now: int) -> Session:
    """A session of the account under a new id. Raises TooMany, and Unauthenticated saying no more than it must.

    Two counters, one GetItem, one argon2 verification, one BatchWriteItem; and once in 12 h the account's last use.
    """
    address = parse_address(email)
    attempts.count_log_in(address, viewer, now=now)
    account = models.find_by_address(address, now=now)
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        raise _refused()
    if not account.confirmed:
        registration.confirm_again(account, now=now)
        raise _refused()
    _pass_second_factor(account, code, now)
    _hash_again(account, password, now)
    models.record_use(account, now=now)
    return sessions.sign_in(session, account.account_id, address, age=account.age, now=now)


def _pass_second_factor(account: Account, code: str | None, now: int) -> None:
    if not account.totp_secret:
        return
    if code is None or not second_factor.use_code(account, code, now=now):
        raise second_factor.wrong_code()
    account.used(now)  # recorded with the code


def _hash_again(account: Account, password: str, now: int) -> None:
    fresh = passwords.hash_again(account.password_hash, password)
    if fresh is not None:
        same = Account.revision == account.revision
        models.change(account, Account.password_hash.set(fresh), now=now, where=same)


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "No confirmed account has this address and this password. A new one waits for the link in your mail.",
        kind="wrong-credentials",
    )
