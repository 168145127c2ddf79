"""What a log in costs: one argon2 verification and at most four requests, in every case."""

import base64
import uuid
from collections.abc import Callable

import pytest

from chalicelib.lifetimes import HOUR
from chalicelib.runtime import meter
from chalicelib.runtime.settings import settings
from tests.support.accounts import (
    EMAIL,
    GROWN_UP,
    code_of,
    log_in,
    with_account,
    with_second_factor,
)
from tests.support.browser import Browser
from tests.support.counted import calls, hashings
from tests.support.environment import SECRET
from tests.support.world import World

OTHER = "ben@example.org"


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


def test_reading_the_account_costs_a_read_of_it(world: World) -> None:
    """C5, performance: session, account, and the consents that two of its settings are."""
    browser = with_account(world)
    with meter.metering() as metered:
        browser.get("/v1/account")
    assert calls(metered) == [("GetItem", "sessions"), ("GetItem", "accounts"), *[("Query", "consents")] * 2]
