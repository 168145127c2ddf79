"""What somebody's rights cost, however often they have logged in and however many meetings they were in (F3, F4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.insights.meeting_models import new_stay, stays
from chalicelib.insights.name_models import Called, name_attendees
from chalicelib.lifetimes import DAY, HOUR, MINUTE
from chalicelib.privacy.erasing_models import SEALED
from chalicelib.privacy.named import seal_person
from chalicelib.runtime import expiry, holdings
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import derived
from chalicelib.runtime.meter import item_size, metering
from chalicelib.sessions import aftermath, renewal
from chalicelib.sessions.participant_models import new_participant, participants
from tests.support.accounts import EMAIL, PASSWORD, grown_up, log_in, with_account
from tests.support.belongings import session_of
from tests.support.browser import Browser
from tests.support.erasures import finish, started
from tests.support.insights import hold
from tests.support.memory import Memory, in_memory
from tests.support.passing import pass_with_reaper
from tests.support.world import World

MANY = (10, 1_000)


@dataclass
class Cost:
    requests: int
    steps: int  # that waited for one another


def cost(act: Callable[[], object]) -> Cost:
    with metering() as metered:
        act()
    return Cost(metered.requests, metered.steps)


def owner(world: World) -> tuple[Browser, str]:
    browser = with_account(world)
    account_id = session_of(browser, world.now).account_id
    assert account_id
    return browser, account_id


def logged_in(world: World, account_id: str, times: int) -> None:
    """By browsers that keep nothing; the reaper comes after each."""
    for _ in range(times):
        world.clock.advance(10 * MINUTE)
        made = renewal.sign_in(
            None, account_id, Address(EMAIL), lambda _: None, now=world.now, age="adult", proof="proved"
        )
        assert made is not None
        reap_urgent(world)


def reap_urgent(world: World) -> None:
    expiry.reap(now=world.now, lanes=[expiry.URGENT])


def been_in(world: World, account_id: str, meetings: int) -> None:
    """Each as another participant, as a private window a day leaves it."""
    for number in range(meetings):
        who, meeting = derived("own", str(number)), derived("meeting", str(number))
        participants.put(new_participant(account_id, who, now=world.now))
        name_attendees(meeting, {who: Called("Ada")}, now=world.now)
        stays.put(new_stay(meeting, who, world.now - HOUR, world.now))


def of_rights(world: World, browser: Browser) -> dict[str, Cost]:
    """What each of them costs, one after the other."""

    def ask(method: str, path: str, **given: Any) -> Callable[[], object]:
        def asked() -> None:
            answer = browser.request(method, path, **given)
            assert answer.status == 200, answer.body

        return asked

    found = {"log in": cost(lambda: log_in(browser))}
    found["after it"] = cost(lambda: reap_urgent(world))
    world.clock.advance(12 * HOUR + 1)
    found["use"] = cost(ask("GET", "/v1/session"))
    found["ledger"] = cost(ask("GET", "/v1/disclosures"))
    found["no"] = cost(ask("PUT", "/v1/consents", json_body={"insights": False}))
    found["erasing"] = cost(ask("DELETE", "/v1/account", json_body={"password": PASSWORD}))
    found["workflow"] = cost(lambda: finish(started(world)[-1].given["erasure_id"], world.now))
    return found


def test_how_often_somebody_has_logged_in_costs_nothing(world: World) -> None:
    """ADR 24: neither a row each, nor a request of whatever is asked of them later."""
    with in_memory() as memory:
        browser, account_id = owner(world)
        logged_in(world, account_id, aftermath.SESSIONS_MAX)
        with memory.undone():
            few = of_rights(world, browser)
        logged_in(world, account_id, 450)
        assert memory.items("participants") == []
        assert len(of_account(memory, account_id)) <= aftermath.SESSIONS_MAX + 1
        many = of_rights(world, browser)
    assert {name: one.requests for name, one in many.items()} == pytest.approx(
        {name: one.requests for name, one in few.items()}, rel=0.1
    )
    assert many["use"].requests <= 5
    assert many["erasing"].steps < 1_500


def of_account(memory: Memory, account_id: str) -> list[object]:
    return [one for one in memory.items("sessions") if one.get("owner_id", {}).get("S") == account_id]


def test_what_it_costs_grows_with_the_meetings_alone(world: World) -> None:
    """F3, F4, F8: some requests for each, most of them side by side; none for each pair of meeting and participant."""
    found = dict[int, dict[str, Cost]]()
    for meetings in MANY:
        with in_memory():
            browser, account_id = owner(world)
            been_in(world, account_id, meetings)
            found[meetings] = of_rights(world, browser)
    few, many = (found[meetings] for meetings in MANY)
    assert many["use"] == few["use"]
    for name, most in {"log in": 1, "after it": 2, "ledger": 4, "no": 4, "erasing": 20, "workflow": 70}.items():
        grown = many[name].requests - few[name].requests
        assert grown <= most * (MANY[1] - MANY[0]), name
        assert many[name].steps - few[name].steps <= grown / 10 + 20, name


def test_of_very_many_names_an_erasure_remembers_what_it_cannot_find_again(world: World) -> None:
    """F4: DynamoDB takes no item of 400 KB, however many meetings somebody was in."""
    with in_memory() as memory:
        browser, account_id = owner(world)
        been_in(world, account_id, 1_500)
        person = holdings.identify(Person(account_id), now=world.now)
        assert len(person.places) == 1_500
        assert len(seal_person(SEALED, holdings.in_short(person, now=world.now))) < 2_000
        assert browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
        [row] = memory.items("receipts")
        assert item_size(row) < 4_000
        finish(started(world)[-1].given["erasure_id"], world.now)
        assert [one for one in memory.items("meetings") if "gone" not in one["kind"]["S"]] == []
        assert memory.items("participants") == []


def test_whom_an_account_was_is_known_for_as_long_as_it_is_used(world: World) -> None:
    """F3, F9: noted as they enter, moved on once in thirty days, and never over before the account."""
    with in_memory() as memory:
        held = hold(world)
        assert memory.items("participants") == []
        held.enter(held.organiser, "Ada")
        [mine] = memory.items("participants")
        for _ in range(30):
            pass_with_reaper(world, memory, 10 * DAY)
            assert held.organiser.get("/v1/account").status == 200
        pass_with_reaper(world, memory, MINUTE)
        [kept], [account] = memory.items("participants"), memory.items("accounts")
        assert kept["participant_id"] == mine["participant_id"]
        assert int(kept["expires_at_ms"]["N"]) > int(account["expires_at_ms"]["N"])


def test_what_a_guest_has_left_is_the_accounts_they_log_in_to(world: World) -> None:
    """F3: a form, though they were in no meeting; and of who has left nothing nothing is noted."""
    with in_memory() as memory:
        writer, other = with_account(world), world.member()
        assert memory.items("participants") == []
        guest = grown_up(world)
        assert guest.post("/v1/feedback", json_body={"about": "sound", "text": "Good"}).status == 201
        assert log_in(guest).status == 200
        assert len(memory.items("participants")) == 1
        assert log_in(other).status == 200
        assert len(memory.items("participants")) == 1
        assert guest.request("DELETE", "/v1/session").status == 204
        assert writer.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
        assert memory.items("outreach") == []
