"""From an address and a password to an account, and nobody learns who has one."""

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from chalicelib.accounts import attempts, mails, passwords, registration
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.runtime import meter
from chalicelib.runtime.errors import Unavailable
from tests.support.accounts import EMAIL, PASSWORD, grown_up, log_in, mailed_token, register, with_account
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
    assert found["mail"] == {"report_ready": True, "news": False}


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


@dataclass
class Seen:
    """All that an asker, or whoever measures the server, can see of one request."""

    answer: tuple[int, str, dict[str, str]]
    hashings: int
    calls: list[tuple[str, str]]
    mails: int


class Watch:
    """Counts argon2 runs, DynamoDB requests and mails of what is asked."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.runs = world, 0
        hasher = type(passwords._hasher())
        for name in ("hash", "verify"):
            monkeypatch.setattr(hasher, name, self._counted(getattr(hasher, name)))

    def _counted(self, method: object) -> object:
        def run(*args: object) -> object:
            self.runs += 1
            return method(*args)  # type: ignore[operator]

        return run

    def see(self, browser: Browser, path: str, body: dict[str, object]) -> Seen:
        runs, mails = self.runs, len(self.world.aws.mails())
        with meter.metering() as metered:
            answer = browser.post(path, json_body=body)
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        calls = [(one.operation, one.table) for one in metered.calls]
        return Seen((answer.status, answer.body, headers), self.runs - runs, calls, len(self.world.aws.mails()) - mails)


@pytest.mark.parametrize("confirmed", [True, False], ids=["an account", "an address that waits"])
@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/accounts", {"password": OTHER, "consents": {"news": True}}),
        ("/v1/accounts/password-reset", {}),
        ("/v1/session/login", {"password": OTHER}),
    ],
)
def test_known_and_unknown_addresses_look_alike(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, more: dict[str, object], confirmed: bool
) -> None:
    """C5: no way to tell by answer, mail or timing class: same body, same hashing, same requests, as many mails."""
    if confirmed:
        with_account(world)
    else:
        register(grown_up(world))
    watch = Watch(world, monkeypatch)
    known = watch.see(grown_up(world), path, {"email": EMAIL, **more})
    unknown = watch.see(grown_up(world), path, {"email": "nobody@example.org", **more})
    assert known == unknown
    assert known.hashings == (0 if "reset" in path else 1)
    assert known.mails == (0 if "login" in path else 1)


def test_a_registration_of_ones_own_does_not_tell_whether_an_address_has_an_account(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: a stranger registers both addresses and logs in with the password they chose: the same, mails included."""
    with_account(world)
    stranger, watch = grown_up(world, "8.8.8.8"), Watch(world, monkeypatch)
    addresses = (EMAIL, "nobody@example.org")
    for address in addresses:
        register(stranger, address, OTHER)
    body: dict[str, object] = {"password": OTHER}
    known, unknown = (watch.see(stranger, "/v1/session/login", body | {"email": one}) for one in addresses)
    assert known == unknown
    assert (known.answer[0], known.mails) == (401, 0)


def test_a_known_address_is_told_by_mail_and_nothing_changes(world: World) -> None:
    """C5: the second registration neither takes the account over nor stays unnoticed by its owner."""
    owner = with_account(world)
    assert register(grown_up(world), password=OTHER, consents={"news": True}).status == 202
    mail = world.aws.mails()[-1]
    assert (mail.to, mail.subject) == ((EMAIL,), "You have an Earshot account already")
    assert "token" not in mail.text
    assert owner.get("/v1/account").json()["mail"]["news"] is False
    assert log_in(world.browser()).status == 200


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
        failing.setattr(mails, "send", unavailable)
        assert ask(attempts.MAILS.allowed + 1) == [503] * (attempts.MAILS.allowed + 1)
    before = len(world.aws.mails())
    assert ask(attempts.MAILS.allowed + 2) == [202] * (attempts.MAILS.allowed + 2)
    assert len(world.aws.mails()) == before + attempts.MAILS.allowed


def unavailable(*_: object) -> None:
    raise Unavailable("SES is away.", retry_after_s=60)


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
                assert [one["given"] for one in browser.get("/v1/consents").json()["consents"]] == [True, False, False]
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
