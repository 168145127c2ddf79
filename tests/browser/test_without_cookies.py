"""A browser that refuses cookies: what is lost is said, and a code still leads in."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from chalicelib.web.i18n import text
from tests.browser import chromium, profiles
from tests.browser.accessibility import complaints
from tests.browser.corner import open_panel, say_age, take_name
from tests.browser.meetings import gathered
from tests.browser.organisers import opens_a_meeting, send, with_account
from tests.browser.people import Person, Place, Traffic

CHILD_SINCE = 2020
BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}


@pytest.fixture
def refusing(playwright: Playwright, place: Place, tmp_path: Path) -> Iterator[Person]:
    """Somebody whose browser is set to block all cookies."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(BLOCKED))
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=chromium.path(), args=list(chromium.FLAGS), locale="en-GB", base_url=place.url
    )
    yield _on_the_start_page(profiles.watched(context))
    profiles.closed(context)


def _on_the_start_page(context: BrowserContext) -> Person:
    traffic = Traffic()
    traffic.watch(context)
    page = context.new_page()
    page.goto("/")
    return Person(context, page, traffic)


def _code(host: Person, room_id: str) -> str:
    return str(send(host.page, "POST", "/v1/join-codes", {"room_id": room_id})["code"])


def _enter_by_code(guest: Person, host: Person, room_id: str) -> None:
    page = guest.page
    page.goto(f"/join#code={_code(host, room_id)}")
    page.wait_for_url("**/#code=*")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("Enter")
    for person in (host, guest):
        expect(person.names).to_have_count(2)
    expect(page.locator(".link-state")).to_have_text("Live")


def _want_a_name(page: Page) -> None:
    open_panel(page)
    page.get_by_role("button", name="Change name").click()


def test_a_code_leads_in_without_cookies(someone: Callable[..., Person], refusing: Person) -> None:
    """C4, C1, C7: with a bearer that stays in the tab's memory, as the flag of who is too young does; live, named, and
    gone with the tab.
    """
    host, page = someone(), refusing.page
    room = gathered(host)
    expect(page.locator(".no-cookies")).to_have_text(text("en", "notice.no-cookies"))
    expect(page.locator(".cookie-notice")).to_be_hidden()
    refusing.ear.click()
    expect(page.locator(".advice-title")).to_have_text(text("en", "trouble.no-cookies.title"))
    assert complaints(page) == []

    _enter_by_code(refusing, host, room)
    assert refusing.context.cookies() == []
    assert "Bearer" not in json.dumps(page.evaluate("() => [location.href, history.state]"))

    _want_a_name(page)
    say_age(page, CHILD_SINCE)
    expect(page.locator("#step-guardian")).to_be_focused()
    page.keyboard.press("Escape")
    _want_a_name(page)  # going back does not help
    expect(page.locator("#step-guardian")).to_be_focused()
    page.goto("/")
    expect(host.names).to_have_count(1)

    _enter_by_code(refusing, host, room)
    _want_a_name(page)
    say_age(page)
    take_name(page, "Grace")
    expect(host.names.filter(has_text="Grace")).to_have_count(1)
    with page.expect_event("websocket"):  # each with a ticket of its own
        page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(page.locator(".link-state")).to_have_text("Live")
    page.close()
    expect(host.names).to_have_count(1)
    assert refusing.traffic.errors == []


def test_who_is_measured_without_cookies_sees_their_own_numbers(
    someone: Callable[..., Person], refusing: Person
) -> None:
    """D10, C4: in a tab of their own, to which the one that holds the bearer tells them."""
    host, page = with_account(someone()), refusing.page
    opens_a_meeting(host, "Measured")
    _enter_by_code(refusing, host, host.meeting or "")
    _want_a_name(page)
    say_age(page)
    take_name(page, "Grace")
    page.get_by_role("button", name="Yes, measure me").click()
    expect(page.locator(".measured")).to_be_in_viewport()
    with page.expect_popup() as opened:
        page.locator(".measured-mine").click()
    numbers = opened.value.locator(".mine-figures dt").first
    expect(numbers.or_(opened.value.get_by_text(text("en", "mine.nothing")))).to_be_visible()


def test_a_link_needs_the_cookie_and_says_so(refusing: Person) -> None:
    """C4: nothing is opened on the server for a browser that could not come back to it."""
    page = refusing.page
    invitation = {"title": "Salon", "planned_start_ms": None, "knock": False}
    page.route("**/invitation", lambda route: route.fulfill(json=invitation))
    page.goto(f"/rooms/{'A' * 22}")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method))
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator(".arrive .form-problem")).to_have_text(text("en", "problem.needs-cookies"))
    assert "POST" not in asked
