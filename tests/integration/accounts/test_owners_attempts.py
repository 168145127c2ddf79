"""Whoever proved the account before: strangers do not use up what they may try, and they are limited as well."""

from dataclasses import replace

import pytest

from chalicelib.accounts import attempts, login
from chalicelib.lifetimes import MINUTE
from chalicelib.sessions import edge
from tests.support.accounts import (
    EMAIL,
    PASSWORD,
    besieged,
    code_of,
    log_in,
    mailed_token,
    replace_password,
    with_account,
    with_second_factor,
)
from tests.support.browser import Answer, Browser
from tests.support.cookies import NAME
from tests.support.counted import hashings
from tests.support.world import World


def test_a_device_that_is_signed_in_is_not_locked_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: what strangers try does not count against a browser with a session of the account."""
    owner = with_account(world)
    besieged(world, monkeypatch)
    assert log_in(owner).status == 200
    tries = [Browser(world.app, jar=dict(owner.jar)) for _ in range(11)]
    statuses = [log_in(one, password="not the right one").status for one in tries]
    assert statuses[-1] == 429  # but it has ten guesses as everybody
    assert set(statuses[:9]) == {401}


def test_a_signed_in_browser_has_passwords_hashed_within_limits_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5, A11: right ones as well, though each log in is another session; with 429 and Retry-After, before hashing."""
    owner = with_account(world)
    log_in(owner)
    world.clock.advance(15 * MINUTE)
    seen, allowed = hashings(monkeypatch), attempts.OWN_LOG_INS.allowed
    statuses = [log_in(owner).status for _ in range(allowed + 2)]
    assert statuses == [200] * allowed + [429] * 2
    assert len(seen) == allowed
    assert log_in(world.browser("9.9.9.9")).status == 200


def test_whoever_replaced_the_password_by_mail_is_let_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: the siege goes on; the browser that followed the link logs in all the same, and so does its network."""
    with_account(world)
    besieged(world, monkeypatch)
    browser = world.member("7.7.7.7")
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    body = {"token": mailed_token(world), "password": "another good password"}
    assert browser.post("/v1/accounts/password", json_body=body).status == 200
    assert log_in(world.browser("7.7.7.7"), password="another good password").status == 200
    besieged(world, monkeypatch)
    assert log_in(world.browser("7.7.7.7"), password="another good password").status == 429
    assert log_in(browser, password="another good password").status == 200


@pytest.mark.parametrize("wrong", ["password", "code"])
def test_many_devices_have_no_more_guesses_than_one(world: World, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """C5: passwords of all devices signed in are counted together, and so are codes; strangers' are not touched."""
    owner = with_account(world)
    secret, codes = with_second_factor(world, owner)
    devices = [owner, world.browser(), world.browser()]
    assert [log_in(one, totp=code).status for one, code in zip(devices[1:], codes, strict=False)] == [200] * 2
    world.clock.advance(15 * MINUTE)
    for one in ("OWN_WRONG", "OWN_WRONG_CODES"):
        monkeypatch.setattr(attempts, one, replace(getattr(attempts, one), allowed=4))
    guess = {"password": "not the right one"} if wrong == "password" else {"totp": "000000"}
    statuses = [log_in(Browser(world.app, jar=dict(one.jar)), **guess).status for one in devices * 2]
    assert statuses == [401] * 4 + [429] * 2
    assert log_in(world.browser("6.6.6.6"), totp=code_of(secret, world.now)).status == 200


@pytest.mark.parametrize("proved", ["signed in", "replaced by mail", "changed here"])
def test_what_was_proved_counts_until_the_next_password(
    world: World, monkeypatch: pytest.MonkeyPatch, proved: str
) -> None:
    """C5: a session that was the owner's, or that once replaced the password, is a stranger's after another change."""
    before = with_account(world)
    if proved == "replaced by mail":
        before = world.member()
        replace_password(world, before, "the first good password")
    elif proved == "changed here":
        body = {"password": PASSWORD, "new_password": "the first good password"}
        assert before.request("PUT", "/v1/account/password", json_body=body).status == 200
    held = edge.held_pass({"cookie": f"{NAME}={before.jar[NAME]}"})
    assert login.look_up(EMAIL, held, "8.8.8.8", now=world.now).guess.own
    replace_password(world, world.member(), "the second good password")
    assert login.look_up(EMAIL, held, "8.8.8.8", now=world.now).guess.own is None


def test_whoever_reads_the_mail_cannot_try_codes_without_end(world: World) -> None:
    """C5, ADR 12: another password gives no more codes: ten a quarter of an hour, on all devices it was chosen on."""
    secret, _ = with_second_factor(world, with_account(world))
    world.clock.advance(15 * MINUTE)
    statuses = []
    for n in range(3):
        thief, password = world.member("8.8.8.8"), f"a password chosen {n} times"
        replace_password(world, thief, password)
        guesses = [Browser(world.app, jar=dict(thief.jar)) for _ in range(4)]
        statuses += [log_in(one, password=password, totp="000000").status for one in guesses]
    assert statuses == [401] * 10 + [429] * 2
    owner = world.browser("6.6.6.6")
    assert log_in(owner, password=password, totp=code_of(secret, world.now)).status == 200


def test_another_session_id_gives_no_more_codes(world: World) -> None:
    """C5, ADR 12: what is proved once more is counted by account: no change of the password begins anew, no device."""
    thief = with_account(world)
    _, codes = with_second_factor(world, thief)
    world.clock.advance(15 * MINUTE)
    password, statuses = PASSWORD, []
    for n in range(3):
        statuses += [switch_off(thief, password).status for _ in range(3)]
        change = {"password": password, "new_password": f"a password chosen {n} times"}
        if thief.request("PUT", "/v1/account/password", json_body=change).status == 200:
            password = change["new_password"]
    assert statuses == [401] * 8 + [429]  # and two changes are ten
    other = world.browser("6.6.6.6")
    assert log_in(other, password=password, totp=codes[0]).status == 200
    assert switch_off(other, password).status == 429


def switch_off(browser: Browser, password: str) -> Answer:
    return browser.request("DELETE", "/v1/account/totp", json_body={"password": password, "totp": "000000"})
