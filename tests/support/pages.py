"""A page in a browser tab, as the server sees it: what it stages and shows, its heartbeats and its end."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import service
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import RoomId
from infra.local.chalice_app import handlers_of
from infra.local.events import LambdaContext, schedule_event
from tests.support.browser import Answer, Browser, Socket
from tests.support.world import World

LEASE_MS = 30 * MINUTE  # as docs/product.md promises
URL = "https://example.org/"


@dataclass
class Page:
    browser: Browser
    tab_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def stage(self, url: str = URL, title: str | None = None) -> Answer:
        body = {"url": url} if title is None else {"url": url, "title": title}
        return self.browser.post("/v1/content", json_body=body, headers={"Earshot-Tab": self.tab_id})

    def staged(self, url: str = URL, title: str | None = None) -> str:
        """The id of an item that it stages."""
        answer = self.stage(url, title)
        assert answer.status == 201, answer
        return str(answer.json()["content_id"])

    def show(self, content_id: str, room: str, shown_as: str = "card") -> Answer:
        body = {"room_id": room, "as": shown_as}
        return self.browser.request("PUT", f"/v1/content/{content_id}/shown", json_body=body)

    def shown(self, room: str, url: str = URL, title: str | None = None, shown_as: str = "card") -> str:
        """The id of an item that it stages and shows."""
        content_id = self.staged(url, title)
        answer = self.show(content_id, room, shown_as)
        assert answer.status == 200, answer
        return content_id

    def take_back(self, content_id: str) -> Answer:
        return self.browser.delete(f"/v1/content/{content_id}/shown")

    def delete(self, content_id: str) -> Answer:
        return self.browser.delete(f"/v1/content/{content_id}")

    def hear(self) -> Answer:
        return self.browser.request("PUT", f"/v1/tabs/{self.tab_id}/lease")

    def close(self) -> Answer:
        """The beacon that a page sends when it goes."""
        return self.browser.post(f"/v1/tabs/{self.tab_id}/closed?tab={self.tab_id}", json_body={})

    def panel(self) -> list[dict[str, Any]]:
        answer = self.browser.get("/v1/content")
        assert answer.status == 200, answer
        return list(answer.json()["content"])

    def panel_ids(self) -> list[str]:
        return [one["content_id"] for one in self.panel()]


def seen(browser: Browser, room: str) -> list[dict[str, Any]]:
    """What the meeting shows to a member."""
    answer = browser.get(f"/v1/rooms/{room}")
    assert answer.status == 200, answer
    return list(answer.json()["content"])


def seen_ids(browser: Browser, room: str) -> list[str]:
    return [one["content_id"] for one in seen(browser, room)]


def meeting(*people: Browser) -> str:
    """They are in a room together, by codes."""
    first, *others = people
    made = first.post("/v1/join-codes", json_body={}).json()
    room = str(made["room_id"])
    for other in others:
        code = first.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
        assert other.post(f"/v1/join-codes/{code}", json_body={}).status == 200
    return room


def following(browser: Browser, room: str, name: str) -> Socket:
    """A socket of theirs that follows the room."""
    socket = browser.connect(name)
    socket.resume(room)
    return socket


def merge(world: World, one: str, other: str) -> None:
    service.merge_rooms(RoomId(one), RoomId(other), now=world.now)


def let_the_schedule_fire(world: World) -> None:
    """The reaper, as the schedule calls it."""
    for timed in handlers_of(world.app).schedules:
        timed.handler(schedule_event(timed.name, world.now / 1_000), LambdaContext(timed.name))


def pass_minutes(world: World, until_ms: int) -> None:
    """Time goes on to that instant, the schedule firing every minute."""
    while world.now + MINUTE <= until_ms:
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)
    world.clock.now_ms = until_ms
