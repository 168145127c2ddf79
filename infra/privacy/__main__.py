"""`python -m infra.privacy verify-receipt FILE` looks whether a receipt is genuine, offline; `… replay` erases again.

`--keys` names a file with the answer of GET /v1/receipts/key; without it the keys are those of this installation, whose
secret is in the environment.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.privacy import receipts


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 where all is well."""
    asked = _parser().parse_args(arguments)
    return int(asked.act(asked))


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
    return parser


def verify_receipt(asked: argparse.Namespace) -> int:
    receipt = _read(asked.file)
    receipt = receipt.get("receipt") or receipt
    keys = {one["key_id"]: one["key"] for one in _read(asked.keys)["keys"]} if asked.keys else receipts.public_keys()
    if not receipts.is_genuine(receipt, keys):
        return _say("This receipt is not genuine: it was altered, or another has signed it.", 1)
    if asked.handed:
        handed = _read(asked.handed)
        if not receipts.is_about(receipt, handed["subject"], handed["salt"]):
            return _say("The receipt is genuine, and about somebody else.", 1)
    counted = ", ".join(f"{number} of {table}" for table, number in receipt["counts"].items())
    return _say(f"The receipt is genuine. Erased: {counted or 'nothing was left'}.", 0)


def replay(_: argparse.Namespace) -> int:
    from app import app  # noqa: F401 - every subject says what it holds
    from chalicelib.privacy.replaying import replay as erase_again
    from chalicelib.runtime.clock import now

    return _say(f"Erased again: {erase_again(now=now())}.", 0)


def _read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _say(text: str, status: int) -> int:
    sys.stdout.write(f"{text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
