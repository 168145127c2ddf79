"""Three in a meeting: what one shows the two others see, and it is gone for both as soon as it is."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.hours import MINUTE_MS, Time, moved_stack
from tests.browser.people import Person, Place
from tests.browser.presenters import cards, meet_by_code, mine, show

URL = "https://example.org/minutes"


@pytest.fixture
def three(someone: Callable[..., Person]) -> tuple[Person, Person, Person]:
    people = someone(), someone(), someone()
    meet_by_code(*people)
    return people


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Time]]:
    with moved_stack(tmp_path_factory.mktemp("clock") / "ms") as found:
        yield found


def test_shown_seen_and_gone_in_every_way(three: tuple[Person, Person, Person]) -> None:
    """B4, B5, B6: x, leaving and closing a tab, at once on both other screens: no heartbeat comes so soon, and how
    soon the bench measures; another tab's stays."""
    one, *others = three
    entry = show(one.page, URL, "Minutes")
    _all_show(1, *others)
    entry.get_by_role("button", name="Delete").click()
    _all_show(0, *others)

    show(one.page, URL, "Minutes")
    other = one.context.new_page()
    other.goto(one.page.url)
    show(other, "https://example.org/budget", "Budget")
    _all_show(2, *others)
    one.page.close()
    _all_show(1, *others)
    for person in others:
        expect(cards(person)).to_contain_text("Budget")
    other.get_by_role("button", name="Leave the meeting").click()
    _all_show(0, *others)
    for person in others:
        expect(person.names).to_have_count(2)


def test_asleep_for_31_minutes_it_is_gone_from_every_screen(
    moved: tuple[Place, Time], someone: Callable[..., Person]
) -> None:
    """B2, B7: the presenter's device sleeps; the others' go on, with their clocks and their heartbeats."""
    place, time = moved
    one, *others = (someone(base_url=place.url) for _ in range(3))
    for person in (one, *others):
        person.page.clock.install()
    meet_by_code(one, *others)
    show(one.page, URL, "Minutes")
    _all_show(1, *others)
    for _ in range(9):
        time.passes(3 * MINUTE_MS, *(person.page for person in others))
    _all_show(1, *others)
    time.passes(4 * MINUTE_MS, *(person.page for person in others))
    _all_show(0, *others)
    assert mine(one.page) == []


def _all_show(count: int, *people: Person) -> None:
    for person in people:
        expect(cards(person)).to_have_count(count)
