"""The organiser's own analytics: for who agreed, closed off from everything of ours, and otherwise not there at all."""

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from chalicelib.web.i18n import text
from infra.local.testing import Running
from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person
from tests.browser.presenters import framed_site, meet_by_code, show

GOOGLE = "https://www.googletagmanager.com"
ID = "G-ABC123DEF4"
OBJECTS = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});"
REACH = """() => [() => parent.document.title, () => localStorage.length].map(reach => {
  try { return String(reach()); } catch (error) { return error.name; }
})"""
FETCHES = """() => fetch("/v1/session").then(() => "answered", () => "refused")"""


@pytest.fixture
def asked_google() -> list[str]:
    """What Google was asked for."""
    return []


def _serve(asked: list[str], route: Route) -> None:
    asked.append(route.request.url)
    route.fulfill(body="window.programRan = true;", content_type="text/javascript")


def _counted(ada: Person) -> str:
    """A meeting whose organiser has set an id; gives its link."""
    link = opens_a_meeting(ada, "Fund raising for Ada Lovelace")
    field = ada.page.locator("#analytics-id")
    field.fill("UA-1234")
    field.press("Enter")
    expect(ada.page.locator("#analytics-id-problem")).to_have_text(text("en", "analytics.problem"))
    field.fill(ID)
    field.press("Enter")
    expect(ada.page.get_by_text(text("en", "settings.saved"))).to_be_visible()
    return link


def _enters(person: Person, link: str) -> None:
    person.page.goto(link)
    person.page.get_by_role("button", name="Join", exact=True).click()
    expect(person.page.locator(".person").first).to_be_visible()


def _frame(page: Page) -> Frame:
    """In which Google's program has run."""
    frame = page.locator(".analytics iframe").element_handle().content_frame()
    assert frame
    frame.wait_for_function("() => window.programRan === true")
    return frame


def test_it_runs_for_who_agreed_and_nowhere_else(someone: Callable[..., Person], asked_google: list[str]) -> None:
    """C8, G5: without a yes no other origin is contacted; Google gets the id and nothing about meeting or person."""
    ada, agrees, refuses, objects = with_account(someone()), someone(), someone(), someone()
    objects.context.add_init_script(OBJECTS)
    for person in (ada, agrees, refuses, objects):
        person.context.route(f"{GOOGLE}/**", partial(_serve, asked_google))
    link = _counted(ada)
    for person in (agrees, refuses, objects):
        _enters(person, link)
    expect(agrees.page.locator(".analytics-question")).to_contain_text(f"Google Analytics ({ID})")
    assert complaints(agrees.page) == []
    refuses.page.locator(".analytics-no").click()
    expect(refuses.page.locator(".analytics")).to_be_hidden()
    expect(objects.page.locator(".analytics")).to_be_hidden()
    assert asked_google == []

    agrees.page.locator(".analytics-yes").press("Enter")
    expect(agrees.page.locator(".analytics-running")).to_be_visible()
    frame = _frame(agrees.page)
    [asked] = asked_google
    assert parse_qs(urlsplit(asked).query) == {"id": [ID]}
    told = frame.evaluate("() => JSON.stringify([...dataLayer].map(words => [...words]))")
    assert ID in told
    assert not any(secret in told for secret in ("Lovelace", agrees.name(), str(agrees.meeting)))
    assert complaints(agrees.page) == []
    for person in (ada, refuses, objects):
        assert len(person.traffic.origins) == 1
        expect(person.page.locator(".analytics iframe")).to_have_count(0)


def test_the_frame_reaches_nothing_of_ours_and_goes_with_the_agreement(
    someone: Callable[..., Person], asked_google: list[str]
) -> None:
    """C8: no page, no cookie, no storage, no answer of ours; taken back, it is gone, and leaving forgets it."""
    ada, guest = with_account(someone()), someone()
    guest.context.route(f"{GOOGLE}/**", partial(_serve, asked_google))
    link = _counted(ada)
    _enters(guest, link)
    page = guest.page
    page.locator(".analytics-yes").click()
    frame = _frame(page)
    assert frame.evaluate("() => [self.origin, document.cookie, document.referrer]") == ["null", "", ""]
    assert frame.evaluate(REACH) == ["SecurityError", "SecurityError"]
    assert frame.evaluate(FETCHES) == "refused"

    page.reload()
    expect(page.locator(".analytics-running")).to_be_visible()  # asked once for this meeting
    page.locator(".analytics-stop").click()
    expect(page.locator(".analytics iframe")).to_have_count(0)
    expect(page.locator("#meeting-title")).to_be_focused()
    page.get_by_role("button", name="Leave the meeting").click()
    assert page.evaluate("() => localStorage.getItem('earshot.analytics')") is None
    assert page.request.get("/analytics?id=G-<script>").status == 404


def test_a_shown_link_that_leads_to_the_frame_gets_nothing(
    someone: Callable[..., Person], asked_google: list[str], stack: Running
) -> None:
    """C8, B6: whatever somebody shows, our own page never runs Google's program where nobody agreed to it."""
    shower, viewer = someone(), someone(viewport={"width": 1280, "height": 1600})
    for person in (shower, viewer):
        person.context.route(f"{GOOGLE}/**", partial(_serve, asked_google))
    meet_by_code(shower, viewer)
    with (
        framed_site(leads_to=f"{stack.url}/analytics?id={ID}") as trap,
        viewer.page.expect_response(lambda answer: "/analytics?" in answer.url) as led,
    ):
        show(shower.page, trap, "A trap", how="frame")
        viewer.page.locator(".shown iframe").scroll_into_view_if_needed()
    assert led.value.status == 404
    assert asked_google == []
