"""Two people share a browser: the second one's account takes nothing over from the first one's."""

import pytest

from chalicelib.runtime import expiry
from tests.support.accounts import GROWN_UP, log_in, with_account
from tests.support.browser import Browser
from tests.support.world import World

FIRST, SECOND = "ada@example.org", "grace@example.org"


@pytest.fixture
def shared(world: World) -> Browser:
    """Signed in to the first account, with a name and preferences, in a meeting, with somebody in the second one."""
    with_account(world, SECOND)
    world.clock.advance(15 * 60_000)
    browser = with_account(world, FIRST)
    wanted = {"participant_name": "Ada Lovelace", "preferences": {"language": "fr", "theme": "dark"}}
    assert browser.request("PATCH", "/v1/session", json_body=wanted).status == 200
    assert browser.post("/v1/rooms", json_body={"title": "Standup"}).status == 201
    return browser


def test_the_second_account_in_a_browser_is_somebody_else(world: World, shared: Browser) -> None:
    """C1, C5: neither name, person, preferences nor meeting of the first; that one is logged out as by itself, what
    was kept for it goes within a minute."""
    before = Browser(world.app, jar=dict(shared.jar))
    [first] = {one["participant_id"]["S"] for one in world.aws.mentions("Ada Lovelace") if "email" in one}
    shared.connect("tab")

    view = log_in(shared, SECOND).json()

    assert view["account"] == {"email": SECOND}
    assert view["preferences"] == {}
    assert before.get("/v1/session").status == 401
    assert world.pushes.closed == ["tab"]
    expiry.reap(now=world.now)
    assert world.aws.mentions("Ada Lovelace") == []
    assert first not in {one["participant_id"]["S"] for one in world.aws.items("sessions")}
    assert all("room_id" not in one for one in world.aws.items("sessions"))


def test_the_same_account_again_stays_the_same_person(world: World, shared: Browser) -> None:
    """C5: a log in over one's own session keeps name and preferences."""
    view = log_in(shared, FIRST).json()
    assert (view["participant_name"], view["preferences"]["theme"]) == ("Ada Lovelace", "dark")


def test_a_guest_takes_name_and_preferences_along(world: World) -> None:
    """C5: they decided as themselves before they logged in."""
    with_account(world, FIRST)
    guest = world.browser()
    guest.post("/v1/session/age", json_body=GROWN_UP)
    guest.request("PATCH", "/v1/session", json_body={"participant_name": "Philippa"})
    assert log_in(guest, FIRST).json()["participant_name"] == "Philippa"
