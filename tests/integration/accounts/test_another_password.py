"""Another password: by mail, by the old one; everyone else who was signed in is out."""

import threading
from contextlib import suppress

import pytest

from chalicelib.accounts import reset
from chalicelib.lifetimes import HOUR
from chalicelib.runtime.errors import Gone
from chalicelib.runtime.settings import settings
from tests.support.accounts import EMAIL, PASSWORD, log_in, mailed_token, with_account
from tests.support.browser import Answer, Browser
from tests.support.memory import Crash, in_memory
from tests.support.world import World

OTHER = "another good password"


def ask(browser: Browser, email: str = EMAIL) -> Answer:
    return browser.post("/v1/accounts/password-reset", json_body={"email": email})


def choose(browser: Browser, token: str, password: str = OTHER) -> Answer:
    return browser.post("/v1/accounts/password", json_body={"token": token, "password": password})


def test_a_forgotten_password_is_replaced_by_mail(world: World) -> None:
    """C5: reset a password; whoever was signed in is out, their sockets closed; the old password is void."""
    signed_in = with_account(world)
    assert signed_in.connect("tab").status == 200
    stranger = world.browser()
    assert (ask(stranger).status, ask(stranger).json()) == (202, {"accepted": True})

    assert choose(stranger, mailed_token(world)).json() == {"changed": True}

    assert signed_in.get("/v1/session").status == 401
    assert world.pushes.closed == ["tab"]
    assert log_in(world.browser()).status == 401
    assert log_in(world.browser(), password=OTHER).status == 200
    assert world.aws.mails()[-1].subject == "Your Earshot password was changed"


@pytest.mark.parametrize(("age_ms", "status"), [(HOUR - 1, 200), (HOUR, 410)])
def test_the_link_works_for_an_hour_to_the_millisecond(world: World, age_ms: int, status: int) -> None:
    """C5: single use, 1 h."""
    with_account(world)
    ask(world.browser())
    token = mailed_token(world)
    world.clock.advance(age_ms)
    assert choose(world.browser(), token).status == status


def test_used_expired_superseded_and_unknown_links_answer_alike(world: World) -> None:
    """C5: one answer; a link is for the password it was asked for, so another change voids it."""
    with_account(world)
    ask(world.browser())
    superseded = mailed_token(world)
    ask(world.browser())
    used = mailed_token(world)
    ask(world.browser(), "nobody@example.org")
    assert choose(world.browser(), used).status == 200
    answers = [choose(world.browser(), token) for token in (used, superseded, "A" * 44, "ключ", " ")]
    assert {(one.status, one.body) for one in answers} == {(410, answers[0].body)}


def test_a_weak_password_does_not_use_the_link_up(world: World) -> None:
    """C5: 422, and the person may try again."""
    with_account(world)
    ask(world.browser())
    token = mailed_token(world)
    assert choose(world.browser(), token, "password1234").status == 422
    assert choose(world.browser(), token).status == 200


def test_of_two_who_use_a_link_at_once_one_succeeds(world: World) -> None:
    """C5: single use, whatever the interleaving."""
    with_account(world)
    ask(world.browser())
    token, outcomes, barrier = mailed_token(world), list[bool](), threading.Barrier(3)

    def use(password: str) -> None:
        barrier.wait()
        try:
            reset.set_password(token, password, "", None, now=world.now)
            outcomes.append(True)
        except Gone:
            outcomes.append(False)

    threads = [threading.Thread(target=use, args=(f"{OTHER} {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, True]


def test_an_unknown_address_is_told_by_mail_only(world: World) -> None:
    """C5: the mail goes to the address, not to the asker."""
    ask(world.browser(), "nobody@example.org")
    [mail] = world.aws.mails()
    assert (mail.to, mail.subject) == (("nobody@example.org",), "No Earshot account with this address")
    assert "token" not in mail.text


def test_tokens_are_stored_as_digests(world: World) -> None:
    """C5: hashed at rest."""
    with_account(world)
    ask(world.browser())
    assert world.aws.mentions(mailed_token(world)) == []


def test_changing_the_password_signs_the_other_devices_out(world: World) -> None:
    """C5: this device goes on under a new session id; all others are out, their sockets closed."""
    here, elsewhere = with_account(world), world.browser()
    log_in(elsewhere)
    elsewhere.connect("elsewhere")
    before = Browser(world.app, jar=dict(here.jar))

    answer = here.request("PUT", "/v1/account/password", json_body={"password": PASSWORD, "new_password": OTHER})

    assert (answer.status, answer.json()["account"]) == (200, {"email": EMAIL})
    assert here.get("/v1/account").status == 200
    assert (before.get("/v1/session").status, elsewhere.get("/v1/session").status) == (401, 401)
    assert world.pushes.closed == ["elsewhere"]
    assert log_in(world.browser(), password=OTHER).status == 200


def test_the_old_password_is_needed_and_guesses_are_limited(world: World) -> None:
    """C5: whoever finds the device open cannot take the account over."""
    browser = with_account(world)
    world.clock.advance(HOUR)
    body = {"password": "not the old one", "new_password": OTHER}
    statuses = [browser.request("PUT", "/v1/account/password", json_body=body).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert browser.get("/v1/account").status == 200


def test_a_weak_new_password_is_named_by_its_field(world: World) -> None:
    """API 422: so that the page can mark it."""
    body = {"password": PASSWORD, "new_password": "password1234"}
    answer = with_account(world).request("PUT", "/v1/account/password", json_body=body)
    assert (answer.status, answer.json()["errors"][0]["at"]) == (422, "$.new_password")


def test_no_session_outlives_the_password_it_was_opened_with(world: World) -> None:
    """C5: whichever request was the last to succeed: the old password still counts, or nobody is signed in by it."""
    with in_memory() as memory:
        old = with_account(world)
        ask(world.browser())
        token = mailed_token(world)
        for survived in range(40):
            with memory.undone():
                finished = False
                with suppress(Crash), memory.crash_after(survived):
                    reset.set_password(token, OTHER, "", None, now=world.now)
                    finished = True
                changed = log_in(world.browser(), password=OTHER).status == 200
                copy = Browser(world.app, jar=dict(old.jar))
                assert not changed or copy.get("/v1/session").status == 401
                if not changed:
                    assert choose(world.browser(), token).status == 200
            if finished:
                assert changed
                return
    raise AssertionError("it never came to an end")


def test_the_password_changes_even_where_the_notice_cannot_be_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: whoever changed it is signed in under it, mail or no mail."""
    browser = with_account(world)
    monkeypatch.setenv("EARSHOT_MAIL_FROM", "stranger@example.net")
    settings.cache_clear()
    body = {"password": PASSWORD, "new_password": OTHER}
    assert browser.request("PUT", "/v1/account/password", json_body=body).status == 200
    assert browser.get("/v1/account").status == 200
