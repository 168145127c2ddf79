"""The account of someone signed in: settings, and its end."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.accounts import models, service
from chalicelib.accounts.signed import find_signed
from chalicelib.lifetimes import DAY
from chalicelib.privacy import service as privacy
from chalicelib.sessions import service as sessions
from chalicelib.sessions.edge import held_pass
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import find_session
from tests.support.accounts import EMAIL, PASSWORD, grown_up, log_in, mailed_token, register, with_account
from tests.support.browser import Answer, Browser
from tests.support.memory import Crash, Memory, in_memory
from tests.support.world import World

OWN = [
    ("GET", "/v1/account", None),
    ("PATCH", "/v1/account", {"language": "fr"}),
    ("DELETE", "/v1/account", {"password": PASSWORD}),
    ("PUT", "/v1/account/password", {"password": PASSWORD, "new_password": "another good password"}),
    ("POST", "/v1/account/totp", {"password": PASSWORD}),
    ("PUT", "/v1/account/totp", {"totp": "123456"}),
    ("DELETE", "/v1/account/totp", {"password": PASSWORD}),
]


def patch(browser: Browser, **body: object) -> Answer:
    return browser.request("PATCH", "/v1/account", json_body=body)


def erase(browser: Browser, password: str = PASSWORD) -> Answer:
    return browser.delete("/v1/account", json_body={"password": password})


@pytest.mark.parametrize(("method", "path", "body"), OWN)
def test_a_guest_has_no_account(world: World, method: str, path: str, body: object) -> None:
    """API: 401, and what to do."""
    answer = grown_up(world).request(method, path, json_body=body)
    assert (answer.status, answer.json()["type"]) == (401, "/problems/sign-in-required")


def test_settings_change_one_by_one_and_stay(world: World) -> None:
    """C5, D9: on for a new account; each by itself."""
    browser = with_account(world)
    assert patch(browser, capture_insights=False).json()["capture_insights"] is False
    assert patch(browser, language="ru").json()["language"] == "ru"
    assert patch(browser, mail={"report_ready": True}).json()["mail"] == {"report_ready": True, "news": False}
    assert patch(browser, mail={"report_ready": False}).json()["mail"] == {"report_ready": False, "news": False}
    assert patch(browser, mail={"news": True}).json()["mail"] == {"report_ready": False, "news": True}
    found = browser.get("/v1/account").json()
    assert patch(browser).json() == found
    assert (found["email"], found["capture_insights"], found["language"], found["totp"]) == (EMAIL, False, "ru", False)
    assert found["mail"] == {"report_ready": False, "news": True}


@pytest.mark.parametrize(
    "body",
    [
        {"email": "new@example.org"},
        {"totp": True},
        {"mail": {"everything": True}},
        {"language": "de"},
        {"language": None},
    ],
)
def test_nothing_else_can_be_set(world: World, body: dict[str, object]) -> None:
    """F12: unknown field 422."""
    browser = with_account(world)
    before = browser.get("/v1/account").json()
    assert patch(browser, **body).status == 422
    assert browser.get("/v1/account").json() == before


def test_mails_are_in_the_accounts_language(world: World) -> None:
    """G5: whatever language the asker's browser speaks."""
    patch(with_account(world), language="ru")
    world.browser().post("/v1/accounts/password-reset", json_body={"email": EMAIL, "language": "fr"})
    assert world.aws.mails()[-1].subject == "Выберите новый пароль для Earshot"


def test_erasing_the_account_ends_it_at_once(world: World) -> None:
    """F4, its first part: from that moment nobody can use or read the account; all devices are out, sockets closed."""
    browser, other = with_account(world, consents={"news": True}), world.browser()
    log_in(other)
    other.connect("other")

    answer = erase(browser)

    assert (answer.status, answer.json()["erased_at_ms"]) == (200, world.now)
    assert browser.jar == {}
    assert other.get("/v1/session").status == 401
    assert world.pushes.closed == ["other"]
    assert log_in(world.browser()).status == 401
    assert world.aws.items("accounts") == world.aws.items("sessions") == []


def test_its_owner_is_told_by_mail_that_it_is_gone(world: World) -> None:
    """F4: somebody else may have done it."""
    erase(with_account(world, language="ru"))
    mail = world.aws.mails()[-1]
    assert (mail.to, mail.subject) == ((EMAIL,), "Ваша учётная запись Earshot удалена")


def test_strangers_do_not_keep_its_owner_from_proving_the_password(world: World) -> None:
    """C5, F4: their guesses at the address are not counted against who is signed in."""
    browser = with_account(world)
    assert 429 in [log_in(world.browser(), password="not the right one").status for _ in range(11)]
    assert erase(browser).status == 200


def test_what_is_left_of_an_account_names_nobody(world: World) -> None:
    """F4: decisions on consent under a digest, withdrawn, and the note that keeps a backup from undoing the erasure."""
    browser = with_account(world, consents={"news": True, "improvement": False})
    [stored] = world.aws.items("accounts")
    erase(browser)
    for text in (EMAIL, stored["account_id"]["S"], stored["address"]["S"]):
        assert [one for one in world.aws.mentions(text) if "token" not in one] == []
    left = [(one["purpose"]["S"], one["given"]["BOOL"]) for one in world.aws.items("consents")]
    assert left == [("news", True), ("news", False)]
    for note in world.aws.items("erasures"):
        assert set(note) - {"whose"} == {"subject", "erased_at_ms", "whole", "expires_at", "expires_at_ms"}


def test_a_wrong_password_erases_nothing(world: World) -> None:
    """F4: irreversible, so the password is asked for once more, and guesses are limited."""
    browser = with_account(world)
    world.clock.advance(DAY)
    assert [erase(browser, "not the right one").status for _ in range(11)] == [401] * 10 + [429]
    assert browser.get("/v1/account").status == 200


def test_whoever_was_erased_can_register_again_as_somebody_new(world: World) -> None:
    """F4: nothing of before comes back."""
    browser = with_account(world, consents={"news": True})
    [before] = world.aws.items("accounts")
    patch(browser, capture_insights=False)
    erase(browser)

    again = with_account(world)

    [after] = world.aws.items("accounts")
    assert before["account_id"]["S"] != after["account_id"]["S"]
    assert again.get("/v1/account").json()["capture_insights"] is True
    assert again.get("/v1/consents").json()["consents"][0]["history"] == []
    assert models.find(before["account_id"]["S"], now=world.now) is None


def test_a_session_whose_account_is_gone_is_nobodys(world: World) -> None:
    """F5: the account ends by itself after 180 days; a session that outlives it shows nothing of it."""
    browser = with_account(world)
    [stored] = world.aws.items("accounts")
    models.accounts.delete(stored["address"]["S"])
    for method, path, body in OWN:
        assert browser.request(method, path, json_body=body).status == 401


def test_an_unconfirmed_account_is_no_account(world: World) -> None:
    """C5: found by its address only, to be confirmed."""
    register(grown_up(world))
    [stored] = world.aws.items("accounts")
    assert models.find(stored["account_id"]["S"], now=world.now) is None
    assert mailed_token(world)


def test_an_erasure_that_breaks_off_can_be_repeated(world: World) -> None:
    """F4: whichever request was the last to succeed, the owner is either rid of the account or can say so again."""
    with in_memory() as memory:
        browser = with_account(world, consents={"news": True})
        signed = find_signed(edge_session(browser, world), now=world.now)
        for survived in range(requests_of(memory, lambda: service.erase_account(signed, PASSWORD, now=world.now))):
            with memory.undone():
                with suppress(Crash), memory.crash_after(survived):
                    service.erase_account(signed, PASSWORD, now=world.now)
                again = world.browser()
                if log_in(again).status == 200:
                    assert erase(again).status == 200
                assert memory.items("accounts") == memory.items("sessions") == []


def test_an_erasure_that_comes_too_late_leaves_everything_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4: 409 where the account was changed at that moment; no trace of an erasure, and no consent withdrawn."""
    browser = with_account(world, consents={"news": True})
    [stored] = world.aws.items("accounts")
    account_id, end = stored["account_id"]["S"], sessions.end_sessions_of

    def meanwhile(ended: str, *, now: int) -> None:
        """Its owner follows a link in a mail."""
        end(ended, now=now)
        found = models.find(account_id, now=now)
        assert found
        assert models.change_password(found, str(found.password_hash), "another revision", now=now)

    monkeypatch.setattr(sessions, "end_sessions_of", meanwhile)
    assert erase(browser).status == 409
    monkeypatch.undo()
    who = privacy.account(account_id)
    assert not privacy.is_erased(who, now=world.now)
    assert privacy.has_consented("news", who, world.now)
    assert log_in(world.browser()).status == 200


def requests_of(memory: Memory, act: Callable[[], object]) -> int:
    """How many requests `act` makes; what it writes is undone."""
    before = memory.requests
    with memory.undone():
        act()
    return memory.requests - before


def edge_session(browser: Browser, world: World) -> Session:
    """The server's half of the browser's session."""
    held = held_pass({"cookie": "; ".join(f"{name}={value}" for name, value in browser.jar.items())})
    return find_session(held, now=world.now)
