"""An e-mail address that somebody gives with the link is the organiser's to read, as long as the name is (D1, D11)."""

from typing import Any

import pytest

from tests.support.belongings import person_of
from tests.support.browser import Browser
from tests.support.insights import Held, end, grown_up_guest, hold
from tests.support.world import World

EMAIL = "canary-4be9@example.org"
MINUTE = 60_000


def history(held: Held) -> dict[str | None, str | None]:
    """Addresses by name."""
    found = held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]
    return {one["name"]: one["email"] for one in found}


def come(held: Held, who: Browser, **said: Any) -> int:
    return who.post(f"/v1/rooms/{held.room}/participants", json_body=said).status


def test_an_address_that_is_given_is_in_the_history_and_nowhere_else_to_read(world: World) -> None:
    """D1: sealed wherever it is stored; of who gave none there is none."""
    held, ben = hold(world), grown_up_guest(world)
    assert come(held, ben, name="Ben", email=EMAIL) == 201
    held.guest("Cy")
    world.clock.advance(MINUTE)
    assert "canary-4be9" not in str(world.aws.items())
    end(held)
    assert "canary-4be9" not in str(world.aws.items())
    assert history(held) == {"Ben": EMAIL, "Cy": None}


def test_whoever_comes_again_need_not_give_it_again(world: World) -> None:
    """D1: present at the end or not; and whoever is inside may give it later."""
    held, ben, cy, dora = hold(world), grown_up_guest(world), grown_up_guest(world), grown_up_guest(world)
    for who, name in ((ben, "Ben"), (cy, "Cy")):
        assert come(held, who, name=name, email=f"{name}@example.org".lower()) == 201
        world.clock.advance(MINUTE)
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
        assert come(held, who) == 201
    assert cy.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    assert come(held, dora, name="Dora") == come(held, dora, email=EMAIL) == 201
    end(held)
    assert history(held) == {"Ben": "ben@example.org", "Cy": "cy@example.org", "Dora": EMAIL}


@pytest.mark.parametrize(
    "knocks", [[{"name": "Ben", "email": EMAIL}], [{"name": "Ben"}, {"email": EMAIL}]], ids=["at once", "at the second"]
)
def test_the_address_of_whoever_knocks_comes_in_with_them(world: World, knocks: list[dict[str, str]]) -> None:
    """A12, D1."""
    held, ben = hold(world), grown_up_guest(world)
    held.enter(held.organiser, "Ada")
    assert held.organiser.request("PATCH", f"/v1/rooms/{held.room}", json_body={"knock": True}).status == 200
    assert [come(held, ben, **said) for said in knocks] == [202] * len(knocks)
    [who] = person_of(ben, world.now).participants
    admitted = held.organiser.post(f"/v1/rooms/{held.room}/admissions/{who}", json_body={"admit": True})
    assert admitted.status == 204
    world.clock.advance(MINUTE)
    end(held)
    assert history(held) == {"Ada": None, "Ben": EMAIL}


def test_an_address_goes_with_the_name(world: World) -> None:
    """C1: deleted in a meeting that goes on and in one that is over; another name leaves it."""
    over, running, ben = hold(world), hold(world, "grace@example.org"), grown_up_guest(world)
    for held in (over, running):
        assert come(held, ben, name="Ben", email=EMAIL) == 201
        world.clock.advance(MINUTE)
    end(over)
    assert ben.request("PATCH", "/v1/session", json_body={"participant_name": "Benedict"}).status == 200
    assert history(over) == {"Ben": EMAIL}
    assert ben.request("PATCH", "/v1/session", json_body={"participant_name": None}).status == 200
    end(running)
    assert (history(over), set(history(running).values())) == ({None: None}, {None})
