"""What is said or asked in passing: seen wherever somebody reads, and in nobody's way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.web.i18n import text
from tests.browser.meetings import gathered, goes_in
from tests.browser.organisers import send, with_account
from tests.browser.people import Person
from tests.browser.presenters import open_links, show

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
ON_TOP = """(button) => {
  const {left, top, width, height} = button.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  return y > 0 && y < innerHeight && document.elementFromPoint(x, y) === button;
}"""


def _box(one: Locator) -> tuple[float, float]:
    """Its upper and lower edge."""
    found = one.bounding_box()
    assert found
    return found["y"], found["y"] + found["height"]


def _asks(ada: Person) -> str:
    """In a meeting of hers, at whose door everybody knocks; its id."""
    room = str(send(ada.page, "POST", "/v1/rooms", {"title": "Asked"})["room_id"])
    send(ada.page, "PATCH", f"/v1/rooms/{room}", {"knock": True})
    send(ada.page, "POST", f"/v1/rooms/{room}/participants", {})
    goes_in(ada.page, room)
    return room


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_whoever_holds_out_a_code_sees_who_knocks_by_it(someone: Callable[..., Person], size: dict[str, int]) -> None:
    """A12, G5: the question is there however far down the page somebody is."""
    ada, guest = with_account(someone(viewport=size)), someone()
    room = _asks(ada)
    ada.page.get_by_role("button", name=text("en", "invite.open")).click()
    expect(ada.page.locator(".code-letters")).not_to_be_empty()
    ada.page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    ada.page.locator(".code-letters").scroll_into_view_if_needed()
    send(guest.page, "POST", "/v1/session", {})
    send(guest.page, "POST", f"/v1/rooms/{room}/participants", {})
    expect(ada.page.locator(".door-yes")).to_be_enabled()
    assert ada.page.locator(".door-yes").evaluate(ON_TOP)
    assert ada.page.locator(".door-no").evaluate(ON_TOP)


def _said(page: Page) -> Locator:
    note = page.locator(".note", has_text="Long")
    expect(note).to_be_visible()
    page.wait_for_function("() => document.querySelector('.note').getAnimations().length === 0")
    return note


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_note_is_short_and_covers_no_button(someone: Callable[..., Person], size: dict[str, int]) -> None:
    """C9, G5: whatever length a title has; the notice about the cookie can be dismissed meanwhile."""
    shower, viewer = someone(), someone(viewport=size)
    gathered(shower, viewer)
    show(shower.page, "https://example.com/", "Long " + "title " * 32)
    assert "title…”" in _said(shower.page).inner_text()
    note = _said(viewer.page)
    assert "title…”" in note.inner_text()
    upper, lower = _box(note)
    assert lower <= _box(viewer.page.locator(".cookie-notice"))[0]
    assert lower - upper <= size["height"] / 5
    viewer.page.locator(".cookie-notice button").click()
    expect(viewer.page.locator(".cookie-notice")).to_be_hidden()


def test_on_a_phone_the_sheet_covers_the_notice_about_the_cookie(someone: Callable[..., Person]) -> None:
    """C9, G5: what somebody has opened is theirs to use at once."""
    one, two = someone(viewport=PHONE), someone()
    gathered(one, two)
    open_links(one.page)
    last = one.page.locator('[data-form="stage"] button[type="submit"]')
    last.scroll_into_view_if_needed()
    assert last.evaluate(ON_TOP)
    expect(one.page.locator(".cookie-notice")).not_to_have_attribute("hidden", "")
    lowest = one.page.evaluate(
        f"() => document.elementFromPoint(195, {PHONE['height'] - 5}).closest('.panel') !== null"
    )
    assert lowest
