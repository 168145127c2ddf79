"""One person with two tabs: what is done in one is seen in the other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chalicelib.web.i18n import text
from tests.browser.people import Person
from tests.browser.presenters import meet_by_code


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


def _another_tab(person: Person) -> Page:
    other = person.context.new_page()
    other.goto(person.page.url)
    expect(other.locator(".meeting-facts .link-state")).to_have_text("Live")
    expect(other.locator(".people .name")).to_have_count(2)
    return other
