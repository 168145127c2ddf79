"""Log in: cheap, limited before any hashing, under a new session id every time."""

import base64
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from chalicelib.accounts import attempts, login, models, passwords
from chalicelib.accounts.attempts import Guess, Tallies
from chalicelib.lifetimes import DAY, HOUR, MINUTE, SECOND
from chalicelib.runtime import expiry, meter
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.crypto import is_sealed_with
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.settings import settings
from chalicelib.sessions import edge
from tests.support.accounts import (
    EMAIL,
    GROWN_UP,
    PASSWORD,
    code_of,
    grown_up,
    log_in,
    mailed_token,
    with_account,
    with_second_factor,
)
from tests.support.browser import Browser
from tests.support.environment import SECRET
from tests.support.world import World

NAME, OTHER = "__Host-earshot", "ben@example.org"


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


def prepared(world: World, monkeypatch: pytest.MonkeyPatch, case: str) -> tuple[Browser, dict[str, str]]:
    """Somebody about to log in, and what they send beside address and password."""
    owner = with_account(world)
    secret, codes = with_second_factor(world, owner) if "code" in case else ("", [""])
    if "unused" in case:
        world.clock.advance(12 * HOUR + 1)
    browsers: dict[str, Callable[[], Browser]] = {
        "guest": world.member,
        "signed in": lambda: owner,
        "another": lambda: with_account(world, OTHER),
    }
    browser = browsers.get(case.split(",")[0], world.browser)()
    if "consents" in case:
        browser.post("/v1/session/age", json_body=GROWN_UP)
        browser.request("PUT", "/v1/consents", json_body={"news": True, "improvement": True, "insights": True})
    if "meeting" in case:
        assert browser.post("/v1/join-codes", json_body={}).status == 201
        browser.connect("before", tab=str(uuid.uuid4()))
    if "sealed" in case:  # the cookie is due to be sealed again, and by another secret
        monkeypatch.setenv("EARSHOT_SECRET", " ".join(base64.b64encode(one).decode() for one in (SECRET[::-1], SECRET)))
        settings.cache_clear()
        world.clock.advance(HOUR)
    code = codes[0] if "recovery" in case else code_of(secret, world.now) if secret else ""
    return browser, {"totp": code} if code else {}


@pytest.mark.parametrize(
    "case",
    [
        "new", "guest", "signed in", "new, unused for 12 h", "guest, unused for 12 h", "new, code", "guest, code",
        "guest, recovery code, unused for 12 h", "signed in, code, unused for 12 h", "new, recovery code",
        "guest, in a meeting, consents", "signed in, in a meeting, code, unused for 12 h", "another, in a meeting",
        "guest, sealed", "another, consents, sealed, code, unused for 12 h",
    ],
)  # fmt: skip
def test_a_log_in_costs_one_verification_and_at_most_four_requests(
    world: World, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """C5: one argon2 verification, at most 4 DynamoDB calls, in every case."""
    browser, code = prepared(world, monkeypatch, case)
    seen = hashings(monkeypatch)
    with meter.metering() as metered:
        assert log_in(browser, **code).status == 200
    assert seen == ["verify"]
    sockets = [] if case.startswith("new") else [("Query", "connections")]
    assert [one for one, _ in calls(metered)[:3]] == ["BatchGetItem", "UpdateItem", "TransactWriteItems"]
    assert calls(metered)[3:] == sockets
    assert len(calls(metered)) <= 4


@pytest.mark.parametrize("case", ["wrong password", "wrong code", "no code", "unknown"])
def test_a_log_in_that_fails_costs_no_more(world: World, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """C5: one argon2 verification, at most 4 DynamoDB calls."""
    with_second_factor(world, with_account(world))
    browser, seen = world.member(), hashings(monkeypatch)
    more = {"wrong password": {"password": "not the right one"}, "wrong code": {"totp": "000000"}}.get(case, {})
    email = "nobody@example.org" if case == "unknown" else EMAIL
    with meter.metering() as metered:
        assert log_in(browser, email, **more).status == 401
    assert seen == ["verify"]
    assert len(calls(metered)) <= 4


def test_the_accounts_last_use_is_recorded_with_each_log_in(world: World) -> None:
    """The four lifetimes: 180 days from then, to the millisecond."""
    with_account(world)
    for elapsed in (1, 12 * HOUR):
        world.clock.advance(elapsed)
        log_in(world.browser())
        [stored] = world.aws.items("accounts")
        assert int(stored["used_at_ms"]["N"]) == world.now
        assert int(stored["expires_at_ms"]["N"]) == world.now + 180 * DAY


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


def besieged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers of many networks guess at the account until all of them are refused."""
    monkeypatch.setattr(attempts, "WRONG_ANYWHERE", replace(attempts.WRONG_ANYWHERE, allowed=20))
    statuses = [log_in(world.browser(f"8.8.{n}.8"), password="not the right one").status for n in range(21)]
    assert statuses == [401] * 20 + [429]


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
        _reset(world, before, "the first good password")
    elif proved == "changed here":
        body = {"password": PASSWORD, "new_password": "the first good password"}
        assert before.request("PUT", "/v1/account/password", json_body=body).status == 200
    held = edge.held_pass({"cookie": f"{NAME}={before.jar[NAME]}"})
    assert login.look_up(EMAIL, held, "8.8.8.8", now=world.now).guess.own
    _reset(world, world.member(), "the second good password")
    assert login.look_up(EMAIL, held, "8.8.8.8", now=world.now).guess.own is None


def test_whoever_reads_the_mail_cannot_try_codes_without_end(world: World) -> None:
    """C5, ADR 12: another password gives no more codes: ten a quarter of an hour, on all devices it was chosen on."""
    secret, _ = with_second_factor(world, with_account(world))
    world.clock.advance(15 * MINUTE)
    statuses = []
    for n in range(3):
        thief, password = world.member("8.8.8.8"), f"a password chosen {n} times"
        _reset(world, thief, password)
        guesses = [Browser(world.app, jar=dict(thief.jar)) for _ in range(4)]
        statuses += [log_in(one, password=password, totp="000000").status for one in guesses]
    assert statuses == [401] * 10 + [429] * 2
    owner = world.browser("6.6.6.6")
    assert log_in(owner, password=password, totp=code_of(secret, world.now)).status == 200


def _reset(world: World, browser: Browser, password: str) -> None:
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    body = {"token": mailed_token_of_reset(world), "password": password}
    assert browser.post("/v1/accounts/password", json_body=body).status == 200


def mailed_token_of_reset(world: World) -> str:
    """Another mail says that the password was changed."""
    found = [token for one in world.aws.mails() for token in re.findall(r"reset#token=([\w-]+)", one.text)]
    return str(found[-1])


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


def test_use_of_the_service_is_use_of_the_account(world: World) -> None:
    """The four lifetimes: whoever is signed in and only meets others keeps the account, at one write in 12 h."""
    browser = with_account(world)
    for _ in range(10):
        world.clock.advance(20 * DAY)
        with meter.metering() as metered:
            assert browser.get("/v1/session").status == 200
        assert calls(metered) == [("GetItem", "sessions"), ("TransactWriteItems", "sessions")]
    with meter.metering() as metered:
        browser.get("/v1/account")
    assert not any(one.write for one in metered.calls)
    assert log_in(world.browser()).status == 200


def test_a_session_does_not_bring_an_account_back(world: World) -> None:
    """F5: what has expired, or is another one by now, is not used by it."""
    browser = with_account(world)
    [stored] = world.aws.items("accounts")
    models.accounts.delete(stored["address"]["S"])
    world.clock.advance(DAY)
    assert browser.get("/v1/session").status == 200
    assert browser.get("/v1/account").status == 401
    assert world.aws.items("accounts") == []


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


def test_logs_hold_nothing_personal(world: World, log_lines: object) -> None:
    """G6: no e-mail, password, token or name in any log, faults included."""
    browser = with_account(world)
    with_second_factor(world, browser)
    log_in(world.browser(), password="not the right one")
    browser.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    written = log_lines.getvalue()  # type: ignore[attr-defined]
    assert not [word for word in (EMAIL, "ada@", PASSWORD, "token") if word in written]
