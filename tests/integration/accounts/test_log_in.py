"""Log in: cheap, limited before any hashing, under a new session id every time."""

import threading
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from chalicelib.accounts import attempts, passwords
from chalicelib.lifetimes import DAY, HOUR, MINUTE, SECOND
from chalicelib.runtime import meter
from tests.support.accounts import EMAIL, PASSWORD, grown_up, log_in, with_account, with_second_factor
from tests.support.browser import Browser
from tests.support.world import World

NAME = "__Host-earshot"


def calls(metered: meter.Meter) -> list[tuple[str, str]]:
    return [(one.operation, one.table) for one in metered.calls if one.requests]


def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with what argon2 is asked to do."""
    seen = list[str]()

    def recorded(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object) -> object:
            seen.append(name)
            return real(*args)

        return run

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, recorded(name, getattr(PasswordHasher, name)))
    return seen


def test_a_log_in_costs_one_verification_and_four_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: one argon2 verification, at most 4 DynamoDB calls."""
    with_account(world)
    seen = hashings(monkeypatch)
    with meter.metering() as metered:
        assert log_in(world.browser()).status == 200
    assert seen == ["verify"]
    assert calls(metered) == [
        ("UpdateItem", "limits"), ("UpdateItem", "limits"), ("GetItem", "accounts"), ("BatchWriteItem", "sessions"),
    ]  # fmt: skip


def test_a_session_adds_one_read_and_last_use_one_write_in_twelve_hours(world: World) -> None:
    """C5: an authenticated request adds at most 1 read and, at most once in 12 h, 1 write."""
    with_account(world)
    world.clock.advance(12 * HOUR + 1)
    browser, costs = world.member(), []
    for _ in range(2):
        with meter.metering() as metered:
            log_in(browser)
        costs.append(len(calls(metered)))
    assert costs == [6, 5]


def test_reading_the_account_costs_a_read_of_it(world: World) -> None:
    """C5, performance: session, account, and the consent that one of its settings is."""
    browser = with_account(world)
    with meter.metering() as metered:
        browser.get("/v1/account")
    assert calls(metered) == [("GetItem", "sessions"), ("GetItem", "accounts"), ("Query", "consents")]


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


def test_one_account_bears_ten_guesses_in_a_quarter_of_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: limited per account before hashing, wherever guesses come from; the right password is refused, too."""
    with_account(world)
    world.clock.advance(15 * MINUTE)
    seen = hashings(monkeypatch)
    statuses = [log_in(world.browser(f"8.8.{n}.8"), password=f"guess number {n}").status for n in range(12)]
    refused = log_in(world.browser("9.9.9.9"))

    assert statuses == [401] * attempts.GUESSES + [429, 429]
    assert refused.status == 429
    assert len(seen) == attempts.GUESSES
    wait_s = int(refused.headers["retry-after"])
    assert 1 <= wait_s <= 15 * MINUTE // SECOND
    world.clock.advance(wait_s * SECOND)
    assert log_in(world.browser("9.9.9.9")).status == 200


def test_an_unknown_address_is_limited_like_a_known_one(world: World) -> None:
    """C5: the limit tells nothing."""
    statuses = [log_in(world.browser(), "nobody@example.org").status for _ in range(attempts.GUESSES + 1)]
    assert statuses == [401] * attempts.GUESSES + [429]


def test_one_network_cannot_try_passwords_of_many_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: limited per network, before the account's own count and before hashing; a neighbour network is free."""
    monkeypatch.setattr(attempts, "LOG_INS", 5)
    seen = hashings(monkeypatch)
    statuses = [log_in(world.browser(f"8.8.8.{n}"), f"a{n}@example.org").status for n in range(6)]
    assert statuses == [401] * 5 + [429]
    assert len(seen) == 5
    assert log_in(world.browser("8.8.9.1"), "a9@example.org").status == 401


def test_guesses_at_the_same_moment_are_counted_all(world: World) -> None:
    """C5: an atomic counter."""
    with_account(world)
    world.clock.advance(15 * MINUTE)
    statuses, barrier = list[int](), threading.Barrier(8)

    def guess() -> None:
        try:
            barrier.wait()
            attempts.count_log_in(EMAIL, "8.8.8.8", now=world.now)  # type: ignore[arg-type]
            statuses.append(200)
        except Exception:
            statuses.append(429)

    for _ in range(2):
        threads = [threading.Thread(target=guess) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses.count(200) == attempts.GUESSES


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


@pytest.mark.parametrize(("idle_ms", "status"), [(180 * DAY - 1, 200), (180 * DAY, 401)])
def test_an_account_lives_180_days_from_its_last_use(world: World, idle_ms: int, status: int) -> None:
    """F5, the four lifetimes: to the millisecond, and then the address is unknown."""
    with_account(world)
    world.clock.advance(100 * DAY)
    assert log_in(world.browser()).status == 200
    world.clock.advance(idle_ms)
    assert log_in(world.browser()).status == status


def test_use_of_the_account_is_use_without_logging_in(world: World) -> None:
    """The four lifetimes: an authenticated request counts."""
    browser = with_account(world)
    for _ in range(10):
        world.clock.advance(20 * DAY)
        assert browser.get("/v1/account").status == 200
    assert log_in(world.browser()).status == 200


def test_a_second_account_in_the_same_browser_takes_over(world: World) -> None:
    """C5: nobody stays signed in twice in one browser."""
    with_account(world, "ben@example.org")
    browser = with_account(world)
    old = Browser(world.app, jar=dict(browser.jar))
    assert log_in(browser, "ben@example.org").json()["account"] == {"email": "ben@example.org"}
    assert old.get("/v1/session").status == 401


def test_logs_hold_nothing_personal(world: World, log_lines: object) -> None:
    """G6: no e-mail, password, token or name in any log, faults included."""
    browser = with_account(world)
    with_second_factor(world, browser)
    log_in(world.browser(), password="not the right one")
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    written = log_lines.getvalue()  # type: ignore[attr-defined]
    assert not [word for word in (EMAIL, "ada@", PASSWORD, "token") if word in written]
