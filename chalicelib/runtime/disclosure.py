"""Whatever hands personal data to anybody else says so here first: on which ground, to whom, and what (F8, F13).

There are no other grounds than these: data is never sold, rented or traded. Mail leaves by `send_mail` alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.runtime import mail
from chalicelib.runtime.addresses import Address, key_of
from chalicelib.runtime.mail import Message

ADDRESS = "address/"  # how whoever has an address is named: by its digest


class Ground(StrEnum):
    OWN_ACT = "own-act"  # theirs, or of whoever ran a meeting that they came to by name
    PROCESSOR = "processor"  # who works for us, under contract, and for nothing else
    LEGAL_ORDER = "legal-order"
    SAFETY = "safety"  # somebody is in danger
    TRANSFER = "transfer"  # another takes over the service, under the same promises


class Recipient(StrEnum):
    MAIL_SERVICE = "mail-service"
    ORGANISER = "organiser"  # of a meeting they were in
    LINK = "link"  # whoever has the link by which a report is shared
    NAMED = "named"  # as the operator has named them


class What(StrEnum):
    EMAIL = "email"
    NAME = "name"
    REPORT = "report"
    FIGURES = "figures"  # what a meeting's report says of them
    EVERYTHING = "everything"


@dataclass(frozen=True)
class HandOut:
    """`who` it is about: as consents name them, or by their address.

    `name`: of the recipient. What has an `id` is handed out again and again, and counts once, as of `at_ms`.
    """

    who: str
    ground: Ground
    to: Recipient
    what: What
    name: str = ""
    id: str = ""
    at_ms: int | None = None  # now, if not given


Recorder = Callable[[Sequence[HandOut], int], None]


def hand_out(some: Sequence[HandOut], *, now: int) -> None:
    """Ahead of handing it out: where that fails, or the process dies, it is on record all the same."""
    _record(some, now)


def send_mail(message: Message, *, now: int, about: str | None = None) -> None:
    """The mail service learns an address, and what the mail says. Raises Unavailable, Unsent.

    It is about whoever has the address, if not said otherwise: known or not, with the same work.
    """
    who = about or f"{ADDRESS}{key_of(Address(message.to))}"
    hand_out([HandOut(who, Ground.PROCESSOR, Recipient.MAIL_SERVICE, What.EMAIL)], now=now)
    mail.send(message)


def recorded_by(recorder: Recorder) -> None:
    """Tells where it is put on record (wiring.py)."""
    global _record
    _record = recorder


def _nowhere(_some: Sequence[HandOut], _now: int) -> None:
    raise RuntimeError("nothing is handed out that nobody records")


_record: Recorder = _nowhere
