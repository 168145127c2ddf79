"""In front of a meeting: invited by its link, walking in or knocking first."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.corner import say_age, take_name
from tests.browser.organisers import opens_a_meeting, with_account
from tests.browser.people import Person

VIEWS = """window.views = [];
new MutationObserver(() => {
  const view = document.body?.dataset.view;
  if (view && view !== window.views.at(-1)) window.views.push(view);
}).observe(document, {subtree: true, childList: true, attributes: true});"""


def test_a_link_leads_in_by_one_click_under_a_name_of_ones_own(someone: Callable[..., Person]) -> None:
    """B12, C1, G5: opening the link does nothing yet; the name may be chosen first."""
    ada, guest = with_account(someone()), someone()
    link = opens_a_meeting(ada, "Salon")
    page = guest.page
    page.goto(link)
    expect(page.locator("#arrive-title")).to_have_text("Join “Salon”")
    expect(page.locator("#arrive-title")).to_be_focused()
    expect(page.locator(".arrive-name")).to_have_text(text("en", "arrive.as-somebody"))
    assert guest.context.cookies() == []
    expect(ada.names).to_have_count(1)
    assert complaints(page) == []

    page.get_by_role("button", name="Choose a name").click()
    say_age(page)
    take_name(page, "Grace")
    page.keyboard.press("Escape")
    expect(page.locator(".arrive-name")).to_contain_text("Grace")
    page.get_by_role("button", name="Join", exact=True).press("Enter")
    expect(ada.names).to_have_count(2)
    expect(ada.page.locator(".since").filter(has_text=text("en", "via.link"))).to_have_count(2)
    expect(page.locator("#meeting-title")).to_be_focused()
    page.reload()
    expect(guest.names).to_have_count(2)


def _asks_everybody(ada: Person) -> None:
    ada.page.locator("#knock").click()
    expect(ada.page.get_by_text(text("en", "organise.knock-on"))).to_be_visible()


def _knocks(guest: Page, link: str) -> None:
    guest.goto(link)
    guest.get_by_role("button", name="Knock").click()
    expect(guest.locator(".waiting-said")).to_have_text(text("en", "arrive.knocked"))
    expect(guest.get_by_role("button", name="Stop waiting")).to_be_focused()


def test_whoever_knocks_waits_until_somebody_inside_answers(someone: Callable[..., Person]) -> None:
    """A12, G5: nobody is in before a yes; no, and giving up, are said in words."""
    ada, guest = with_account(someone()), someone()
    link = opens_a_meeting(ada, "Behind a door")
    _asks_everybody(ada)
    _knocks(guest.page, link)
    assert complaints(guest.page) == []
    expect(ada.page.locator(".door-question")).to_have_text(f"{guest.name()} is at the door. Let them in?")
    expect(ada.names).to_have_count(1)

    guest.page.get_by_role("button", name="Stop waiting").click()
    expect(guest.page.locator(".arrive .form-problem")).to_have_text(text("en", "arrive.stopped"))
    expect(guest.page.get_by_role("button", name="Knock")).to_be_focused()
    guest.page.keyboard.press("Enter")
    expect(guest.page.locator(".waiting-said")).to_be_visible()
    ada.page.get_by_role("button", name="Yes, let them in").click()
    expect(guest.names).to_have_count(2)
    expect(guest.page.locator("#meeting-title")).to_have_text("Behind a door")

    late = someone()
    _knocks(late.page, link)
    guest.page.get_by_role("button", name="No", exact=True).click()  # any member may answer
    expect(late.page.locator(".arrive .form-problem")).to_have_text(text("en", "problem.refused"))
    late.page.get_by_role("button", name="Knock").click()
    expect(late.page.locator(".arrive .form-problem")).to_contain_text("You can knock again in")
    expect(ada.names).to_have_count(2)


def test_a_knock_is_repeated_while_wanted_and_ends_with_the_meeting(someone: Callable[..., Person]) -> None:
    """A12: the answer that comes after more than a minute still lets in; where the meeting ends, that is said
    at once."""
    ada, guest = with_account(someone()), someone()
    link = opens_a_meeting(ada, "Patience")
    _asks_everybody(ada)
    asked: list[str] = []
    guest.page.on("request", lambda one: asked.append(one.method) if one.url.endswith("/participants") else None)
    _knocks(guest.page, link)
    guest.page.wait_for_function("() => document.querySelector('.waiting-left').value > 0.5")
    assert asked == ["POST"]
    answer = {"status": 202, "json": {"status": "knocking", "room_id": guest.meeting, "expires_at_ms": 1}}
    guest.page.route("**/participants", lambda route: route.fulfill(**answer))
    guest.page.evaluate("() => window.dispatchEvent(new Event('offline'))")  # the channel comes back, and it asks
    expect(guest.page.locator(".waiting-said")).to_have_text(text("en", "arrive.knocked-again"), timeout=20_000)
    guest.page.unroute("**/participants")

    ada.page.get_by_role("button", name="End the meeting for everybody").click()
    ada.page.get_by_role("button", name="End the meeting", exact=True).click()
    expect(ada.page.locator("#gone-title")).to_be_visible()
    expect(guest.page.locator("#gone-title")).to_have_text(text("en", "gone.ended.title"), timeout=10_000)


def test_a_code_may_lead_to_a_door_that_asks(someone: Callable[..., Person]) -> None:
    """A10, A12: by the QR picture's page too, the click made there is enough."""
    ada, guest = with_account(someone()), someone()
    opens_a_meeting(ada, "By code")
    _asks_everybody(ada)
    ada.page.get_by_role("button", name="Invite with a code").click()
    expect(ada.page.locator(".code-letters")).not_to_be_empty()
    code = ada.page.locator(".code-letters").inner_text().replace(" ", "")
    guest.page.goto(f"/join#code={code}")
    guest.page.get_by_role("button", name="Enter").click()
    expect(guest.page.locator(".waiting-said")).to_have_text(text("en", "arrive.knocked"))
    expect(ada.page.locator(".code-letters")).not_to_have_text(f"{code[:3]} {code[3:]}")  # they hold theirs
    expect(ada.page.locator(".code-letters")).not_to_be_empty()
    ada.page.get_by_role("button", name="Yes, let them in").click()
    expect(guest.names).to_have_count(2)


def test_nothing_of_a_meeting_is_shown_to_who_is_only_invited(someone: Callable[..., Person]) -> None:
    """B12: not for an instant."""
    ada, guest = with_account(someone()), someone()
    link = opens_a_meeting(ada, "Not yet")
    guest.context.add_init_script(VIEWS)
    guest.page.goto(link)
    expect(guest.page.get_by_role("button", name="Join", exact=True)).to_be_visible()
    assert guest.page.evaluate("() => window.views") == ["opening", "arrive"]
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(guest.names).to_have_count(2)
    guest.page.reload()
    expect(guest.names).to_have_count(2)
    assert guest.page.evaluate("() => window.views") == ["opening", "meeting"]
