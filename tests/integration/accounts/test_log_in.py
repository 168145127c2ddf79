"""Log in: the same person under a new session id, every time."""

import base64
import io

import pytest
from argon2 import PasswordHasher

from chalicelib.accounts import passwords
from chalicelib.lifetimes import HOUR
from chalicelib.runtime import expiry
from chalicelib.runtime.crypto import is_sealed_with
from chalicelib.runtime.settings import settings
from tests.support.accounts import (
    EMAIL,
    PASSWORD,
    code_of,
    grown_up,
    log_in,
    with_account,
    with_second_factor,
)
from tests.support.browser import Browser
from tests.support.cookies import NAME
from tests.support.counted import hashings
from tests.support.environment import SECRET
from tests.support.world import World


def test_logging_in_changes_the_session_id_and_keeps_the_person(world: World) -> None:
    """Issue: a new session id at every change of privilege; name and preferences stay, the old id is worth nothing."""
    with_account(world)
    browser = grown_up(world)
    browser.request("PATCH", "/v1/session", json_body={"participant_name": "Ada", "preferences": {"theme": "dark"}})
    before = Browser(world.app, jar=dict(browser.jar))

    view = log_in(browser).json()

    assert (view["participant_name"], view["preferences"]["theme"], view["age"]) == ("Ada", "dark", "adult")
    assert browser.jar[NAME] != before.jar[NAME]
    assert before.get("/v1/session").status == 401


def test_no_socket_outlives_the_session_before(world: World) -> None:
    """Issue: a new id at every change of privilege; whoever listens under the old one is cut off."""
    with_account(world)
    browser = world.member()
    browser.connect("before")
    log_in(browser)
    assert world.pushes.closed == ["before"]
    expiry.reap(now=world.now)
    assert world.aws.items("connections") == []


def test_who_logs_in_on_a_new_device_is_not_asked_for_their_age_again(world: World) -> None:
    """C7: the outcome was kept at registration."""
    with_account(world)
    assert log_in(world.browser()).json()["age"] == "adult"


def test_logging_out_everywhere_ends_all_devices(world: World) -> None:
    """C5: log out, log out everywhere."""
    first, second = with_account(world), world.browser()
    log_in(second)
    assert second.delete("/v1/session").status == 204
    assert (first.get("/v1/account").status, second.get("/v1/account").status) == (200, 401)
    log_in(second)
    assert first.delete("/v1/sessions").status == 204
    assert (first.get("/v1/account").status, second.get("/v1/account").status) == (401, 401)


def test_weaker_hashes_are_made_anew_at_the_next_log_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: re-hashed when parameters rise; once, and the password stays the same."""
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1_024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: weak)
    with_account(world)
    monkeypatch.undo()
    hashes, seen = [], hashings(monkeypatch)
    for _ in range(2):
        assert log_in(world.browser()).status == 200
        [stored] = world.aws.items("accounts")
        hashes.append(stored["password_hash"]["S"])
    assert hashes[0] == hashes[1]
    assert hashes[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert seen == ["verify", "hash", "verify"]


def test_a_new_secret_seals_what_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue, rotation: within 12 h of use nothing of an account or its session needs the older secret to be opened."""
    browser = with_account(world)
    secret, _ = with_second_factor(world, browser)
    log_in(world.browser(), totp=code_of(secret, world.now))
    both = " ".join(base64.b64encode(one).decode() for one in (SECRET[::-1], SECRET))
    monkeypatch.setenv("EARSHOT_SECRET", both)
    settings.cache_clear()
    world.clock.advance(12 * HOUR + 1)
    assert log_in(world.browser(), totp=code_of(secret, world.now)).status == 200
    assert browser.get("/v1/session").json()["account"] == {"email": EMAIL}
    [account] = world.aws.items("accounts")
    mine = [one for one in world.aws.items("sessions") if int(one["used_at_ms"]["N"]) == world.now]
    assert len(mine) == 2
    for item, name, purpose in (
        (account, "email", "accounts/email"), (account, "totp_secret", "accounts/totp"),
        *((one, "email", "sessions/email") for one in mine),
    ):  # fmt: skip
        assert is_sealed_with(SECRET[::-1], purpose, item[name]["S"]), (name, purpose)
    assert browser.get("/v1/account").json()["email"] == EMAIL


def test_a_second_account_in_the_same_browser_takes_over(world: World) -> None:
    """C5: nobody stays signed in twice in one browser."""
    with_account(world, "ben@example.org")
    browser = with_account(world)
    old = Browser(world.app, jar=dict(browser.jar))
    assert log_in(browser, "ben@example.org").json()["account"] == {"email": "ben@example.org"}
    assert old.get("/v1/session").status == 401


def test_no_address_can_be_read_from_a_session(world: World) -> None:
    """C3, C5: stored sealed, shown to its owner."""
    browser = with_account(world)
    assert browser.get("/v1/session").json()["account"] == {"email": EMAIL}
    assert world.aws.mentions(EMAIL) == []


def test_logs_hold_nothing_personal(world: World, log_lines: io.StringIO) -> None:
    """G6: no e-mail, password, token or name in any log, faults included."""
    browser = with_account(world)
    with_second_factor(world, browser)
    log_in(world.browser(), password="not the right one")
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    written = log_lines.getvalue()
    assert not [word for word in (EMAIL, "ada@", PASSWORD, "token") if word in written]
