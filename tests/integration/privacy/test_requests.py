"""Whoever writes to the operator gets what the pages give: by the same code, and on record (F11)."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.lifetimes import PRIVACY_REQUEST
from chalicelib.privacy import request_models, requests
from chalicelib.privacy.request_models import acts_of, requests_of
from chalicelib.runtime.addresses import Address, key_of
from infra.privacy.__main__ import main
from infra.privacy.given import day_ms
from tests.support.accounts import log_in
from tests.support.belongings import CANARY, EMAIL, owner_with_everything
from tests.support.erasures import left_over, run
from tests.support.world import World

SUBJECT = key_of(Address(EMAIL))


def ask(act: str, *more: str, email: str = EMAIL) -> int:
    return main([act, "--email", email, "--operator", "Olga", "--request-id", "mail-17", *more])


def on_record(world: World, subject: str = SUBJECT) -> list[tuple[str, str, str, str]]:
    return [(one.act, one.operator, one.request_id, one.outcome) for one in acts_of(subject, now=world.now)]


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_somebody_is_found_by_their_address(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """F11: what is held of them, by kind; on record with who looked, and why."""
    owner_with_everything(world)
    capsys.readouterr()
    assert ask("find", "--received", "2026-11-20") == 0
    held = told(capsys)["held"]
    assert (held["account"], held["report"]) == (1, 2)  # and its key
    assert held["session"] >= 1
    assert on_record(world) == [("find", "Olga", "mail-17", "done")]
    [request] = requests_of(SUBJECT, now=world.now)
    assert (request.asked_for, int(request.received_at_ms)) == ("find", day_ms("2026-11-20"))
    assert not request.answered_at_ms  # by a look
    assert request.expires_at_ms == PRIVACY_REQUEST.deadline(day_ms("2026-11-20"))


def test_whoever_asks_by_mail_gets_everything(world: World, tmp_path: Path) -> None:
    """F11, F3: the same as by the page, in a file that nobody else reads, and never written over."""
    theirs = owner_with_everything(world)
    asked = theirs.browser.post("/v1/export", json_body={}).json()["export_id"]
    out = tmp_path / "export.json"
    assert ask("export", "--out", str(out)) == 0
    held = json.loads(out.read_text("utf-8"))
    assert {"Account", "Session", "Part", "Attendee", "Decision", "Act"} <= {one["record"] for one in held}
    assert CANARY in out.read_text("utf-8")
    assert asked
    assert out.stat().st_mode & 0o777 == 0o600
    world.clock.advance(1)
    with pytest.raises(SystemExit):
        ask("export", "--out", str(out))
    assert [outcome for *_, outcome in on_record(world)] == ["done"]


def test_whoever_asks_by_mail_is_erased(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """F11, F4, F7: as by the page; what leads to the receipt is printed, and that it was done stays on record."""
    theirs = owner_with_everything(world)
    capsys.readouterr()
    assert ask("erase") == 0
    handed = told(capsys)["receipt"]
    assert log_in(world.browser(), EMAIL).status == 401
    run(world)
    assert left_over(world, theirs) == []
    assert world.browser().get(f"/v1/receipts/{handed['receipt_id']}").json()["status"] == "done"
    assert on_record(world) == [("erase", "Olga", "mail-17", "done")]
    assert ask("find") == 1


@pytest.mark.parametrize("act", ["find", "export", "erase"])
def test_an_address_that_is_not_known_is_said_to_be(world: World, act: str, capsys: pytest.CaptureFixture[str]) -> None:
    """F11: by status 1; on record all the same, and no address with it."""
    assert ask(act, email="nobody@example.org") == 1
    assert "Nothing is held" in capsys.readouterr().err
    assert on_record(world, key_of(Address("nobody@example.org"))) == [(act, "Olga", "mail-17", "unknown")]
    assert world.aws.mentions("nobody@example.org") == []


def test_an_act_is_on_record_before_it_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: where the process dies, too."""
    owner_with_everything(world)
    monkeypatch.setattr(request_models, "end_act", lambda *_, **__: None)
    assert ask("find") == 0
    assert on_record(world) == [("find", "Olga", "mail-17", "begun")]


def test_what_is_broken_off_is_on_record_as_failed_and_a_look_answers_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F11: by hand, too; a request is answered by what was done."""
    owner_with_everything(world)
    assert ask("find") == 0
    world.clock.advance(1)
    monkeypatch.setattr(requests, "find", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask("export")
    assert [outcome for *_, outcome in on_record(world)] == ["done", "failed"]
    [request] = requests_of(SUBJECT, now=world.now)
    assert not request.answered_at_ms


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_requests_are_kept_for_three_years(world: World) -> None:
    """F11: the correspondence has a lifetime."""
    assert ask("find", email="nobody@example.org") == 1
    subject = key_of(Address("nobody@example.org"))
    world.clock.advance(PRIVACY_REQUEST.length_ms - 1)
    assert len(acts_of(subject, now=world.now)) == len(requests_of(subject, now=world.now)) == 1
    world.clock.advance(1)
    assert [*acts_of(subject, now=world.now), *requests_of(subject, now=world.now)] == []


@pytest.mark.parametrize(
    "given",
    [
        ["--received", "2026-13-45"],
        ["--received", "2999-01-01"],
        ["--request-id", "someone@example.org wrote"],
        ["--out", "/etc/hostname"],
        ["--email", "no address"],
    ],
    ids=["no day", "a day to come", "no reference", "a file that is there", "no address"],
)
def test_what_a_command_does_not_take_it_refuses_in_words(
    world: World, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """F11: before anything is done, handed over or put on record."""
    asked = ["hand-over", "--operator", "Olga", "--request-id", "9", "--ground", "safety", "--to", "The court"]
    listed = world.aws.items("disclosures")
    try:
        status = main([*asked, "--email", EMAIL, *given])
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    assert status == 2
    assert capsys.readouterr().err
    assert world.aws.items("privacy-requests") == []
    assert world.aws.items("disclosures") == listed


@pytest.mark.parametrize(("text", "status"), [("[]", 2), ("no JSON", 2), ('{"receipt": "x"}', 1), ("{}", 1)])
def test_what_is_no_receipt_is_said_to_be_none(
    world: World, tmp_path: Path, text: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """F7: in words, whatever the file holds; and whatever the file of keys holds."""
    file = tmp_path / "receipt.json"
    file.write_text(text)
    assert main(["verify-receipt", str(file)]) == status
    assert main(["verify-receipt", str(file), "--keys", str(file)]) == 2
    assert main(["verify-receipt", str(tmp_path / "none.json")]) == 2
    said = capsys.readouterr()
    assert said.out or said.err
