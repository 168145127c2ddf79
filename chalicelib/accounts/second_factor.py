"""The second factor: codes of an authenticator (RFC 6238), and recovery codes for when it is lost."""

import base64
import secrets
from dataclasses import dataclass

from chalicelib.accounts import attempts, mails, models
from chalicelib.accounts.models import Account, CodeUse
from chalicelib.accounts.rules import RECOVERY_LENGTH, recovery_form, steps_around
from chalicelib.accounts.signed import Signed, changed_meanwhile, prove_password
from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import vault
from chalicelib.runtime.errors import Conflict, Unauthenticated
from chalicelib.sessions.models import Session

ISSUER = "Earshot"
RECOVERY_CODES = 10
OFFER_MS = 10 * MINUTE  # to scan the secret and type a first code
SECRET_BYTES = 20  # RFC 4226 4: 160 bits


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
    offered = [Account.totp_offered.set(vault.seal(models.SEALED_TOTP, secret)), Account.totp_offered_at_ms.set(now)]
    if models.change(signed.account, *offered, now=now, where=models.unchanged(signed.account)) is None:
        raise changed_meanwhile()
    uri = TOTP(secret).provisioning_uri(name=signed.account.email_address, issuer_name=ISSUER)
    return Offer(secret, uri, segno.make(uri, error="m", micro=False).svg_data_uri(scale=4))


def switch_on(signed: Signed, code: str, *, now: int) -> tuple[Session, list[str]]:
    """The renewed session, and ten recovery codes, shown this once. Raises Conflict, TooMany, Unauthenticated."""
    attempts.count_proof(signed.account.account_id, now=now)
    account = signed.account
    in_time = account.totp_offered and now - int(account.totp_offered_at_ms or 0) < OFFER_MS
    _require(in_time, "Ask for a secret first: POST /v1/account/totp.")
    step = _step_of(account.totp_offered, code, now)
    if step is None:
        raise wrong_code()
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    on = [
        Account.totp_secret.set(account.totp_offered), Account.totp_step.set(step),
        Account.recovery.set({_digest(account, code) for code in codes}),
    ]  # fmt: skip
    session = signed.renew(models.switching(account, on, Account.totp_offered == account.totp_offered, now), now=now)
    mails.say_second_factor_on(account, now=now)
    return session, codes


def switch_off(signed: Signed, password: str, code: str | None, *, now: int) -> Session:
    """The renewed session. Raises Unauthenticated, TooMany, Conflict."""
    prove_password(signed, password, now=now)
    if not signed.account.totp_secret:
        return signed.session
    used = recognise(signed.account, code, now=now) if code is not None else None
    if used is None:
        raise wrong_code()
    off = [one.remove() for one in (Account.totp_secret, Account.totp_step, Account.recovery)]
    session = signed.renew(models.switching(signed.account, off, used.unused, now), now=now)
    mails.say_second_factor_off(signed.account, now=now)
    return session


def recognise(account: Account, code: str, *, now: int) -> CodeUse | None:
    """What uses up a code of this minute, or a recovery code; None for one that counts no more, or never did."""
    step = _step_of(account.totp_secret, code, now)
    if step is not None:
        unused = Account.totp_step < step
        return CodeUse((Account.totp_step.set(step),), unused) if int(account.totp_step or 0) < step else None
    digest = _digest(account, code)
    if digest not in (account.recovery or ()):
        return None
    return CodeUse((Account.recovery.delete({digest}),), Account.recovery.contains(digest))


def wrong_code() -> Unauthenticated:
    return Unauthenticated("Send a new code of your authenticator, or a recovery code.", kind="second-factor-required")


def _step_of(sealed: str | None, code: str, now: int) -> int | None:
    """The time step whose code this is, of those that count now."""
    from pyotp import HOTP

    secret = sealed and vault.unseal(models.SEALED_TOTP, sealed)
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
