"""What is handed to anybody else is on record, to be read by whom it is about (F8, F13)."""

import json
from typing import Any

import pytest

from chalicelib.lifetimes import DAY, DISCLOSURE
from chalicelib.privacy import rights_routes, statement
from chalicelib.privacy.disclosure_models import subjects_of
from chalicelib.privacy.rules import Handed
from chalicelib.privacy.statement import Statement
from chalicelib.runtime import disclosure, mail
from chalicelib.runtime.disclosure import Ground, HandOut, Recipient, What
from chalicelib.runtime.languages import LANGUAGES
from infra.privacy.__main__ import main
from tests.support.accounts import EMAIL, grown_up, register, with_account
from tests.support.belongings import owner_with_everything
from tests.support.browser import Browser
from tests.support.erasures import erase, run
from tests.support.world import World


def listed(browser: Browser) -> list[dict[str, Any]]:
    answer = browser.get("/v1/disclosures")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["disclosures"]
    return found


def what_to_whom(browser: Browser) -> list[tuple[str, str, str]]:
    return [(one["what"], one["to"], one["ground"]) for one in listed(browser)]


MAIL = ("email", "mail-service", "processor")


def test_every_mail_is_listed_to_whoever_it_went_to(world: World) -> None:
    """F8: what came before there was an account, too."""
    ada = with_account(world)
    assert what_to_whom(ada) == [MAIL]
    assert ada.post("/v1/accounts/password-reset", json_body={"email": EMAIL}).status == 202
    assert what_to_whom(ada) == [MAIL] * len(world.aws.mails())
    assert listed(ada)[0] == {
        "at_ms": world.now,
        "ground": "processor",
        "to": "mail-service",
        "what": "email",
        "name": None,
    }
    assert listed(world.member()) == []


def test_a_mail_that_cannot_be_sent_is_listed_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F8: it is on record ahead of the sending."""
    ada = with_account(world)

    def die(_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(mail, "send", die)
    with pytest.raises(SystemExit):
        ada.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    assert what_to_whom(ada) == [MAIL, MAIL]


def test_a_childs_grown_up_is_listed_to_the_child_and_their_address_nowhere(world: World) -> None:
    """F8, C7: nothing is kept of the address, not even its digest."""
    child = world.browser()
    assert child.post("/v1/session/age/guardian", json_body={"email": "teacher@example.org"}).status == 202
    assert what_to_whom(child) == [MAIL]
    assert main(["find", "--email", "teacher@example.org", "--operator", "Olga", "--request-id", "7"]) == 1


def test_what_the_operator_hands_over_is_listed_with_its_recipient(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """F8, F13: on one of the grounds there are, before it is written."""
    ada = with_account(world)
    world.clock.advance(1)  # after the mails about the account
    asked = ["hand-over", "--email", EMAIL, "--operator", "Olga", "--request-id", "9", "--to", "The court"]
    assert main([*asked, "--ground", "legal-order"]) == 0
    assert "Account" in {one["record"] for one in json.loads(capsys.readouterr().out)}
    assert listed(ada)[0] | {"at_ms": 0} == {
        "at_ms": 0, "ground": "legal-order", "to": "named", "what": "everything", "name": "The court",
    }  # fmt: skip
    with pytest.raises(SystemExit):
        main([*asked, "--ground", "a good price"])


def test_the_list_comes_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """API "lists page": the latest first, none twice, none left out."""
    monkeypatch.setattr(rights_routes, "LISTED", 2)
    ada = with_account(world)
    for _ in range(4):
        world.clock.advance(1)
        ada.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    found, after = [], ""
    while True:
        page = ada.get(f"/v1/disclosures{after}").json()
        found += page["disclosures"]
        if page["next"] is None:
            break
        after = f"?after={page['next']}"
    assert [one["at_ms"] for one in found] == [world.now - ago for ago in (0, 1, 2, 3, 4)]
    assert ada.get("/v1/disclosures?after=1").status == 422


def test_a_disclosure_lives_two_years_and_goes_with_the_person(world: World) -> None:
    """F8, F4: to the millisecond; an erasure takes it along."""
    disclosure.hand_out([HandOut("guest/a", Ground.SAFETY, Recipient.NAMED, What.NAME)], now=world.now)
    [row] = world.aws.items("disclosures")
    assert int(row["expires_at_ms"]["N"]) == world.now + DISCLOSURE.length_ms
    assert DISCLOSURE.length_ms >= 2 * 366 * DAY
    theirs = owner_with_everything(world)
    mine = {one["at_ms"] for one in listed(theirs.browser)}
    assert mine
    theirs_alone = set(subjects_of(theirs.person))
    others = [one for one in world.aws.items("disclosures") if one["subject"]["S"] not in theirs_alone]
    erase(theirs)
    run(world)
    assert len(world.aws.items("disclosures")) == len(others)


def test_nothing_is_handed_out_that_nobody_records(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: without the ledger no mail is sent."""
    monkeypatch.setattr(disclosure, "_record", disclosure._nowhere)
    assert register(grown_up(world)).status == 500
    assert world.aws.mails() == []


def test_the_statement_of_a_year_says_that_nothing_was_marketed(world: World) -> None:
    """F8: Cal. Civ. Code 1798.83; by the ledger, and in three languages."""
    ada = with_account(world)
    year = 2027
    for language in LANGUAGES:
        found = ada.get(f"/v1/disclosures/statement?year={year}&language={language}").json()
        assert (found["year"], found["marketed"]) == (year, [])
        assert str(year) in found["text"]
        assert found["handed"] == [{"ground": "processor", "to": "mail-service", "what": "email", "times": 1}]
    assert ada.get("/v1/disclosures/statement").json()["handed"] == []
    assert ada.get("/v1/disclosures/statement").json()["year"] == year - 1
    for wrong in ("2031", "2025", "1999", "19", "x"):
        assert ada.get(f"/v1/disclosures/statement?year={wrong}").status == 422


def test_a_statement_has_no_words_for_a_ground_that_is_none() -> None:
    """F13: whoever adds a way to market has to break this first."""
    assert {one.value for one in Ground} == {"own-act", "processor", "legal-order", "safety", "transfer"}
    assert frozenset[str]() == statement.MARKETING
    with pytest.raises(KeyError):
        statement.in_words(Statement(2027, [], [Handed("a good price", "named", "name", 1)]), "en")


def test_the_operator_answers_for_a_year(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """F8, F11: the same words as by the page."""
    ada = with_account(world)
    asked = ["statement", "--email", EMAIL, "--operator", "Olga", "--request-id", "9", "--year", "2027", "--language"]
    assert main([*asked, "fr"]) == 0
    said = json.loads(capsys.readouterr().out)
    found = ada.get("/v1/disclosures/statement?year=2027&language=fr").json()
    assert (said["text"], said["handed"]) == (found["text"], found["handed"])
