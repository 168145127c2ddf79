"""From an address and a password to an account."""

from contextlib import suppress

import pytest

from chalicelib.accounts import registration
from chalicelib.lifetimes import DAY, MINUTE
from tests.support.accounts import EMAIL, PASSWORD, grown_up, log_in, mailed_token, register
from tests.support.browser import Answer, Browser
from tests.support.memory import Crash, in_memory
from tests.support.world import World

OTHER = "another good password"


def verify(browser: Browser, token: str) -> Answer:
    return browser.post("/v1/accounts/verify", json_body={"token": token})


def age_in(browser: Browser, birth_year: int) -> None:
    browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": birth_year})


def test_an_account_is_there_once_its_address_is_confirmed(world: World) -> None:
    """C5: register with verified e-mail, log in."""
    browser = grown_up(world)
    answer = register(browser, "Ada@Example.ORG", language="fr")
    assert (answer.status, answer.json()) == (202, {"accepted": True})
    [mail] = world.aws.mails()
    assert (mail.to, mail.subject) == ((EMAIL,), "Confirmez votre adresse pour Earshot")

    assert verify(browser, mailed_token(world)).json() == {"verified": True}

    assert log_in(browser, "ADA@example.org").json()["account"] == {"email": EMAIL}
    found = browser.get("/v1/account").json()
    assert (found["email"], found["capture_insights"], found["language"], found["totp"]) == (EMAIL, True, "fr", False)
    assert found["mail"] == {"report_ready": False, "news": False}


def test_nobody_registers_before_the_question_of_age(world: World) -> None:
    """C7: before any e-mail is taken; and nothing is stored or sent."""
    browser = world.member()
    before = world.aws.items()
    answer = register(browser)
    assert (answer.status, answer.json()["type"]) == (403, "/problems/age-required")
    assert (world.aws.items(), world.aws.mails()) == (before, [])


def test_a_minor_may_register(world: World) -> None:
    """C7: 13 and older."""
    browser = world.browser()
    age_in(browser, 2012)
    assert register(browser).status == 202


@pytest.mark.parametrize(("age_ms", "status"), [(DAY - 1, 200), (DAY, 410), (400 * DAY, 410)])
def test_the_link_works_for_a_day_to_the_millisecond(world: World, age_ms: int, status: int) -> None:
    """C5: verification within 24 h."""
    register(grown_up(world))
    token = mailed_token(world)
    world.clock.advance(age_ms)
    assert verify(world.browser(), token).status == status


def test_used_expired_and_unknown_links_answer_alike(world: World) -> None:
    """C5: one answer, 410."""
    register(grown_up(world), "late@example.org")
    late = mailed_token(world)
    world.clock.advance(DAY)
    register(grown_up(world))
    used = mailed_token(world)
    assert verify(world.browser(), used).status == 200
    answers = [verify(world.browser(), token) for token in (used, late, "A" * 44, "?", "ключ", used + "=")]
    assert {(one.status, one.body) for one in answers} == {(410, answers[0].body)}


def test_an_address_nobody_confirms_is_forgotten_after_a_day(world: World) -> None:
    """The four lifetimes; C5: an unconfirmed account is nobody's and lives a day."""
    register(grown_up(world))
    [waiting] = world.aws.items("accounts")
    assert int(waiting["expires_at_ms"]["N"]) == world.now + DAY
    assert int(waiting["expires_at"]["N"]) * 1_000 == world.now + DAY


def test_an_unconfirmed_address_cannot_log_in(world: World) -> None:
    """C5: verified addresses only; the answer is that of a wrong password."""
    browser = grown_up(world)
    register(browser)
    wrong, right = log_in(browser, password=OTHER), log_in(browser)
    assert (wrong.status, right.status) == (401, 401)
    assert wrong.body == right.body
    assert len(world.aws.mails()) == 1
    assert verify(browser, mailed_token(world)).status == 200
    assert log_in(browser).status == 200


def test_every_link_confirms_the_registration_it_was_mailed_for(world: World) -> None:
    """C5: whoever registers somebody else's address, too, does not change what that person confirms."""
    victim, attacker = grown_up(world), grown_up(world)
    register(victim)
    own_link = mailed_token(world)
    register(attacker, password=OTHER)

    assert verify(victim, own_link).status == 200

    assert log_in(attacker, password=OTHER).status == 401
    assert log_in(victim).status == 200
    assert verify(attacker, mailed_token(world)).status == 410


def test_a_link_left_over_does_not_bring_an_erased_account_back(world: World) -> None:
    """F4: immediate and irreversible."""
    browser = grown_up(world)
    register(browser)
    first = mailed_token(world)
    log_in(browser)
    second = mailed_token(world)
    assert verify(browser, first).status == 200
    log_in(browser)
    assert browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    assert verify(browser, second).status == 410
    assert world.aws.items("accounts") == []


def test_what_is_stored_names_nobody(world: World) -> None:
    """C5: addresses and tokens are stored as digests and sealed, the password as argon2id; C1: no log names them."""
    browser = grown_up(world)
    register(browser)
    token = mailed_token(world)
    world.clock.advance(MINUTE)
    for text in (EMAIL, EMAIL.partition("@")[0] + "@", PASSWORD, token):
        assert world.aws.mentions(text) == []
    verify(browser, token)
    assert world.aws.mentions(EMAIL) == []


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"email": EMAIL, "password": "password1234"}, "$.password"),
        ({"email": EMAIL, "password": "short"}, "$.password"),
        ({"email": "ada@example", "password": PASSWORD}, "$.email"),
        ({"email": EMAIL, "password": PASSWORD, "consents": {"everything": True}}, "$.consents"),
        ({"email": EMAIL, "password": PASSWORD, "name": "Ada Lovelace"}, "$"),
        ({"email": EMAIL, "password": PASSWORD, "language": "de"}, "$.language"),
    ],
)
def test_what_cannot_be_taken_is_named_and_not_repeated(world: World, body: dict[str, object], at: str) -> None:
    """C5, F12: 422 saying where."""
    answer = grown_up(world).post("/v1/accounts", json_body=body)
    assert answer.status == 422
    assert answer.json()["errors"][0]["at"] == at
    assert str(body["password"]) not in answer.body
    assert world.aws.mails() == []


def test_a_confirmation_that_breaks_off_can_be_repeated(world: World) -> None:
    """C5: whichever request was the last to succeed, the link works again, or has done all it should."""
    with in_memory() as memory:
        register(grown_up(world), consents={"news": True})
        token = mailed_token(world)
        for survived in range(20):
            with memory.undone():
                finished = False
                with suppress(Crash), memory.crash_after(survived):
                    registration.confirm_address(token, now=world.now)
                    finished = True
                assert verify(world.browser(), token).status == (410 if finished else 200)
                browser = world.browser()
                assert log_in(browser).status == 200
                given = [one["purpose"] for one in browser.get("/v1/consents").json()["consents"] if one["given"]]
                assert given == ["news"]
                assert len(memory.items("consents")) == 1
            if finished:
                return
    raise AssertionError("it never came to an end")


def test_a_link_opened_late_does_not_undo_a_later_decision(world: World) -> None:
    """F1: what was withdrawn stays withdrawn."""
    browser = grown_up(world)
    register(browser, consents={"news": True})
    first = mailed_token(world)
    log_in(browser)
    second = mailed_token(world)
    verify(browser, first)
    log_in(browser)
    browser.request("PUT", "/v1/consents", json_body={"news": False})
    verify(browser, second)
    assert browser.get("/v1/consents").json()["consents"][0]["given"] is False
