"""Nobody learns who has an account: by answer, by mail or by the work that was done."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.accounts import passwords
from chalicelib.runtime import meter
from tests.support.accounts import EMAIL, grown_up, log_in, register, with_account
from tests.support.browser import Browser
from tests.support.world import World

OTHER = "another good password"


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

    def _counted(self, method: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object) -> object:
            self.runs += 1
            return method(*args)

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
