"""The second factor: codes of an authenticator (RFC 6238), and recovery codes for when it is lost."""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from chalicelib.accounts import attempts, models
from chalicelib.accounts.models import Account
from chalicelib.accounts.rules import RECOVERY_LENGTH, recovery_form, steps_around
from chalicelib.accounts.signed import Signed, prove_password
from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import vault
from chalicelib.runtime.errors import Conflict, Unauthenticated
from chalicelib.sessions.models import Session

ISSUER = "Earshot"
RECOVERY_CODES = 10
OFFER_MS = 10 * MINUTE  # to scan the secret and type a first code
SECRET_BYTES = 20  # RFC 4226 4: 160 bits
SEALED = "accounts/totp"


@dataclass(frozen=True)
class Offer:
    """A secret for the authenticator, as text, as its address, and as a picture of that."""

    secret: str
    uri: str
    qr: str


def offer(signed: Signed, password: str, *, now: int) -> Offer:
    """Counts once a first code proves that the authenticator has it. Raises Unauthenticated, TooMany, Conflict."""
    import segno
    from pyotp import TOTP

    prove_password(signed, password, now=now)
    _require(signed.account.totp_secret is None, "Your second factor is on already. Switch it off first.")
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    offered = [Account.totp_offered.set(vault.seal(SEALED, secret)), Account.totp_offered_at_ms.set(now)]
    _require(models.change(signed.account, *offered, now=now), "Your account changed meanwhile.")
    uri = TOTP(secret).provisioning_uri(name=signed.account.email_address, issuer_name=ISSUER)
    return Offer(secret, uri, segno.make(uri, error="m", micro=False).svg_data_uri(scale=4))


def switch_on(signed: Signed, code: str, *, now: int) -> tuple[Session, list[str]]:
    """The renewed session, and ten recovery codes, shown this once. Raises Conflict, TooMany, Unauthenticated."""
    attempts.count_guess(signed.account.email_address, now=now)
    account = signed.account
    in_time = account.totp_offered and now - int(account.totp_offered_at_ms or 0) < OFFER_MS
    _require(in_time, "Ask for a secret first: POST /v1/account/totp.")
    step = _step_of(account.totp_offered, code, now)
    if step is None:
        raise wrong_code()
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    actions = [
        Account.totp_secret.set(account.totp_offered), Account.totp_step.set(step),
        Account.recovery.set({_digest(account, code) for code in codes}),
        Account.totp_offered.remove(), Account.totp_offered_at_ms.remove(),
    ]  # fmt: skip
    still = Account.totp_offered == account.totp_offered
    _require(models.change(account, *actions, now=now, where=still), "Your account changed meanwhile.")
    return signed.renew(now=now), codes


def switch_off(signed: Signed, password: str, code: str | None, *, now: int) -> Session:
    """The renewed session. A code that is sent must be right. Raises Unauthenticated, TooMany."""
    prove_password(signed, password, now=now)
    if code is not None and not use_code(signed.account, code, now=now):
        raise wrong_code()
    gone: tuple[Any, ...] = (Account.totp_secret, Account.totp_step, Account.recovery, Account.totp_offered)
    models.change(signed.account, *[one.remove() for one in gone], now=now)
    return signed.renew(now=now)


def use_code(account: Account, code: str, *, now: int) -> bool:
    """Whether it is a code of this minute, or a recovery code, that was never used; it is used up by this."""
    step = _step_of(account.totp_secret, code, now)
    if step is not None:
        unused = Account.totp_step < step
        return models.change(account, Account.totp_step.set(step), now=now, where=unused) is not None
    digest = _digest(account, code)
    if digest not in (account.recovery or ()):
        return False
    left = Account.recovery.contains(digest)
    return models.change(account, Account.recovery.delete({digest}), now=now, where=left) is not None


def wrong_code() -> Unauthenticated:
    return Unauthenticated("Send a new code of your authenticator, or a recovery code.", kind="second-factor-required")


def _step_of(sealed: str | None, code: str, now: int) -> int | None:
    """The time step whose code this is, of those that count now."""
    from pyotp import HOTP

    secret = sealed and vault.unseal(SEALED, sealed)
    if not secret:
        return None
    generator = HOTP(secret)
    typed = recovery_form(code).encode()
    return next((one for one in steps_around(now) if secrets.compare_digest(generator.at(one).encode(), typed)), None)


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(8)).decode()[:RECOVERY_LENGTH]
    return f"{text[:5]}-{text[5:]}"


def _digest(account: Account, code: str) -> str:
    return vault.digest("accounts/recovery", str(account.account_id), recovery_form(code))


def _require(condition: object, otherwise: str) -> None:
    if not condition:
        raise Conflict(otherwise)
