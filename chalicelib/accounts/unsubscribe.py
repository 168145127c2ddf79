"""One click ends mails of one kind. The token names account and kind, sealed, and does not expire.

News are a purpose that was agreed to; the mails that a report is ready are a setting of the account.
"""

import json
from typing import Literal

from chalicelib.accounts import models
from chalicelib.accounts.models import Account
from chalicelib.privacy import service as privacy
from chalicelib.runtime import vault
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.settings import settings

SEALED = "accounts/unsubscribe"
MailKind = PurposeName | Literal["reports"]


def token_for(account_id: str, kind: MailKind) -> str:
    return vault.seal(SEALED, json.dumps([account_id, kind]))


def address(token: str) -> str:
    """What the header List-Unsubscribe says."""
    return f"{settings().origin}/v1/unsubscribe/{token}"


def kind_of(token: str) -> MailKind:
    """What a click would end; nothing changes. Raises NotFound for a token that is not ours."""
    return _read(token)[1]


def unsubscribe(token: str, *, now: int) -> MailKind:
    """Ends it; doing so twice is doing so once. Raises NotFound for a token that is not ours."""
    account_id, kind = _read(token)
    if kind != "reports":
        privacy.decide(privacy.account(account_id), {kind: False}, now=now)
    elif (account := models.find(account_id, now=now)) is not None:
        models.change(account, Account.mail_report_ready.set(False), now=now)
    return kind


def _read(token: str) -> tuple[str, MailKind]:
    content = vault.unseal(SEALED, token)
    if content is None:
        raise NotFound("This link is not ours. Settings are under your account.")
    account_id, kind = json.loads(content)
    return account_id, kind
