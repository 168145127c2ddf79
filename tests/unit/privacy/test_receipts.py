"""Receipts of erasures: signed, about nobody by themselves, verified offline (F7)."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.privacy import receipts
from chalicelib.runtime.settings import settings
from infra.privacy.__main__ import main
from tests.support.environment import SECRET

SALT, SUBJECT = "a salt of their own", "account/an-id"
COUNTS = {"accounts": 1, "meetings": 12}


def receipt() -> dict[str, Any]:
    return receipts.sign(receipts.digest_of(SUBJECT, SALT), 1_000, 2_000, COUNTS)


def test_a_receipt_is_genuine_as_it_was_signed() -> None:
    """F7: whoever has the public key needs nothing else."""
    made = receipt()
    assert receipts.is_genuine(made, receipts.public_keys())
    assert receipts.is_genuine(json.loads(json.dumps(made, indent=2)), receipts.public_keys())
    assert SUBJECT not in json.dumps(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2), ("issuer", "https://other.example"), ("subject", "x" * 43), ("erased_at_ms", 999),
        ("finished_at_ms", 2_001), ("counts", {"accounts": 1}), ("key_id", "AAAAAAAAAAA"), ("signature", "A" * 86),
        ("signature", "no base64"), ("more", "than was signed"),
    ],
)  # fmt: skip
def test_a_receipt_that_was_altered_is_refused(name: str, value: object) -> None:
    """F7: in any part of it."""
    assert not receipts.is_genuine({**receipt(), name: value}, receipts.public_keys())


def test_a_receipt_without_a_part_is_refused() -> None:
    """F7: what was signed is all there."""
    for name in receipt():
        assert not receipts.is_genuine({key: one for key, one in receipt().items() if key != name}, {})
        without = {key: one for key, one in receipt().items() if key != name}
        assert not receipts.is_genuine(without, receipts.public_keys())


def test_whose_it_is_only_they_can_show() -> None:
    """F7: with the salt that nobody else has."""
    assert receipts.is_about(receipt(), SUBJECT, SALT)
    assert not receipts.is_about(receipt(), SUBJECT, "another salt")
    assert not receipts.is_about(receipt(), "account/another", SALT)


def test_what_an_older_secret_signed_stays_genuine(monkeypatch: pytest.MonkeyPatch) -> None:
    """F7: after a change of secret its key is still listed, behind the new one."""
    before = receipt()
    both = " ".join(base64.b64encode(one).decode() for one in (SECRET[::-1], SECRET))
    monkeypatch.setenv("EARSHOT_SECRET", both)
    settings.cache_clear()
    try:
        assert receipts.is_genuine(before, receipts.public_keys())
        assert receipt()["key_id"] == next(iter(receipts.public_keys())) != before["key_id"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_receipt_is_verified_by_a_command_offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """F7: by kept keys, or those of the installation; what was handed out shows whose it is."""
    kept = {"keys": [{"key_id": one, "key": key} for one, key in receipts.public_keys().items()]}
    files = {
        "answer": {"status": "done", "receipt": receipt()}, "altered": {**receipt(), "counts": {}}, "keys": kept,
        "handed": {"subject": SUBJECT, "salt": SALT}, "other": {"subject": "guest/x", "salt": SALT},
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), "utf-8")

    def verified(file: str, *more: str) -> int:
        return main(["verify-receipt", str(tmp_path / file), *more])

    keys = ("--keys", str(tmp_path / "keys"))
    assert verified("answer") == verified("answer", *keys) == 0
    assert "12 of meetings" in capsys.readouterr().out
    assert verified("answer", *keys, "--handed", str(tmp_path / "handed")) == 0
    assert verified("answer", *keys, "--handed", str(tmp_path / "other")) == 1
    assert verified("altered") == verified("altered", *keys) == 1
