"""What links in mails stand for; the links themselves are not stored."""

import json
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.accounts.models import Account
from chalicelib.lifetimes import PASSWORD_RESET, REGISTRATION, Lifetime
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.running_out import RunningOut
from chalicelib.runtime.store import Binding, Record, Table


class MailToken(Record):
    """What a link in a mail stands for; the link itself is not stored."""

    class Meta(Binding):
        pass

    token = UnicodeAttribute(hash_key=True)  # a digest
    account_id = UnicodeAttribute()
    revision = UnicodeAttribute()
    registration = UnicodeAttribute(null=True)  # sealed: the account as it will be once confirmed


tokens = Table(MailToken, "mail-tokens")
RUNNING_OUT = RunningOut("mail-token", tokens)


@dataclass(frozen=True)
class TokenKind:
    name: str
    lifetime: Lifetime


CONFIRMATION = TokenKind("confirmation", REGISTRATION)
RESET = TokenKind("reset", PASSWORD_RESET)


def issue_token(kind: TokenKind, account: Account | None, *, now: int) -> str:
    """A fresh token for a link. One for no account opens nothing, and is made all the same: so nobody can tell."""
    token = opaque() + opaque()
    made = MailToken(_digest(kind, token), account_id="", revision="")
    if account is not None:
        made.account_id, made.revision = account.account_id, account.revision
        if not account.confirmed:
            made.registration = vault.seal(_sealed(token), json.dumps(account.attribute_values))
    made.lives_until(kind.lifetime.deadline(now))
    RUNNING_OUT.file([made], now=now)
    tokens.put(made)
    return token


def name_of(kind: TokenKind, token: str) -> str:
    """What is stored of a token is found by this."""
    return _digest(kind, token)


def find_token(kind: TokenKind, token: str, *, now: int) -> MailToken | None:
    return tokens.get(_digest(kind, token), now=now)


def take_token(token: MailToken, *, now: int) -> bool:
    """Uses it up: of all who try, one is told True."""
    return tokens.take(token, now=now)


def registration_of(found: MailToken, token: str) -> Account | None:
    """The account that a confirmation's token stands for; without the token itself nobody can read it."""
    content = found.registration and vault.unseal(_sealed(token), found.registration)
    if not content:
        return None
    values: dict[str, Any] = json.loads(content)
    return Account(**values)


def _sealed(token: str) -> str:
    return f"accounts/registration/{token}"


def _digest(kind: TokenKind, token: str) -> str:
    return vault.digest(f"accounts/token/{kind.name}", token)


holdings.let_pass(
    MailToken, REGISTRATION, PASSWORD_RESET, why="only the link itself opens it, for an account that is gone then"
)
