"""Mails that anyone can ask for: limited by address and by network, and counted only once handed over."""

from dataclasses import replace

import pytest

from chalicelib.accounts import attempts, mails
from chalicelib.lifetimes import HOUR
from chalicelib.runtime.errors import Unavailable
from tests.support.accounts import EMAIL, PASSWORD, grown_up, register, with_account
from tests.support.browser import Browser
from tests.support.world import World


def test_nobody_is_bombed_with_mail(world: World) -> None:
    """C5: mails limited per address; the asker is told nothing, not even that."""
    answers = [register(grown_up(world)) for _ in range(attempts.MAILS.allowed + 3)]
    assert {(one.status, one.body) for one in answers} == {(202, answers[0].body)}
    assert len(world.aws.mails()) == attempts.MAILS.allowed
    world.clock.advance(HOUR)
    register(grown_up(world))
    assert len(world.aws.mails()) == attempts.MAILS.allowed + 1


@pytest.mark.parametrize("kind", ["registration", "reset"])
def test_strangers_do_not_use_up_the_mails_that_somebody_asks_for(world: World, kind: str) -> None:
    """C5: mails to one address are counted by the network that asks; and from everywhere, so that nobody is bombed."""

    def ask(browser: Browser) -> None:
        if kind == "registration":
            register(browser)
        else:
            browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})

    def mails_of(address: str) -> int:
        before, browser = len(world.aws.mails()), grown_up(world, address)
        for _ in range(attempts.MAILS.allowed + 1):
            ask(browser)
        return len(world.aws.mails()) - before

    assert [mails_of(f"8.8.{n}.8") for n in range(5)] == [attempts.MAILS.allowed] * 4 + [0]
    world.clock.advance(HOUR)
    assert [mails_of("8.8.8.8"), mails_of("203.0.113.7")] == [attempts.MAILS.allowed] * 2


def test_registrations_by_strangers_do_not_use_up_the_mails_for_another_password(world: World) -> None:
    """C5: the owner still gets the link that lets them in."""
    with_account(world)
    stranger = grown_up(world, "8.8.8.8")
    for _ in range(attempts.MAILS.allowed + 1):
        register(stranger)
    before = len(world.aws.mails())
    assert world.browser().post("/v1/accounts/password-reset", json_body={"email": EMAIL}).status == 202
    assert len(world.aws.mails()) == before + 1


def test_a_network_cannot_have_mail_sent_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: registrations and resets are limited per network, 429 with Retry-After; others are not affected."""
    monkeypatch.setattr(attempts, "REQUESTS", replace(attempts.REQUESTS, allowed=4))
    browser = grown_up(world, "8.8.8.8")
    reset = {"json_body": {"email": EMAIL}}
    statuses = [register(browser, f"a{n}@example.org").status for n in range(2)]
    statuses += [browser.post("/v1/accounts/password-reset", **reset).status for _ in range(2)]
    refused = register(browser, "last@example.org")
    assert statuses == [202] * 4
    assert (refused.status, refused.json()["type"]) == (429, "/problems/too-many")
    assert 1 <= int(refused.headers["retry-after"]) <= HOUR // 1_000
    assert world.browser("9.9.9.9").post("/v1/accounts/password-reset", **reset).status == 202
    world.clock.advance(int(refused.headers["retry-after"]) * 1_000)
    assert register(browser, "last@example.org").status == 202


def test_a_mail_that_cannot_be_sent_is_said_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """API: 503 with Retry-After, for known and unknown alike."""
    with_account(world)
    monkeypatch.setenv("EARSHOT_MAIL_FROM", "stranger@example.net")  # SES sends for verified senders only
    from chalicelib.runtime.settings import settings

    settings.cache_clear()
    answers = [register(grown_up(world), email) for email in (EMAIL, "nobody@example.org")]
    assert [one.status for one in answers] == [503, 503]
    assert {one.headers["retry-after"] for one in answers} == {"60"}


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/accounts/password-reset"])
def test_a_mail_that_could_not_be_sent_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, email: str
) -> None:
    """C5: whoever tries until mail goes out again gets theirs, and as many as otherwise; known and unknown alike."""
    with_account(world)
    world.clock.advance(HOUR)
    browser, body = grown_up(world), {"email": email} | ({"password": PASSWORD} if path == "/v1/accounts" else {})

    def ask(times: int) -> list[int]:
        return [browser.post(path, json_body=body).status for _ in range(times)]

    with monkeypatch.context() as failing:
        failing.setattr(mails, "send_mail", unavailable)
        assert ask(attempts.MAILS.allowed + 1) == [503] * (attempts.MAILS.allowed + 1)
    before = len(world.aws.mails())
    assert ask(attempts.MAILS.allowed + 2) == [202] * (attempts.MAILS.allowed + 2)
    assert len(world.aws.mails()) == before + attempts.MAILS.allowed


def unavailable(*_: object, **__: object) -> None:
    raise Unavailable("SES is away.", retry_after_s=60)
