"""An account lives 180 days from its owner's last use of the service, however they use it."""

import pytest

from chalicelib.accounts import models
from chalicelib.lifetimes import DAY, HOUR
from chalicelib.runtime import expiry, meter
from tests.support.accounts import grown_up, log_in, with_account
from tests.support.counted import calls
from tests.support.insights import hold
from tests.support.world import World


def test_the_accounts_last_use_is_recorded_with_each_log_in(world: World) -> None:
    """The four lifetimes: 180 days from then, to the millisecond."""
    with_account(world)
    for elapsed in (1, 12 * HOUR):
        world.clock.advance(elapsed)
        log_in(world.browser())
        [stored] = world.aws.items("accounts")
        assert int(stored["used_at_ms"]["N"]) == world.now
        assert int(stored["expires_at_ms"]["N"]) == world.now + 180 * DAY


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
    """The four lifetimes: whoever is signed in and only meets others keeps the account, at one write in 12 h.

    As whom else they were in meetings, whose names live by that use, too, follows within a minute.
    """
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


@pytest.mark.parametrize("signed_in", [True, False], ids=["an account", "a guest"])
def test_a_page_that_only_stays_connected_is_use(world: World, signed_in: bool) -> None:
    """The four lifetimes: a socket that is opened anew half a day later is on record, and what names whoever it is
    lives by it."""
    held = hold(world)
    browser = held.organiser if signed_in else grown_up(world)
    held.enter(browser, "Ben")
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    assert log_in(world.browser()).status == 200  # as somebody else in meetings, whom that use keeps, too
    world.clock.advance(12 * HOUR + 1)
    assert browser.connect("a page").status == 200
    expiry.reap(now=world.now, lanes=[expiry.URGENT])
    sessions = [row for row in world.aws.items("sessions") if int(row["used_at_ms"]["N"]) == world.now]
    named = [int(row["expires_at_ms"]["N"]) for row in world.aws.items("meetings") if row["kind"]["S"] == "named-in"]
    assert (len(sessions), max(named)) == (1, world.now + 180 * DAY)
    used = {int(row["used_at_ms"]["N"]) == world.now for row in world.aws.items("accounts")}
    assert used == {signed_in}


def test_a_session_does_not_bring_an_account_back(world: World) -> None:
    """F5: what has expired, or is another one by now, is not used by it."""
    browser = with_account(world)
    [stored] = world.aws.items("accounts")
    models.accounts.delete(stored["address"]["S"])
    world.clock.advance(DAY)
    assert browser.get("/v1/session").status == 200
    assert browser.get("/v1/account").status == 401
    assert world.aws.items("accounts") == []
