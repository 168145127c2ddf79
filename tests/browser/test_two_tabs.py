"""One person with two tabs: what is done in one is seen in the other."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chalicelib.web.i18n import text
from tests.browser.people import Person
from tests.browser.presenters import meet_by_code, mine, open_links, stage


@pytest.fixture
def pair(someone: Callable[..., Person]) -> tuple[Person, Person]:
    one, two = someone(), someone()
    meet_by_code(one, two)
    return one, two


def test_another_tab_of_whoever_left_shows_no_meeting_any_more(pair: tuple[Person, Person]) -> None:
    """B5: a page never shows a meeting as live that its participant is not in."""
    one, two = pair
    other = _another_tab(one)
    one.page.get_by_role("button", name="Leave the meeting").click()
    expect(two.names).to_have_count(1)
    expect(other.locator("#gone-title")).to_have_text(text("en", "gone.missing.title"))


def test_both_tabs_show_what_the_cloud_holds(pair: tuple[Person, Person]) -> None:
    """B1, B3, G5: staged, shown, deleted or closed in one, it is so in the other's list; the focus stays."""
    one, _ = pair
    other = _another_tab(one)
    open_links(one.page)
    items = one.page.locator(".link-item")
    entry = stage(other, "https://example.org/budget", "Budget")
    expect(items).to_have_count(1)
    expect(items).to_contain_text(text("en", "life.elsewhere"))
    entry.locator(".link-card").click()
    expect(items).to_have_attribute("data-shown", "")
    address = items.locator(".link-url")
    address.focus()
    stage(other, "https://example.org/agenda", "Agenda")
    expect(items).to_have_count(2)
    expect(address.filter(has_text="budget")).to_be_focused()  # G5: whatever else becomes otherwise
    entry.get_by_role("button", name="Delete").click()
    expect(items).to_have_count(1)
    other.close()
    expect(items).to_have_count(0)
    assert mine(one.page) == []


def test_looking_at_another_invitation_forgets_no_meeting(pair: tuple[Person, Person]) -> None:
    """C6: the start page still knows the way back, whatever address was looked at."""
    one, _ = pair
    other = one.context.new_page()
    other.goto(f"/rooms/{'A' * 22}")
    expect(other.locator("#gone-title")).to_have_text(text("en", "gone.missing.title"))
    other.goto("/")
    expect(other.locator(".back")).to_have_attribute("href", re.compile(f"/rooms/{one.meeting}$"))


def test_the_list_of_links_is_open_again_after_a_reload(pair: tuple[Person, Person]) -> None:
    """C6: the panel comes back where it was; a browser that forgets all but its cookie still knows the meeting."""
    one, _ = pair
    meeting = one.meeting
    stage(one.page, "https://example.org/budget", "Budget")
    one.page.reload()
    expect(one.page.locator("#step-links")).to_be_visible()
    expect(one.page.locator(".link-item")).to_contain_text("Budget")
    one.page.evaluate("() => { localStorage.clear(); }")
    one.page.goto("/")
    expect(one.page.locator(".back")).to_have_attribute("href", re.compile(f"/rooms/{meeting}$"))


def _another_tab(person: Person) -> Page:
    other = person.context.new_page()
    other.goto(person.page.url)
    expect(other.locator(".meeting-facts .link-state")).to_have_text("Live")
    expect(other.locator(".people .name")).to_have_count(2)
    return other
