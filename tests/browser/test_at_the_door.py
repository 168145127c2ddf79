"""The question to the people inside: is somebody who knocks with them?"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.people import Person

KNOCKERS = {"K" * 22: "Vega 42", "L" * 22: "Deneb 7"}


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
def asked(someone: Callable[..., Person]) -> Person:
    """Somebody in a meeting, at whose door two have knocked: the server asks where a sound leaves it in doubt."""
    one, two, channel = someone("room-a-seat-1"), someone("room-a-seat-2"), Channel()
    one.page.route_web_socket("**/live?*", channel.carry)
    one.page.reload()
    for person in (one, two):
        person.ear.click()
    for person in (one, two):
        person.lands()
        expect(person.names).to_have_count(2)
    for knocker, name in KNOCKERS.items():
        channel.push(
            type="participant.knocking", room_id=one.meeting, sequence=99, at_ms=0, participant_id=knocker, name=name
        )
    return one


def test_questions_are_answered_one_by_one_by_keyboard(asked: Person) -> None:
    """A7, G5: doubt is for the people to settle; asking takes nobody's focus, answering is one Tab away from it."""
    admitted, refused = KNOCKERS
    title = asked.page.locator("#meeting-title")
    _is_about(asked.page, admitted)
    expect(title).to_be_focused()
    assert complaints(asked.page) == []
    asked.page.keyboard.press("Tab")
    assert _answer(asked, "yes") == (f"/v1/rooms/{asked.meeting}/admissions/{admitted}", {"admit": True})

    _is_about(asked.page, refused)
    expect(asked.page.locator(".door")).to_be_focused()
    expect(asked.page.locator(".door-no")).to_be_enabled()  # a moment later, lest a double click answer both
    asked.page.keyboard.press("Tab")
    asked.page.keyboard.press("Tab")
    assert _answer(asked, "no") == (f"/v1/rooms/{asked.meeting}/admissions/{refused}", {"admit": False})

    expect(asked.page.locator(".door-question")).to_have_text("")
    expect(title).to_be_focused()


def _is_about(page: Page, knocker: str) -> None:
    question = text("en", "door.question").replace("{name}", KNOCKERS[knocker])
    expect(page.locator(".door-question")).to_have_text(question)


def _answer(person: Person, button: str) -> tuple[str, object]:
    """Enter on the button that has the focus: the address and body of what is sent."""
    expect(person.page.locator(f".door-{button}")).to_be_focused()
    with person.page.expect_request("**/admissions/*") as answer:
        person.page.keyboard.press("Enter")
    return urlsplit(answer.value.url).path, answer.value.post_data_json
