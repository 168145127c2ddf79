"""What a test tells the application in confidence, collected as it does: no log line may hold any of it (G6).

`Browser` and `World` tell what is sent and answered: names, addresses, passwords, codes, tokens, cookies, mails, clips.
"""

import json
import logging
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from chalicelib.runtime.telemetry import log
from infra.local.mail import Mail
from tests.support import personal

CONFIDENTIAL = frozenset(
    "email password new_password totp participant_name name token title url code bearer ticket secret "
    "recovery_codes key join_id participant_id text".split()
)
SHORTEST = 3  # characters: anything shorter is in every line
SHORTEST_NUMBER = 6  # likewise: the lines are full of instants
PIECE = 24  # bytes of a fingerprint that are nobody else's; a multiple of three, as base64 has it
PIECES = 8  # of each clip, lest a log hold a part of it
_IN_PATHS = re.compile(r"/v1/(?:unsubscribe|join-codes|sessions|joins)/([^/?]{6,})|[?&]ticket=([^&]+)")
_IN_MAILS = re.compile(r"token=([\w-]+)|/unsubscribe/([\w-]+)")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_listening: list[set[str]] = []


class Piece(str):
    """Of something longer, so anything may stand around it."""

    __slots__ = ()


@contextmanager
def listening() -> Iterator[Set[str]]:
    """What is told inside the block; a server of several tests listens longer than each of them."""
    told = set[str]()
    _listening.append(told)
    try:
        yield told
    finally:
        _listening[:] = [one for one in _listening if one is not told]


def tell(*texts: str) -> None:
    for told in _listening:
        told.update(text for text in texts if len(text) >= (SHORTEST_NUMBER if text.isdigit() else SHORTEST))


def tell_bytes(data: bytes) -> None:
    """Something binary, some pieces of it in every form in which a line may hold it."""
    for start in range(0, len(data) - PIECE - 2, max(1, len(data) // PIECES)):
        piece, shifted = data[start : start + PIECE], [data[start + by : start + by + PIECE] for by in range(3)]
        if len(set(piece)) > PIECE // 2:  # silence and headers are everybody's
            forms = [piece.hex(), repr(piece)[2:-1], str(list(piece))[1:-1]]
            forms += [encode(one).decode() for one in shifted for encode in (b64encode, urlsafe_b64encode)]
            tell(*map(Piece, forms))


def tell_items(items: Iterable[Mapping[str, Mapping[str, Any]]]) -> None:
    """Of the table of clips, as DynamoDB has them: sound, whose it is, and where."""
    for item in items:
        for value in item.values():
            tell_bytes(bytes(value.get("B", b"")))
        tell(*item["p"]["S"].split("#"), item["e"]["S"].split("#")[-1])


def tell_fields(value: Any, name: str = "") -> None:
    """Whatever stands under a confidential name, however deep."""
    if isinstance(value, dict):
        for key, one in value.items():
            tell_fields(one, str(key))
    elif isinstance(value, list):
        for one in value:
            tell_fields(one, name)
    elif isinstance(value, str) and name in CONFIDENTIAL:
        tell(value)


def tell_json(text: str | bytes) -> None:
    try:
        tell_fields(json.loads(text))
    except (ValueError, RecursionError):
        return


def tell_address(target: str) -> None:
    """Of a request."""
    tell(*(part for match in _IN_PATHS.findall(target) for part in match))


def tell_mails(mails: Iterable[Mail]) -> None:
    for mail in mails:
        tell(*mail.to, *(part for match in _IN_MAILS.findall(mail.text) for part in match))


def found_in(lines: str, told: Set[str]) -> list[str]:
    """What was told and is there: as it was, as JSON escapes it, or as an address quotes it."""
    return sorted(text for text in told if _stands_in(text, lines))


def _stands_in(text: str, lines: str) -> bool:
    return text in lines if isinstance(text, Piece) else any(_is_in(form, lines) for form in _forms(text))


def _forms(text: str) -> set[str]:
    return {text, json.dumps(text)[1:-1], quote(text, safe=""), repr(text)[1:-1]}


def _is_in(text: str, lines: str) -> bool:
    at = lines.find(text)
    while at >= 0:
        around = lines[max(at - 1, 0) : at], lines[at + len(text) : at + len(text) + 1]
        if not any(one.isalnum() for one in around):
            return True
        at = lines.find(text, at + 1)
    return False


class Watch(logging.Handler):
    """Every line of every logger, whatever its level, with its fields and traces."""

    def __init__(self, told: Set[str]) -> None:
        super().__init__(logging.NOTSET)
        self.told = told
        self.lines = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("moto."):
            return  # AWS, as it is played here, talks to itself: no line of ours
        more = {name: value for name, value in vars(record).items() if name not in _USUAL}
        self.lines.append(
            f"{logging.Formatter().format(record)} {json.dumps(more, default=repr, separators=(',', ':'))}"
        )

    def found(self) -> list[str]:
        text = "\n".join(self.lines)
        return found_in(text, self.told) + personal.found_in(text)


@contextmanager
def watching() -> Iterator[Watch]:
    """Our own lines down to DEBUG, and INFO of the libraries, of which a deployed function writes WARNING at most."""
    root, own = logging.getLogger(), logging.getLogger(log.service)
    levels = root.level, own.level
    with listening() as told:
        watch = Watch(told)
        root.addHandler(watch)
        root.setLevel(logging.INFO)
        own.setLevel(logging.DEBUG)
        yield watch
    root.removeHandler(watch)
    root.setLevel(levels[0])
    own.setLevel(levels[1])
