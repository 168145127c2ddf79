"""A screen that was not told finds out by itself, within a minute."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from infra.local.testing import Running
from tests.browser.people import Person
from tests.browser.presenters import cards, meet_by_code, show

MINUTE_MS = 60_000
LOOK_EVERY_MS, LOOKS_MAX = 100, 200
BEHIND = """async ([sequence, ways]) => {
  const {isBehind} = await import("/assets/js/room-state.js");
  const content = [{content_id: "a", as: "card"}, {content_id: "b", as: "frame"}];
  const shown = Object.fromEntries(Object.entries(ways).map(([id, as]) => [id, {as, expires_at_ms: 1}]));
  return isBehind({sequence: 7, content}, {sequence, shown});
}"""
BOTH = {"a": "card", "b": "frame"}


class Deaf:
    """A page's live channel on which some messages never come, as if the process had died before it sent them."""

    def __init__(self) -> None:
        self.misses = ""  # a type
        self.resumed = 0
        self.forgotten = False  # the answer to a heartbeat names no room

    def carry(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def down(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] != self.misses:
                route.send(json.dumps(self.unnumbered(message)))

        def up(text: str | bytes) -> None:
            self.resumed += json.loads(text)["action"] == "resume"
            server.send(text)

        server.on_message(down)
        route.on_message(up)

    def await_resumed(self, times: int, page: Page) -> None:
        for _ in range(LOOKS_MAX):
            if self.resumed >= times:
                return
            page.wait_for_timeout(LOOK_EVERY_MS)

    def unnumbered(self, message: dict[str, Any]) -> dict[str, Any]:
        """No number was taken, either."""
        if self.forgotten:
            return {name: value for name, value in message.items() if name != "room"}
        return message | ({"room": message["room"] | {"sequence": 0}} if "room" in message else {})


@pytest.mark.parametrize(
    ("sequence", "shown", "behind"),
    [
        (7, BOTH, False),
        (6, BOTH, False),  # a message has come before the heartbeat's answer
        (8, BOTH, True),
        (7, {"a": "card"}, True),
        (7, {"a": "card", "c": "frame"}, True),
        (7, {**BOTH, "a": "frame"}, True),
        (7, {**BOTH, "c": "card"}, True),
        (7, {}, True),
    ],
)
def test_a_screen_is_compared_with_the_pulse(
    stack: Running, someone: Callable[..., Person], sequence: int, shown: dict[str, str], behind: bool
) -> None:
    """B4, B6: by number, by what is shown and by how."""
    assert someone().page.evaluate(BEHIND, [sequence, shown]) is behind


def test_what_nobody_told_appears_and_goes_with_the_next_heartbeat(someone: Callable[..., Person]) -> None:
    """B4, B6: the message was never sent, and no number is missing."""
    one, two, channel = someone(), someone(), Deaf()
    two.page.route_web_socket("**/live?*", channel.carry)
    two.page.clock.install()
    meet_by_code(one, two)
    expect(two.page.locator(".meeting-facts .link-state")).to_have_text("Live")
    channel.misses = "content.shown"
    entry = show(one.page, "https://example.org/minutes", "Minutes of May")
    expect(cards(one)).to_have_count(1)
    _a_minute_later(two.page)
    expect(cards(two)).to_have_count(1)
    channel.misses = "content.removed"
    entry.get_by_role("button", name="Take back").click()
    expect(cards(one)).to_have_count(0)
    expect(cards(two)).to_have_count(1)
    _a_minute_later(two.page)
    expect(cards(two)).to_have_count(0)
    assert channel.resumed == 1


def test_a_page_that_the_room_has_forgotten_follows_it_again(someone: Callable[..., Person]) -> None:
    """DESIGN, live channel: where the answer to a heartbeat names no room."""
    one, two, channel = someone(), someone(), Deaf()
    two.page.route_web_socket("**/live?*", channel.carry)
    two.page.clock.install()
    meet_by_code(one, two)
    expect(two.page.locator(".meeting-facts .link-state")).to_have_text("Live")
    assert channel.resumed == 1
    channel.forgotten = True
    with two.page.expect_response("**/v1/rooms/*"):
        _a_minute_later(two.page)
        channel.await_resumed(2, two.page)
    channel.forgotten = False
    entry = show(one.page, "https://example.org/minutes", "Minutes of May")
    expect(cards(two)).to_have_count(1)
    entry.get_by_role("button", name="Take back").click()
    expect(cards(two)).to_have_count(0)
    assert channel.resumed == 2


def _a_minute_later(page: Page) -> None:
    page.clock.fast_forward(MINUTE_MS)
