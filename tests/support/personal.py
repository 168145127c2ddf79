"""What no log may hold: addresses, names, cookies, tokens, passwords."""

import re

from chalicelib.sessions.names import STARS

_PATTERNS = {
    "an e-mail address": re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[a-z]{2,}"),
    "a generated name": re.compile(rf"\b(?:{'|'.join(STARS)}) \d{{1,2}}\b"),
    "a cookie": re.compile(r"earshot=|__Host-", re.IGNORECASE),
    "a token or an identifier": re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22}(?![\w-])|[A-Za-z0-9_-]{43,}"),
    "a password": re.compile(r"password|correct horse", re.IGNORECASE),
    "a network address": re.compile(r"\b203\.0\.113\.\d+\b"),
}
_HARMLESS = re.compile(r'"reference":"[\w-]{22}"|"error":"[A-Za-z]+"')  # of a fault, and which kind it was


def found_in(lines: str) -> list[str]:
    """What of it is in `lines`."""
    rest = _HARMLESS.sub("", lines)
    return [f"{kind}: {match[0]}" for kind, pattern in _PATTERNS.items() for match in pattern.finditer(rest)]
