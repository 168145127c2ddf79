"""A meeting that an organiser runs, and what the browsers in it measure."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.support.accounts import EMAIL, with_account
from tests.support.browser import Answer, Browser
from tests.support.world import World


@dataclass
class Held:
    """`room` is the meeting's address; people enter by its link."""

    world: World
    organiser: Browser
    room: str
    ids: dict[str, str] = field(default_factory=dict)  # participants by name

    def enter(self, browser: Browser, name: str, **more: Any) -> Browser:
        path = f"/v1/rooms/{self.room}/participants"
        answer = browser.post(path, json_body={"name": name, **more})
        assert answer.status == 201, answer.body
        self.ids[name] = browser.get(f"/v1/rooms/{self.room}").json()["me"]
        return browser

    def guest(self, name: str, *, agrees: bool = True) -> Browser:
        """Somebody who comes in and, unless told otherwise, agrees to be measured."""
        browser = grown_up_guest(self.world)
        if agrees:
            agree(browser)
        return self.enter(browser, name)


def hold(world: World, email: str = EMAIL, **wanted: Any) -> Held:
    """A meeting of a fresh account, with nobody in it."""
    organiser = with_account(world, email)
    made = organiser.post("/v1/rooms", json_body={"title": "Weekly", **wanted})
    assert made.status == 201, made.body
    return Held(world, organiser, made.json()["room_id"])


def grown_up_guest(world: World) -> Browser:
    browser = world.member()
    assert browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980}).status == 200
    return browser


def agree(browser: Browser, agrees: bool = True) -> None:
    assert browser.request("PUT", "/v1/consents", json_body={"insights": agrees}).status == 200


def send(browser: Browser, room: str, sequence: int, *events: tuple[str, int, int], **more: Any) -> Answer:
    """A batch of one tab, `tab` if that matters; events as (kind, from, to)."""
    tab = more.pop("tab", "00000000-0000-4000-8000-000000000001")
    listed = [{"kind": kind, "from_ms": from_ms, "to_ms": to_ms} for kind, from_ms, to_ms in events]
    body = {"sequence": sequence, "events": listed, **more}
    return browser.post(f"/v1/rooms/{room}/insights", json_body=body, headers={"Earshot-Tab": str(uuid.UUID(tab))})
