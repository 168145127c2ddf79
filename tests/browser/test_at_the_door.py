"""The question to the people inside: is somebody who knocks with them?"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import WebSocketRoute, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.people import Person

KNOCKER = {"participant_id": "K" * 22, "name": "Vega 42"}


@dataclass
class Channel:
    """A page's live channel, with someone in between who can add a message."""

    routes: list[WebSocketRoute] = field(default_factory=list)

    def carry(self, route: WebSocketRoute) -> None:
        route.connect_to_server()  # whatever it says passes on unchanged
        self.routes.append(route)

    def push(self, **message: object) -> None:
        self.routes[-1].send(json.dumps(message))


@pytest.fixture
def asked(someone: Callable[..., Person]) -> tuple[Person, Channel]:
    """Somebody in a meeting, at whose door Vega 42 has knocked: the server asks where a sound leaves it in doubt."""
    one, two, channel = someone("room-a-seat-1"), someone("room-a-seat-2"), Channel()
    one.page.route_web_socket("**/live?*", channel.carry)
    one.page.reload()
    for person in (one, two):
        person.ear.click()
    for person in (one, two):
        person.lands()
        expect(person.names).to_have_count(2)
    channel.push(type="participant.knocking", room_id=one.meeting, sequence=99, at_ms=0, **KNOCKER)
    return one, channel


@pytest.mark.parametrize(("button", "admit"), [("yes", True), ("no", False)])
def test_the_question_is_answered_by_keyboard(asked: tuple[Person, Channel], button: str, admit: bool) -> None:
    """A8, G5: one Tab away from where the focus was, and accessible like everything else."""
    one, _ = asked
    question = one.page.locator(".door-question")
    expect(question).to_have_text(text("en", "door.question").replace("{name}", KNOCKER["name"]))
    expect(one.page.locator("#meeting-title")).to_be_focused()  # a question takes nobody's focus
    if admit:
        assert complaints(one.page) == []
    for _press in ["yes", "no"][: 1 if admit else 2]:
        one.page.keyboard.press("Tab")
    expect(one.page.locator(f".door-{button}")).to_be_focused()

    with one.page.expect_request("**/admissions/*") as answer:
        one.page.keyboard.press("Enter")

    assert answer.value.url.endswith(f"/v1/rooms/{one.meeting}/admissions/{KNOCKER['participant_id']}")
    assert answer.value.post_data_json == {"admit": admit}
    expect(question).to_have_text("")
    expect(one.page.locator("#meeting-title")).to_be_focused()
