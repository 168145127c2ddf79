"""Meetings to start a test from, without the way there."""

from playwright.sync_api import Page, expect

from tests.browser.organisers import send
from tests.browser.people import Person


def gathered(*people: Person) -> str:
    """All of them are in one meeting, by code; gives its id."""
    host, *guests = people
    send(host.page, "POST", "/v1/session", {})
    made = send(host.page, "POST", "/v1/join-codes", {})
    for guest in guests:
        send(guest.page, "POST", "/v1/session", {})
        code = send(host.page, "POST", "/v1/join-codes", {"room_id": made["room_id"]})["code"]
        send(guest.page, "POST", f"/v1/join-codes/{code}", {})
    for person in people:
        goes_in(person.page, made["room_id"])
    for person in people:
        expect(person.names).to_have_count(len(people))
    return str(made["room_id"])


def goes_in(page: Page, room_id: str) -> None:
    page.goto(f"/rooms/{room_id}")
    expect(page.locator(".link-state")).to_have_text("Live")
