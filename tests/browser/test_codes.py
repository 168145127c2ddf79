"""Where sound does not do: a code is shown, and admits one device."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.people import VERDICT_MAX_MS, Person, Place, with_own_microphone

_CODE = re.compile(r"^\w{3} \w{3}$")


def test_a_code_admits_one_device_and_the_next_is_shown_at_once(
    place: Place, browser: Browser, someone: Callable[..., Person]
) -> None:
    """A10, G5: offered where the microphone is refused; entered by a click, never by opening an address."""
    host, guest, late = with_own_microphone(place, browser, allowed=False), someone(), someone()
    host.ear.click()
    expect(host.page.locator(".codes-why")).to_have_text(text("en", "codes.why"))
    assert complaints(host.page) == []
    host.page.get_by_role("button", name="Show a code").click()
    letters = host.page.locator(".code-letters")
    expect(letters).to_have_text(_CODE)
    first = letters.inner_text().replace(" ", "")

    guest.page.goto(f"/join#code={first}")
    expect(guest.page.locator("#code")).to_have_value(first)
    assert guest.context.cookies() == []  # opening it did nothing
    guest.page.get_by_role("button", name="Enter").click()
    for person in (host, guest):
        expect(person.names).to_have_count(2)
    assert host.meeting == guest.meeting

    expect(letters).not_to_have_text(f"{first[:3]} {first[3:]}")
    expect(letters).to_have_text(_CODE)
    assert complaints(host.page) == []

    late.page.locator(".codes summary").press("Enter")
    late.page.locator("#code").fill(first.lower())
    late.page.locator("#code").press("Enter")
    expect(late.page.locator(".codes .form-problem")).to_have_text(text("en", "codes.gone"))
    expect(late.page.locator("#code")).to_have_value(first.lower())
    assert late.meeting is None
    host.leaves()


def _answers(person: Person, answer: dict[str, str]) -> None:
    """The server's answer to every clip of that person."""

    def answered(route: Route, request: Request) -> None:
        join = {"join_id": request.headers["earshot-join"], "expires_at_ms": None, **answer}
        route.fulfill(status=202, json=join)

    person.context.route("**/v1/joins", answered)


@pytest.mark.parametrize(
    ("answer", "clips"), [({"status": "inconclusive"}, 2), ({"status": "listening", "hint": "crowded"}, 1)]
)
def test_the_way_by_code_opens_by_itself_where_sound_does_not_do(
    someone: Callable[..., Person], answer: dict[str, str], clips: int
) -> None:
    """A10: after two inconclusive answers, and at once where it is crowded; before that it stays out of the way."""
    person, sent = someone(), list[str]()
    _answers(person, answer)
    person.page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/v1/joins") else None)
    codes = person.page.locator("details.codes")
    expect(codes).not_to_have_attribute("open", "")
    person.ear.click()
    expect(person.page.locator(".codes-why")).to_have_text(text("en", "codes.why"), timeout=VERDICT_MAX_MS)
    assert len(sent) == clips
    expect(person.page.locator("#code")).to_be_visible()


def test_one_doubt_is_no_reason_for_a_code(someone: Callable[..., Person]) -> None:
    """A10: after two, not after one."""
    person = someone()
    _answers(person, {"status": "inconclusive"})
    with person.page.expect_response("**/v1/joins", timeout=VERDICT_MAX_MS):
        person.ear.click()
    person.ear.click()
    expect(person.page.locator("details.codes")).not_to_have_attribute("open", "")


def _shows_code(page: Page) -> str:
    page.locator(".codes summary").press("Enter")
    page.get_by_role("button", name="Show a code").click()
    expect(page.locator(".code-letters")).to_have_text(_CODE)
    return page.locator(".code-letters").inner_text()


def test_the_next_code_is_shown_when_one_is_over(someone: Callable[..., Person]) -> None:
    """A10: a code lives 10 minutes at most."""
    page = someone().page
    page.clock.install()
    page.goto("/")
    first = _shows_code(page)
    page.clock.fast_forward("09:50")
    expect(page.locator(".code-letters")).to_have_text(first)
    page.clock.fast_forward("00:11")
    expect(page.locator(".code-letters")).not_to_have_text(first)
    expect(page.locator(".code-letters")).to_have_text(_CODE)


def test_a_meeting_that_merged_shows_its_own_code(someone: Callable[..., Person]) -> None:
    """A6, A10: the code of the meeting before lets nobody into this one."""
    page = someone().page
    first = _shows_code(page)
    former = page.url.split("/")[-1]
    now, waiting = dict[str, Any](), list[Route]()  # the page hears at once that it is elsewhere, and reads the room
    page.route(f"**/v1/rooms/{former}", lambda route: route.fulfill(json=now) if now else waiting.append(route))
    made = page.request.post("/v1/join-codes", data={}, headers={"Earshot-Client": "tests"}).json()
    now |= page.request.get(f"/v1/rooms/{made['room_id']}").json()
    with page.expect_request(lambda one: one.url.endswith("/v1/join-codes")) as asked:
        for route in waiting:
            route.fulfill(json=now)
        page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    assert asked.value.post_data_json == {"room_id": made["room_id"]}
    page.wait_for_url(f"**/rooms/{made['room_id']}")
    expect(page.locator(".code-letters")).not_to_have_text(first)
    expect(page.locator(".code-letters")).to_have_text(_CODE)
