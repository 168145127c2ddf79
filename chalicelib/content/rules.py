"""What may be staged and what may be framed: links that say where they lead; no I/O, nothing is ever fetched.

A link is taken only where every reader takes it the same way. What a browser would mend (a backslash, a missing
slash, `http:host`, 0x7f.1) is refused instead, so that the host on the card is the host that opens.
"""

import ipaddress
import re
import unicodedata
from typing import NoReturn
from urllib.parse import urlsplit

from chalicelib.runtime.errors import FieldError, Invalid

URL_MAX = 2_048  # bytes
TITLE_MAX = 200  # characters
PORTS = {"http": "80", "https": "443"}
PORT_MAX = 65_535
HOST_MAX = 253  # characters, RFC 1035
_URL = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ACE = "xn--"  # begins what stands for other letters, RFC 5890
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})  # RFC 5893
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# in names these mean one host to IDNA 2003 and another to 2008
_AMBIGUOUS = frozenset("\u00df\u03c2\u200c\u200d")
_JOINERS = frozenset("\u200c\u200d")  # which words of some scripts and many emoji need

SCHEME = "only links that begin with http:// or https://"
TOO_LONG = f"at most {URL_MAX:,} bytes"
UNSEEN = "no control or invisible characters"
SPACES = "no spaces and no backslashes"
CREDENTIALS = "no user name and no password in it"
NO_HOST = "the name of a host after the //"
BAD_HOST = "a host that every browser reads the same way"
BAD_PORT = f"a port from 1 to {PORT_MAX}"
TITLE_LONG = f"at most {TITLE_MAX} characters"
OWN_ORIGIN = "a page of this site is shown as a card only"
NOT_SECURE = "an http:// page is shown as a card only: browsers do not put it into a secure one"


def clean_url(text: str) -> str:
    """The link, its host in small ASCII letters. Raises Invalid, saying why."""
    if len(text.encode()) > URL_MAX:
        _refuse("url", TOO_LONG)
    if any(unicodedata.category(one) in _UNSEEN for one in text):
        _refuse("url", UNSEEN)
    if "\\" in text or any(one.isspace() for one in text):
        _refuse("url", SPACES)
    found = _URL.fullmatch(text)
    if found is None:
        _refuse("url", SCHEME)
    scheme, authority, rest = found[1].lower(), found[2], found[3]
    if "@" in authority:
        _refuse("url", CREDENTIALS)
    host, port = _split(authority)
    cleaned = f"{scheme}://{_ascii_host(host)}{_port(port, scheme)}{rest}"
    if len(cleaned.encode()) > URL_MAX:
        _refuse("url", TOO_LONG)
    return cleaned


def clean_title(text: str | None) -> str | None:
    """The title on one line; None for an empty one. Raises Invalid, saying why."""
    title = " ".join(unicodedata.normalize("NFC", text or "").split())
    if len(title) > TITLE_MAX:
        _refuse("title", TITLE_LONG)
    if any(unicodedata.category(one) in _UNSEEN and one not in _JOINERS for one in title):
        _refuse("title", UNSEEN)
    return title or None


def host_of(url: str) -> str:
    """Where a clean link leads: host and, unless it is the usual one, port."""
    return urlsplit(url).netloc


def check_frame(url: str, origin: str) -> None:
    """Raises Invalid for what a page of `origin` must not frame: itself, and http: where it is https:."""
    if _origin(url) == _origin(origin):
        _refuse("as", OWN_ORIGIN)
    if url.startswith("http:") and origin.startswith("https:"):
        _refuse("as", NOT_SECURE)


def _split(authority: str) -> tuple[str, str | None]:
    """Host and port."""
    end = authority.rfind("]") if authority.startswith("[") else -1
    colon = authority.find(":", end + 1)
    host = authority if colon < 0 else authority[:colon]
    if not host:
        _refuse("url", NO_HOST)
    return host, None if colon < 0 else authority[colon + 1 :]


def _ascii_host(host: str) -> str:
    if host.startswith("["):
        return _ip_v6(host)
    ascii_host = _in_ascii(host)
    labels = ascii_host.removesuffix(".").split(".")
    if len(ascii_host) > HOST_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        _refuse("url", BAD_HOST)
    return _ip_v4(ascii_host) if _NUMBER.fullmatch(labels[-1]) else ascii_host


def _in_ascii(host: str) -> str:
    """As browsers write it: UTS 46, not transitional, within IDNA 2008, which takes less than some of them do."""
    import idna  # its tables are for those who stage links

    try:
        mapped = host.lower() if host.isascii() else idna.uts46_remap(host, std3_rules=False, transitional=False)
        labels = [_label_in_ascii(label) for label in mapped.split(".")]
        plain = [idna.ulabel(label) if label.startswith(_ACE) else label for label in labels]
        if any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in "".join(plain)):
            all(idna.check_bidi(label, check_ltr=True) for label in plain)  # raises where the labels do not go together
    except UnicodeError:
        _refuse("url", BAD_HOST)
    if not _AMBIGUOUS.isdisjoint(host + mapped):
        _refuse("url", BAD_HOST)
    return ".".join(labels)


def _label_in_ascii(label: str) -> str:
    """Raises UnicodeError for one that is written in ASCII as no browser would write it."""
    import idna

    if label.isascii() and not label.startswith(_ACE):
        return label
    plain = idna.ulabel(label) if label.isascii() else label
    written = idna.alabel(plain).decode()
    if label.isascii() and (written != label or idna.uts46_remap(plain, std3_rules=False) != plain):
        raise UnicodeError(label)
    return written


def _ip_v4(host: str) -> str:
    """A host that ends in a number is an address to every browser, whatever stands before it."""
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        _refuse("url", BAD_HOST)


def _ip_v6(host: str) -> str:
    if not host.endswith("]") or "%" in host:
        _refuse("url", BAD_HOST)
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1])}]"
    except ValueError:
        _refuse("url", BAD_HOST)


def _port(port: str | None, scheme: str) -> str:
    """With its colon; empty where it is the usual one."""
    if port is None:
        return ""
    if not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= PORT_MAX:
        _refuse("url", BAD_PORT)
    return "" if str(int(port)) == PORTS[scheme] else f":{int(port)}"


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").removesuffix("."), parts.port or int(PORTS[parts.scheme])


def _refuse(field: str, reason: str) -> NoReturn:
    what = {"url": "A link has", "title": "A title has"}.get(field)
    detail = f"{what} {reason}." if what else f"{reason[0].upper()}{reason[1:]}."
    raise Invalid(detail, errors=[FieldError(f"$.{field}", reason)])
