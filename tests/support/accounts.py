"""People with accounts, for tests: registered, confirmed by the link in their mail, signed in."""

import re
from dataclasses import replace
from typing import Any

import pytest
from pyotp import TOTP

from chalicelib.accounts import attempts
from tests.support.browser import Answer, Browser
from tests.support.world import World

EMAIL = "ada@example.org"
PASSWORD = "correct horse battery staple"
GROWN_UP = {"birth_month": 1, "birth_year": 1980}


def grown_up(world: World, address: str = "203.0.113.7") -> Browser:
    """A browser with a session whose person is old enough."""
    browser = world.browser(address)
    assert browser.post("/v1/session/age", json_body=GROWN_UP).json() == {"outcome": "adult"}
    return browser


def register(browser: Browser, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> Answer:
    return browser.post("/v1/accounts", json_body={"email": email, "password": password, **more})


def log_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD, totp: str | None = None) -> Answer:
    code = {} if totp is None else {"totp": totp}
    return browser.post("/v1/session/login", json_body={"email": email, "password": password, **code})


def mailed_token(world: World) -> str:
    """From the link of the latest mail."""
    found = re.search(r"#token=([\w-]+)\s", world.aws.mails()[-1].text)
    assert found, world.aws.mails()[-1]
    return found[1]


def with_account(world: World, email: str = EMAIL, **more: Any) -> Browser:
    """A browser signed in to a fresh, confirmed account."""
    browser = grown_up(world)
    assert register(browser, email, **more).status == 202
    assert browser.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    assert log_in(browser, email).status == 200
    return browser


def code_of(secret: str, now: int, steps: int = 0) -> str:
    """What an authenticator shows whose clock is that many steps ahead."""
    return TOTP(secret).at(now // 1_000, counter_offset=steps)


def with_second_factor(world: World, browser: Browser) -> tuple[str, list[str]]:
    """Switches it on, a minute later; gives the secret and the recovery codes."""
    secret = browser.post("/v1/account/totp", json_body={"password": PASSWORD}).json()["secret"]
    answer = browser.request("PUT", "/v1/account/totp", json_body={"totp": code_of(secret, world.now)})
    assert answer.status == 200, answer.body
    world.clock.advance(60_000)
    return secret, answer.json()["recovery_codes"]


def replace_password(world: World, browser: Browser, password: str) -> None:
    """By the link of a mail, asked for and opened in that browser."""
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    body = {"token": latest_reset_token(world), "password": password}
    assert browser.post("/v1/accounts/password", json_body=body).status == 200


def latest_reset_token(world: World) -> str:
    """Another mail says that the password was changed."""
    found = [token for one in world.aws.mails() for token in re.findall(r"reset#token=([\w-]+)", one.text)]
    return str(found[-1])


def besieged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers of many networks guess at the account until all of them are refused."""
    monkeypatch.setattr(attempts, "WRONG_ANYWHERE", replace(attempts.WRONG_ANYWHERE, allowed=20))
    statuses = [log_in(world.browser(f"8.8.{n}.8"), password="not the right one").status for n in range(21)]
    assert statuses == [401] * 20 + [429]
