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
    value = _keys(settings)[0].seal(content, _context(settings, purpose))
    return _set_cookie(settings, _text(value), SESSION.length_ms // SECOND)


def opened(settings: Settings, purpose: str, headers: Mapping[str, str]) -> bytes | None:
    """The content of our cookie; None where it does not open, or there are several: no browser of ours sends two."""
    found = values(settings, headers)
    return _open(settings, purpose, found[0]) if len(found) == 1 else None


def values(settings: Settings, headers: Mapping[str, str]) -> list[str]:
    """Every value under our name in the Cookie header, in its order."""
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return [value for key, _, value in pairs if key == name(settings)]


def flag(settings: Settings) -> str:
    """The Set-Cookie value of a flag that says nothing but that somebody was refused; gone when the browser closes."""
    return f"{_flag_name(settings)}=1; Path=/; HttpOnly; SameSite=Lax{_secure(settings)}"


def is_flagged(settings: Settings, headers: Mapping[str, str]) -> bool:
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return any(key == _flag_name(settings) for key, _, _ in pairs)


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
    if _text(raw) != value:  # the decoder passes over foreign characters and spare bits: one content, one spelling
        return None
    for key in _keys(settings):
        content = key.open(raw, _context(settings, purpose))
        if content is not None:
            return content
    return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _keys(settings: Settings) -> list[SealingKey]:
    """The newest first: it seals, all of them open, so that a change of secret logs nobody out."""
    return [SealingKey.from_secret(secret, "cookie") for secret in settings.secrets]


def _context(settings: Settings, purpose: str) -> bytes:
    return "\x1f".join((name(settings), purpose, settings.stage)).encode()


def _set_cookie(settings: Settings, value: str, max_age_s: int) -> str:
    return f"{name(settings)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{_secure(settings)}"


def _secure(settings: Settings) -> str:
    return "" if settings.insecure_cookies else "; Secure"


def _flag_name(settings: Settings) -> str:
    return f"{name(settings)}-age"
