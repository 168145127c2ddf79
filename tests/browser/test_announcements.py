"""What has become otherwise in a meeting is said, to eyes and to screen readers alike."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.people import Person
from tests.browser.presenters import cards, meet_by_code, show


@pytest.fixture
def pair(someone: Callable[..., Person]) -> tuple[Person, Person]:
    one, two = someone(), someone()
    meet_by_code(one, two)
    return one, two


def test_what_came_while_the_network_was_away_is_said_when_it_is_read(pair: tuple[Person, Person]) -> None:
    """Issue 5, the page: screen-reader announcements of new content, whether it was told or read."""
    one, two = pair
    two.context.set_offline(True)
    expect(two.page.locator(".meeting-facts .link-state")).not_to_have_text("Live")
    entry = show(one.page, "https://example.org/minutes", "Minutes")
    two.context.set_offline(False)
    expect(cards(two)).to_have_count(1, timeout=20_000)
    expect(_said(two, f"{one.name()} shows “Minutes”.")).to_be_visible()
    entry.get_by_role("button", name="Take back").click()
    expect(_said(two, "“Minutes” is not shown any more.")).to_be_visible()


def test_a_reload_is_nobodys_arrival(pair: tuple[Person, Person]) -> None:
    """Issue 5, the page: who is back within half a minute is not announced to everybody."""
    one, two = pair
    one.page.reload()
    expect(one.page.locator(".meeting-facts .link-state")).to_have_text("Live")
    show(one.page, "https://example.org/minutes", "Minutes")
    expect(_said(two, "Minutes")).to_be_visible()
    expect(two.names).to_have_count(2)
    expect(_said(two, "is here")).to_have_count(0)


def _said(person: Person, words: str) -> Locator:
    return person.page.locator(".note").filter(has_text=words)
