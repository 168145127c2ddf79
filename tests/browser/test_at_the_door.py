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
def channel() -> Channel:
    return Channel()


@pytest.fixture
def asked(someone: Callable[..., Person], channel: Channel) -> Person:
    """Somebody in a meeting, at whose door two have knocked: the server asks where a sound leaves it in doubt."""
    one, two = someone("room-a-seat-1"), someone("room-a-seat-2")
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


def test_a_verdict_takes_no_room_messages_number(asked: Person, channel: Channel) -> None:
    """A12, C1: it names the room without being one of its numbered messages; whatever comes next is seen."""
    other = next(name for name in asked.names.all_inner_texts() if name != asked.name())
    answer = asked.page.request.get(f"/v1/rooms/{asked.meeting}").json()
    [other_id] = [one["participant_id"] for one in answer["participants"] if one["name"] == other]
    about = {"room_id": asked.meeting, "at_ms": 0}
    channel.push(type="join.changed", join_id="x", status="joined", **about)
    renamed = {"participant_id": other_id, "name": "Grace"}
    channel.push(type="participant.renamed", sequence=answer["sequence"] + 1, **renamed, **about)
    expect(asked.names.filter(has_text="Grace")).to_have_count(1)
