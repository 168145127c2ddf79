"""Whoever has an account opens a meeting, decides about it, and ends it for everybody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Route, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person

CLIPBOARD = ["microphone", "clipboard-read", "clipboard-write"]


def test_a_meeting_is_opened_titled_and_ended_for_everybody(someone: Callable[..., Person]) -> None:
    """B11, B12, G5: title and link are everybody's to see, the rest is the organiser's."""
    ada, guest = with_account(someone(permissions=CLIPBOARD)), someone()
    page = ada.page
    start = datetime.now(UTC).astimezone() + timedelta(days=2)
    link = opens_a_meeting(ada, "Weekly meeting", start.strftime("%Y-%m-%dT10:00"))
    assert link.endswith(f"/rooms/{ada.meeting}")
    expect(page.locator("#meeting-title")).to_be_focused()
    expect(page.locator(".planned")).to_contain_text("10:00")
    expect(page.locator(".runs")).to_have_attribute("open", "")
    assert complaints(page) == []

    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text(text("en", "organise.copied"))).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == link
    with page.expect_download() as calendar:
        page.get_by_role("link", name="Add it to your calendar").click()
    assert "SUMMARY:Weekly meeting" in calendar.value.path().read_text("utf-8")

    guest.page.goto(link)
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(guest.names).to_have_count(2)
    expect(guest.page.locator(".link-text")).to_have_value(link)
    expect(guest.page.locator(".runs")).to_be_hidden()

    page.locator("#meeting-name").fill("Weekly, at last")
    page.locator('[data-form="organise"]').get_by_role("button", name="Save").click()
    expect(guest.page.locator("#meeting-title")).to_have_text("Weekly, at last")

    page.get_by_role("button", name="End the meeting for everybody").press("Enter")
    expect(page.locator(".sure")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".sure")).to_be_hidden()
    expect(page.get_by_role("button", name="End the meeting for everybody")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="End the meeting", exact=True).click()
    for person in (ada, guest):
        expect(person.page.locator("#gone-title")).to_have_text(text("en", "gone.ended.title"))
        expect(person.page).to_have_title(text("en", "gone.ended.page-title"))
    guest.page.goto(link)
    expect(guest.page.locator("#gone-title")).to_have_text(text("en", "gone.missing.title"))


def test_whoever_is_signed_in_takes_charge_of_a_meeting_that_nobody_runs(someone: Callable[..., Person]) -> None:
    """B12: guests are not offered it, and once somebody runs the meeting nobody is."""
    ada, guest = with_account(someone()), someone()
    guest.page.locator(".codes summary").click()
    guest.page.get_by_role("button", name="Show a code").click()
    expect(guest.names).to_have_count(1)
    expect(guest.page.locator(".code-letters")).not_to_be_empty()
    code = guest.page.locator(".code-letters").inner_text()
    ada.page.locator(".codes summary").click()
    ada.page.locator("#code").fill(code)
    ada.page.locator("#code").press("Enter")
    expect(ada.names).to_have_count(2)

    claim = "Take charge of this meeting"
    expect(guest.page.get_by_role("button", name=claim)).to_be_hidden()
    ada.page.get_by_role("button", name=claim).click()
    expect(ada.page.get_by_text(text("en", "organise.claimed"))).to_be_visible()
    expect(ada.page.locator(".runs")).to_have_attribute("open", "")
    expect(ada.page.get_by_role("button", name=claim)).to_be_hidden()
    expect(ada.page.locator(".by-link")).to_be_hidden()
    ada.page.locator("#meeting-name").fill("Round the table")
    ada.page.locator("#meeting-name").press("Enter")
    expect(guest.page.locator("#meeting-title")).to_have_text("Round the table")
    assert ada.traffic.errors == guest.traffic.errors == []


def test_the_link_is_drawn_for_a_camera_once_somebody_wants_it(someone: Callable[..., Person]) -> None:
    """B12, G5: nothing is loaded before."""
    ada = with_account(someone())
    opens_a_meeting(ada, "By picture")
    picture = ada.page.locator(".link-picture img")
    assert picture.get_attribute("src") is None
    ada.page.get_by_text(text("en", "organise.qr"), exact=True).click()
    expect(picture).to_be_visible()
    picture.evaluate("image => image.decode()")
    assert complaints(ada.page) == []


def test_a_box_stays_as_it_was_set_while_it_is_being_saved(someone: Callable[..., Person]) -> None:
    """A12: what is read meanwhile is of before."""
    ada, guest = with_account(someone()), someone()
    link = opens_a_meeting(ada, "Slowly")
    saving = list[Route]()
    ada.page.route(
        "**/v1/rooms/*", lambda one: saving.append(one) if one.request.method == "PATCH" else one.continue_()
    )
    ada.page.locator("#knock").check()
    guest.page.goto(link)
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(ada.names).to_have_count(2)
    with ada.page.expect_response(lambda one: one.request.method == "GET" and "/v1/rooms/" in one.url):
        ada.page.evaluate("() => window.dispatchEvent(new Event('offline'))")  # the meeting is read again
    expect(ada.page.locator("#knock")).to_be_checked()
    saving[0].continue_()
    expect(ada.page.get_by_text(text("en", "organise.knock-on"))).to_be_visible()
    expect(ada.page.locator("#knock")).to_be_checked()
