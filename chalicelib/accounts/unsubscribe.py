"""One click ends mails of one kind: it withdraws the consent to them.

The token names account and purpose, sealed, and does not expire.
"""

import json

from chalicelib.privacy import service as privacy
from chalicelib.runtime import vault
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.settings import settings

SEALED = "accounts/unsubscribe"


def token_for(account_id: str, purpose: PurposeName) -> str:
    return vault.seal(SEALED, json.dumps([account_id, purpose]))


def address(token: str) -> str:
    """What the header List-Unsubscribe says."""
    return f"{settings().origin}/v1/unsubscribe/{token}"


def purpose_of(token: str) -> PurposeName:
    """What a click would end; nothing changes. Raises NotFound for a token that is not ours."""
    return _read(token)[1]


def unsubscribe(token: str, *, now: int) -> PurposeName:
    """Ends it; doing so twice is doing so once. Raises NotFound for a token that is not ours."""
    account_id, purpose = _read(token)
    privacy.decide(privacy.account(account_id), {purpose: False}, now=now)
    return purpose


def _read(token: str) -> tuple[str, PurposeName]:
    content = vault.unseal(SEALED, token)
    if content is None:
        raise NotFound("This link is not ours. What you agreed to is in your panel.")
    account_id, purpose = json.loads(content)
    return account_id, purpose
