"""Strangers at the door: limited by account and by network before any hashing, and never at the owner's expense."""

import threading
from dataclasses import replace

import pytest

from chalicelib.accounts import attempts
from chalicelib.accounts.attempts import Guess, Tallies
from chalicelib.lifetimes import MINUTE, SECOND
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import TooMany
from tests.support.accounts import (
    EMAIL,
    besieged,
    code_of,
    log_in,
    with_account,
    with_second_factor,
)
from tests.support.counted import hashings
from tests.support.world import World


def test_one_network_may_guess_ten_times_in_a_quarter_of_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: limited per account and network before hashing; the right password is refused, too, from there."""
    with_account(world)
    world.clock.advance(15 * MINUTE)
    seen = hashings(monkeypatch)
    statuses = [log_in(world.browser(f"8.8.8.{n}"), password=f"guess number {n}").status for n in range(12)]
    refused = log_in(world.browser("8.8.8.99"))

    assert statuses == [401] * attempts.GUESSES.allowed + [429, 429]
    assert refused.status == 429
    assert len(seen) == attempts.GUESSES.allowed
    wait_s = int(refused.headers["retry-after"])
    assert 1 <= wait_s <= 15 * MINUTE // SECOND
    world.clock.advance(wait_s * SECOND)
    assert log_in(world.browser("8.8.8.99")).status == 200


def test_a_stranger_does_not_lock_the_owner_out(world: World) -> None:
    """C5, A11: whatever one network tries, every other one logs in."""
    with_account(world)
    for _ in range(attempts.GUESSES.allowed + 5):
        log_in(world.browser("8.8.8.8"), password="not the right one")
    assert log_in(world.browser("8.8.8.8")).status == 429
    assert log_in(world.browser("9.9.9.9")).status == 200


def test_guesses_from_everywhere_together_are_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: limited per account, wherever from, before hashing; only wrong ones count."""
    with_account(world)
    assert [log_in(world.browser("9.9.9.9")).status for _ in range(9)] == [200] * 9
    besieged(world, monkeypatch)
    seen = hashings(monkeypatch)
    assert log_in(world.browser("7.7.7.7")).status == 429
    assert seen == []
    world.clock.advance(15 * MINUTE)
    assert log_in(world.browser("7.7.7.7")).status == 200


def test_strangers_do_not_lock_the_second_factor(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: codes are tried by whoever has the password only; ten wrong ones, wherever from, are enough."""
    secret, _ = with_second_factor(world, with_account(world))
    monkeypatch.setattr(attempts, "WRONG_CODES", replace(attempts.WRONG_CODES, allowed=3))
    for n in range(4):
        log_in(world.browser(f"8.8.{n}.8"), password="not the right one", totp="000000")
    statuses = [log_in(world.browser(f"7.7.{n}.7"), totp="000000").status for n in range(4)]
    assert statuses == [401] * 3 + [429]
    assert log_in(world.browser("6.6.6.6"), totp=code_of(secret, world.now)).status == 429
    world.clock.advance(15 * MINUTE)
    assert log_in(world.browser("6.6.6.6"), totp=code_of(secret, world.now)).status == 200


def test_an_unknown_address_is_limited_like_a_known_one(world: World) -> None:
    """C5: the limit tells nothing."""
    allowed = attempts.GUESSES.allowed
    statuses = [log_in(world.browser(), "nobody@example.org").status for _ in range(allowed + 1)]
    assert statuses == [401] * allowed + [429]


def test_one_network_cannot_try_passwords_of_many_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: limited per network before hashing; a neighbour network is free."""
    monkeypatch.setattr(attempts, "WRONG_NEARBY", replace(attempts.WRONG_NEARBY, allowed=5))
    seen = hashings(monkeypatch)
    statuses = [log_in(world.browser(f"8.8.8.{n}"), f"a{n}@example.org").status for n in range(6)]
    assert statuses == [401] * 5 + [429]
    assert len(seen) == 5
    assert log_in(world.browser("8.8.9.1"), "a9@example.org").status == 401


def test_a_campus_logs_in_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5: of one network only wrong passwords count, and a lecture hall of them; right ones never."""
    monkeypatch.setattr(attempts, "WRONG_NEARBY", replace(attempts.WRONG_NEARBY, allowed=3))
    emails = [f"a{n}@example.org" for n in range(5)]
    for email in emails:
        with_account(world, email)
    assert [log_in(world.browser("8.8.8.8"), email).status for email in emails] == [200] * 5


def test_guesses_at_the_same_moment_are_counted_all(world: World) -> None:
    """C5: an atomic counter."""
    guess, statuses, barrier = Guess(Address(EMAIL), "8.8.8.0/24", None, Tallies()), [], threading.Barrier(8)
    world.clock.advance(15 * MINUTE)

    def count() -> None:
        try:
            barrier.wait()
            guess.count(now=world.now)
            statuses.append(200)
        except TooMany:
            statuses.append(429)

    for _ in range(2):
        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses.count(200) == attempts.GUESSES.allowed
