"""Cookies as the browser keeps them: one name, sealed content, strict attributes."""

from collections.abc import Mapping

from chalicelib.lifetimes import SECOND, SESSION
from chalicelib.runtime.crypto import open_text, seal_text
from chalicelib.runtime.settings import Settings

KEY = "cookie"
VALUE_MAX = 512  # characters; ours have about 130, so anything longer is not ours


def name(settings: Settings) -> str:
    """`__Host-` ties the cookie to this very host over TLS; plain-http localhost cannot have it."""
    return "earshot" if settings.insecure_cookies else "__Host-earshot"


def sealed(settings: Settings, purpose: str, content: bytes) -> str:
    """The Set-Cookie value that carries `content` for `purpose`."""
    value = seal_text(settings.secrets, KEY, content, _context(settings, purpose))
    return _set_cookie(settings, value, SESSION.length_ms // SECOND)


def opened(settings: Settings, purpose: str, headers: Mapping[str, str]) -> bytes | None:
    """The content of our cookie; None where it does not open, or there are several: no browser of ours sends two."""
    found = values(settings, headers)
    return _open(settings, purpose, found[0]) if len(found) == 1 else None


def values(settings: Settings, headers: Mapping[str, str]) -> list[str]:
    """Every value under our name in the Cookie header, in its order."""
    return _values(name(settings), headers)


def flag(settings: Settings) -> str:
    """The Set-Cookie value of a flag that says nothing but that somebody was refused; gone when the browser closes."""
    return f"{_flag_name(settings)}=1; Path=/; HttpOnly; SameSite=Lax{_secure(settings)}"


def is_flagged(settings: Settings, headers: Mapping[str, str]) -> bool:
    return bool(_values(_flag_name(settings), headers))


def cleared(settings: Settings) -> str:
    """The Set-Cookie value that removes ours."""
    return _set_cookie(settings, "", 0)


def _values(wanted: str, headers: Mapping[str, str]) -> list[str]:
    """Taken apart as a browser put it together, so that `__Host-` holds: it minds only names that begin with it."""
    pairs = (pair.strip(" \t").partition("=") for pair in headers.get("cookie", "").split(";"))
    return [value for key, _, value in pairs if key == wanted]


def _open(settings: Settings, purpose: str, value: str) -> bytes | None:
    if len(value) > VALUE_MAX:
        return None
    return open_text(settings.openers, KEY, value, _context(settings, purpose))


def _context(settings: Settings, purpose: str) -> bytes:
    return "\x1f".join((name(settings), purpose, settings.stage)).encode()


def _set_cookie(settings: Settings, value: str, max_age_s: int) -> str:
    return f"{name(settings)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{_secure(settings)}"


def _secure(settings: Settings) -> str:
    return "" if settings.insecure_cookies else "; Secure"


def _flag_name(settings: Settings) -> str:
    return f"{name(settings)}-age"
