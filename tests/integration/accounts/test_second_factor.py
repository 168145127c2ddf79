"""The second factor: on by a first code, asked for at log in, every code good once."""

import threading
from urllib.parse import unquote

import pytest

from chalicelib.lifetimes import MINUTE, SECOND
from tests.support.accounts import EMAIL, PASSWORD, code_of, log_in, with_account, with_second_factor
from tests.support.browser import Answer, Browser
from tests.support.world import World

STEP_MS = 30 * SECOND


def offer(browser: Browser, password: str = PASSWORD) -> Answer:
    return browser.post("/v1/account/totp", json_body={"password": password})


def switch_on(browser: Browser, code: str) -> Answer:
    return browser.request("PUT", "/v1/account/totp", json_body={"totp": code})


def switch_off(browser: Browser, **body: str) -> Answer:
    return browser.delete("/v1/account/totp", json_body={"password": PASSWORD, **body})


def test_it_is_offered_as_text_address_and_picture(world: World) -> None:
    """C5: a secret of 160 bits, the address that authenticators read, and its QR code without any script."""
    offered = offer(with_account(world)).json()
    assert len(offered["secret"]) == 32
    assert offered["uri"].startswith("otpauth://totp/Earshot:ada%40example.org?secret=" + offered["secret"])
    assert offered["qr"].startswith("data:image/svg+xml")
    assert "<script" not in unquote(offered["qr"])


def test_it_is_on_once_a_first_code_proves_it(world: World) -> None:
    """C5: an authenticator that did not take the secret locks nobody out."""
    browser = with_account(world)
    secret = offer(browser).json()["secret"]
    wrong = switch_on(browser, "000000" if code_of(secret, world.now) != "000000" else "111111")
    assert (wrong.status, wrong.json()["type"]) == (401, "/problems/second-factor-required")
    assert log_in(world.browser()).status == 200

    codes = switch_on(browser, code_of(secret, world.now)).json()["recovery_codes"]

    assert len(set(codes)) == 10
    assert browser.get("/v1/account").json()["totp"] is True
    assert log_in(world.browser()).json()["type"] == "/problems/second-factor-required"


@pytest.mark.parametrize(("wait_ms", "status"), [(10 * MINUTE - 1, 200), (10 * MINUTE, 409)])
def test_the_offer_stands_for_ten_minutes(world: World, wait_ms: int, status: int) -> None:
    """C5: to the millisecond."""
    browser = with_account(world)
    secret = offer(browser).json()["secret"]
    world.clock.advance(wait_ms)
    assert switch_on(browser, code_of(secret, world.now)).status == status


def test_without_an_offer_and_with_one_on_there_is_nothing_to_switch(world: World) -> None:
    """API: 409."""
    browser = with_account(world)
    assert switch_on(browser, "123456").status == 409
    with_second_factor(world, browser)
    assert offer(browser).status == 409
    assert switch_on(browser, "123456").status == 409


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_a_clock_may_be_off_by_one_step(world: World, steps: int, status: int) -> None:
    """C5, RFC 6238 5.2: ±30 s."""
    secret, _ = with_second_factor(world, with_account(world))
    world.clock.advance(5 * MINUTE)
    assert log_in(world.browser(), totp=code_of(secret, world.now, steps)).status == status


def test_no_code_counts_twice_nor_one_from_before_it(world: World) -> None:
    """C5, RFC 6238 5.2: whoever looks over a shoulder has nothing from it."""
    secret, _ = with_second_factor(world, with_account(world))
    ahead = code_of(secret, world.now, 1)
    assert log_in(world.browser(), totp=ahead).status == 200
    assert log_in(world.browser(), totp=ahead).status == 401
    assert log_in(world.browser(), totp=code_of(secret, world.now)).status == 401
    world.clock.advance(2 * STEP_MS)
    assert log_in(world.browser(), totp=code_of(secret, world.now)).status == 200


def test_the_code_that_switched_it_on_is_used_up(world: World) -> None:
    """C5: replay."""
    browser = with_account(world)
    secret = offer(browser).json()["secret"]
    switch_on(browser, code_of(secret, world.now))
    assert log_in(world.browser(), totp=code_of(secret, world.now)).status == 401


def test_a_recovery_code_stands_in_once(world: World) -> None:
    """C5: TOTP with recovery codes, however they are typed."""
    _, codes = with_second_factor(world, with_account(world))
    assert log_in(world.browser(), totp=codes[0]).status == 200
    assert log_in(world.browser(), totp=codes[0]).status == 401
    assert log_in(world.browser(), totp=codes[1].lower().replace("-", " ")).status == 200
    assert all(log_in(world.browser(), totp=code).status == 200 for code in codes[2:6])


def test_of_two_who_use_a_code_at_once_one_succeeds(world: World) -> None:
    """C5: single use, whatever the interleaving; codes of the authenticator and recovery codes."""
    secret, codes = with_second_factor(world, with_account(world))
    for code in (code_of(secret, world.now), codes[0]):
        statuses, barrier = list[int](), threading.Barrier(4)

        def use(code: str, statuses: list[int], barrier: threading.Barrier) -> None:
            barrier.wait()
            statuses.append(log_in(world.browser(), totp=code).status)

        threads = [threading.Thread(target=use, args=(code, statuses, barrier)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses)[0] == 200
        assert set(sorted(statuses)[1:]) <= {401, 503}


def test_only_the_right_password_learns_that_there_is_a_second_factor(world: World) -> None:
    """C5: a wrong password answers as everywhere, with a right code, too."""
    secret, _ = with_second_factor(world, with_account(world))
    wrong = log_in(world.browser(), password="not the right one", totp=code_of(secret, world.now))
    unknown = log_in(world.browser(), "nobody@example.org")
    assert (wrong.status, wrong.body) == (401, unknown.body)


@pytest.mark.parametrize("code", ["000000", "12345678901234567890", "ÄÖÜäöü", "१२३४५६", "------", "      "])
def test_codes_of_any_shape_are_refused_not_broken(world: World, code: str) -> None:
    """C5: any text in, never a fault."""
    with_second_factor(world, with_account(world))
    assert log_in(world.browser(), totp=code).status == 401


def test_secret_and_recovery_codes_cannot_be_read_from_the_tables(world: World) -> None:
    """C5: sealed, and digests."""
    secret, codes = with_second_factor(world, with_account(world))
    for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert world.aws.mentions(text) == []


@pytest.mark.parametrize("act", ["on", "off"])
def test_switching_signs_the_other_devices_out(world: World, act: str) -> None:
    """Issue: change of second factor kills the other sessions and their sockets; this one goes on under a new id."""
    browser, other = with_account(world), world.browser()
    if act == "off":
        secret, _ = with_second_factor(world, browser)
        log_in(other, totp=code_of(secret, world.now))
    else:
        log_in(other)
    other.connect("other")
    before = Browser(world.app, jar=dict(browser.jar))

    if act == "off":
        world.clock.advance(STEP_MS)
        assert switch_off(browser, totp=code_of(secret, world.now)).status == 204
    else:
        with_second_factor(world, browser)

    assert browser.get("/v1/account").json()["totp"] is (act == "on")
    assert (before.get("/v1/session").status, other.get("/v1/session").status) == (401, 401)
    assert world.pushes.closed == ["other"]


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_switching_it_off_needs_the_password_and_a_code(world: World, kind: str) -> None:
    """C5: whoever finds the device open, or knows the password alone, cannot; a recovery code stands in."""
    browser = with_account(world)
    secret, codes = with_second_factor(world, browser)
    right = code_of(secret, world.now) if kind == "code" else codes[3]
    assert switch_off(browser, password="not the right one", totp=right).status == 401
    for wrong in ({}, {"totp": "000000"}):
        answer = switch_off(browser, **wrong)
        assert (answer.status, answer.json()["type"]) == (401, "/problems/second-factor-required")
    assert browser.get("/v1/account").json()["totp"] is True
    assert switch_off(browser, totp=right).status == 204
    assert log_in(world.browser()).status == 200
    assert "totp_secret" not in world.aws.items("accounts")[0]


def test_where_it_is_off_there_is_nothing_to_switch_off(world: World) -> None:
    """API: 204, and nobody is signed out."""
    browser, other = with_account(world), world.browser()
    log_in(other)
    assert switch_off(browser).status == 204
    assert (browser.get("/v1/account").status, other.get("/v1/account").status) == (200, 200)


def test_codes_of_a_device_found_open_are_limited(world: World) -> None:
    """C5: ten passwords or codes of one session in a quarter of an hour."""
    browser = with_account(world)
    with_second_factor(world, browser)
    world.clock.advance(15 * MINUTE)
    assert [switch_off(browser, totp="000000").status for _ in range(11)] == [401] * 10 + [429]


def test_its_owner_is_told_by_mail(world: World) -> None:
    """C5: somebody else may have done it; in the account's language."""
    browser = with_account(world)
    secret, _ = with_second_factor(world, browser)
    on = world.aws.mails()[-1]
    browser.request("PATCH", "/v1/account", json_body={"language": "fr"})
    switch_off(browser, totp=code_of(secret, world.now))
    off = world.aws.mails()[-1]
    assert [on.to, off.to] == [(EMAIL,)] * 2
    assert on.subject == "The second factor of your Earshot account is on"
    assert off.subject == "Le second facteur de votre compte Earshot est désactivé"


def test_it_outlives_another_password(world: World) -> None:
    """C5: whoever reads the mail alone does not get in."""
    with_second_factor(world, with_account(world))
    stranger = world.browser()
    stranger.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    from tests.support.accounts import mailed_token

    body = {"token": mailed_token(world), "password": "another good password"}
    assert stranger.post("/v1/accounts/password", json_body=body).status == 200
    refused = log_in(stranger, password="another good password")
    assert refused.json()["type"] == "/problems/second-factor-required"
