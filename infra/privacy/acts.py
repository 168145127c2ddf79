"""What the operator does about somebody who has written: by their address, with the code that the pages use.

Every act is on record before it is done (chalicelib/privacy/requests.py); what it prints is for whoever has asked.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from chalicelib.accounts import models as accounts, service as account_service
from chalicelib.accounts.models import Account
from chalicelib.privacy import exporting, requests, service as privacy, statement
from chalicelib.privacy.portions import Held
from chalicelib.privacy.requests import UNKNOWN
from chalicelib.privacy.schemas import erased_view
from chalicelib.runtime import clock
from chalicelib.runtime.addresses import key_of, parse_address
from chalicelib.runtime.disclosure import ADDRESS, Ground, HandOut, Recipient, What, hand_out
from chalicelib.runtime.holdings import Person

OWNER_ONLY = 0o600
Act = Callable[[argparse.Namespace, Account | None, Person, int], None]


def handle(asked: argparse.Namespace) -> int:
    """0 where it was done, 1 where nothing is held of anybody with that address."""
    now, address = clock.now(), parse_address(asked.email)
    subject, account = key_of(address), accounts.find_by_address(address, now=now)
    received_at_ms = now if asked.received is None else asked.received
    with requests.handling(subject, asked.request_id, asked.operator, asked.name, received_at_ms, now=now) as handled:
        person = requests.find(account.account_id if account else None, subject, now=now)
        if person is None:
            handled.outcome = UNKNOWN
            sys.stderr.write("Nothing is held of anybody with this address.\n")
            return 1
        ACTS[asked.name](asked, account, person, now)
    return 0


def find(_: argparse.Namespace, __: Account | None, person: Person, now: int) -> None:
    """How much of each kind."""
    _print({"held": requests.counts(person, now=now)})


def export(asked: argparse.Namespace, _: Account | None, person: Person, now: int) -> None:
    """All of it, to a file that nobody else on this machine reads, or to the standard output."""
    _write(asked.out, exporting.everything(person, now=now))


def erase(_: argparse.Namespace, account: Account | None, person: Person, now: int) -> None:
    """What is printed leads to the receipt: it is for them alone, and kept nowhere. None without account."""
    if account is None:
        _print({"erased": requests.erase(person, now=now)})
        return
    _print(msgspec.to_builtins(erased_view(account_service.erase(account, now=now))))


def tell_of_year(asked: argparse.Namespace, _: Account | None, person: Person, now: int) -> None:
    """What was handed out about them in a year, in words and in numbers."""
    found = statement.state(person, asked.year, now=now)
    _print({"text": statement.in_words(found, asked.language), **msgspec.to_builtins(found)})


def hand_over(asked: argparse.Namespace, account: Account | None, person: Person, now: int) -> None:
    """Everything, to somebody else, on a ground that the ledger then tells them. What a report says of other people is
    left out: nobody tells these."""
    given = HandOut(_who(account, person), Ground(asked.ground), Recipient.NAMED, What.EVERYTHING, name=asked.to)
    hand_out([given], now=now)
    _write(asked.out, exporting.everything(person, now=now, to_others=True))


ACTS: Mapping[str, Act] = {
    "find": find, "export": export, "erase": erase, "statement": tell_of_year, "hand-over": hand_over,
}  # fmt: skip


def _who(account: Account | None, person: Person) -> str:
    return privacy.account(account.account_id) if account else ADDRESS + min(person.keys)


def _write(out: Path | None, held: Iterable[Held]) -> None:
    with _opened(out) as file:
        for number, one in enumerate(held):
            file.write("[\n" if number == 0 else ",\n")
            file.write(msgspec.json.encode(one).decode())
        file.write("\n]\n")


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        yield file


def _print(said: object) -> None:
    sys.stdout.write(f"{json.dumps(said, ensure_ascii=False, indent=2)}\n")
