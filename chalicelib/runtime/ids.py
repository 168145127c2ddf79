"""Identifiers are types, so that a room is never passed where a session is meant."""

import base64
import hashlib
import re
import secrets
import uuid
from typing import Annotated, NewType

from msgspec import Meta

from chalicelib.runtime.errors import FieldError, Invalid

SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
RoomId = NewType("RoomId", str)
JoinId = NewType("JoinId", str)
TabId = NewType("TabId", str)
ConnectionId = NewType("ConnectionId", str)

_OPAQUE = re.compile(r"[A-Za-z0-9_-]{22}")
OpaqueText = Annotated[str, Meta(pattern=f"^{_OPAQUE.pattern}$")]  # for the API document


def opaque() -> str:
    """A fresh identifier: 22 URL-safe characters, 128 bits from the system's generator."""
    return secrets.token_urlsafe(16)


def derived(*parts: str) -> str:
    """The same 22 characters for the same parts, so that retriable work names its result identically."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16)
    return base64url(digest.digest())


def is_opaque(text: str) -> bool:
    """Whether `text` has the shape of `opaque()`; anything else cannot name an item."""
    return _OPAQUE.fullmatch(text) is not None


def is_session_id(text: str) -> bool:
    """Whether `text` is a guest's session id, or one under an account: two opaque names with a dot between them."""
    parts = text.split(".")
    return len(parts) <= 2 and all(map(is_opaque, parts))


def parse_uuid(text: str, at: str) -> str:
    """A UUID in its canonical form. Raises Invalid naming `at` (a header or parameter)."""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise Invalid(f"{at} must be a UUID.", errors=[FieldError(at, "not a UUID")]) from error


def base64url(raw: bytes) -> str:
    """RFC 4648 5, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
