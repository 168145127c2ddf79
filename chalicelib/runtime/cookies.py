"""Cookies as the browser keeps them: one name, sealed content, strict attributes."""

import base64
import binascii
from collections.abc import Mapping

from chalicelib.lifetimes import SECOND, SESSION
from chalicelib.runtime.crypto import SealingKey
from chalicelib.runtime.settings import Settings

VALUE_MAX = 512  # characters; ours have about 130, so anything longer is not ours


def name(settings: Settings) -> str:
    """`__Host-` ties the cookie to this very host over TLS; plain-http localhost cannot have it."""
    return "earshot" if settings.insecure_cookies else "__Host-earshot"


def sealed(settings: Settings, purpose: str, content: bytes) -> str:
    """The Set-Cookie value that carries `content` for `purpose`."""
    value = _key(settings).seal(content, _context(settings, purpose))
    return _set_cookie(settings, base64.urlsafe_b64encode(value).rstrip(b"=").decode(), SESSION.length_ms // SECOND)


def opened(settings: Settings, purpose: str, headers: Mapping[str, str]) -> bytes | None:
    """The content of the first cookie of our name that opens; None where none does."""
    for value in values(settings, headers):
        content = _open(settings, purpose, value)
        if content is not None:
            return content
    return None


def values(settings: Settings, headers: Mapping[str, str]) -> list[str]:
    """Every value under our name in the Cookie header, in its order."""
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return [value for key, _, value in pairs if key == name(settings)]


def cleared(settings: Settings) -> str:
    """The Set-Cookie value that removes ours."""
    return _set_cookie(settings, "", 0)


def _open(settings: Settings, purpose: str, value: str) -> bytes | None:
    if len(value) > VALUE_MAX:
        return None
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return None
    return _key(settings).open(raw, _context(settings, purpose))


def _key(settings: Settings) -> SealingKey:
    return SealingKey.from_secret(settings.secret, "cookie")


def _context(settings: Settings, purpose: str) -> bytes:
    return "\x1f".join((name(settings), purpose, settings.stage)).encode()


def _set_cookie(settings: Settings, value: str, max_age_s: int) -> str:
    secure = "" if settings.insecure_cookies else "; Secure"
    return f"{name(settings)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"
