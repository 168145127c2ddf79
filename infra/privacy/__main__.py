"""`python -m infra.privacy`: what the operator does about people's data (docs/rights.md).

find, export, erase, statement, hand-over
                            about whoever has an address, with an entry on record
verify-receipt, replay      is a receipt genuine, offline; and after a restore, erase again whoever was erased

`verify-receipt --keys` names a file with the answer of GET /v1/receipts/key; without it the keys are those of this
installation, whose secret is in the environment.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.privacy import receipts
from chalicelib.runtime.errors import Invalid
from chalicelib.runtime.languages import DEFAULT, LANGUAGES
from infra.privacy.given import Refused, day, keys_in, new_file, object_in, request_id

REFUSED = 2  # as argparse says of what it does not take

ABOUT = {
    "find": "how much is held of whoever has an address",
    "export": "everything that is held of them, as JSON",
    "erase": "erase them, as if they had done it themselves",
    "statement": "what was handed out about them in a year (Cal. Civ. Code 1798.83)",
    "hand-over": "everything but other people's figures, to somebody who may have it: they find it in their ledger",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 where all is well."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.act(asked))
    except (Refused, Invalid) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.privacy", description="What the operator does about data.")
    acts = parser.add_subparsers(required=True)
    verify = acts.add_parser("verify-receipt", help="is this receipt of an erasure genuine, and about whom?")
    verify.add_argument("file", type=Path, help="the receipt, or the answer that brought it")
    verify.add_argument("--keys", type=Path, help="the answer of GET /v1/receipts/key, kept in a file")
    verify.add_argument("--handed", type=Path, help="what was handed to whoever was erased, kept in a file")
    verify.set_defaults(act=verify_receipt)
    again = acts.add_parser("replay", help="after a restore from a backup: erase again whoever was erased")
    again.set_defaults(act=replay)
    for name, told in ABOUT.items():
        _add_act(acts.add_parser(name, help=told), name)
    return parser


def _add_act(act: argparse.ArgumentParser, name: str) -> None:
    act.add_argument("--email", required=True, help="of whom it is about")
    act.add_argument("--operator", required=True, help="who does this: stays on record")
    act.add_argument("--request-id", required=True, type=request_id, help="by which the mail is filed: no address")
    act.add_argument("--received", type=day, help="the day when the mail came, as 2026-11-22; today, if not given")
    if name == "statement":
        act.add_argument("--year", type=int, help="in UTC; the last that is over, if not given")
        act.add_argument("--language", choices=LANGUAGES, default=DEFAULT)
    if name == "hand-over":
        act.add_argument("--ground", required=True, choices=["legal-order", "safety", "transfer"])
        act.add_argument("--to", required=True, help="whom it goes to: they see it in their ledger")
    if name in ("export", "hand-over"):
        act.add_argument("--out", type=new_file, help="a new file, which only its owner can read")
    act.set_defaults(act=about_somebody, name=name)


def about_somebody(asked: argparse.Namespace) -> int:
    from app import app  # noqa: F401 - every subject says what it holds
    from infra.privacy.acts import handle

    return handle(asked)


def verify_receipt(asked: argparse.Namespace) -> int:
    receipt = object_in(asked.file)
    receipt = receipt["receipt"] if isinstance(receipt.get("receipt"), dict) else receipt
    keys = keys_in(asked.keys) if asked.keys else receipts.public_keys()
    if not receipts.is_genuine(receipt, keys):
        return _say("This receipt is not genuine: it was altered, or another has signed it.", 1)
    if asked.handed:
        handed = object_in(asked.handed)
        if not receipts.is_about(receipt, str(handed.get("subject")), str(handed.get("salt"))):
            return _say("The receipt is genuine, and about somebody else.", 1)
    counted = ", ".join(f"{number} of {table}" for table, number in receipt["counts"].items())
    return _say(f"The receipt is genuine. Erased: {counted or 'nothing was left'}.", 0)


def replay(_: argparse.Namespace) -> int:
    from app import app  # noqa: F401 - every subject says what it holds
    from chalicelib.privacy.replaying import replay as erase_again
    from chalicelib.runtime.clock import now

    done = erase_again(now=now())
    waiting = f" Of {done.waiting} something waits for a report that is being put together." if done.waiting else ""
    said = f"Erased again: {done.found}. Records deleted without a name that leads to them: {done.records}."
    return _say(said + waiting, 0)


def _say(text: str, status: int) -> int:
    sys.stdout.write(f"{text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
