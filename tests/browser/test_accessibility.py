"""Every page and state, in every language, for everybody (G5)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import time

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.web.i18n import MESSAGES, text
from infra.local.testing import Running
from tests.browser.accessibility import complaints
from tests.browser.people import VERDICT_MAX_MS, Person, Place
from tests.support.sounds import RATE, SAMPLE, wav

LANGUAGES = sorted(file.stem for file in MESSAGES.glob("*.json"))
SILENCE = wav(bytes(10 * RATE * SAMPLE))
OLD = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.0 Safari/537.36"

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def member(stack: Running, browser: Browser) -> Iterator[Person]:
    """One of two people in a meeting."""
    place = Place(stack.url, t0_ms=time() * 1_000)
    with ExitStack() as leaving:
        people = [place.person(browser, seat) for seat in ("room-a-seat-1", "room-a-seat-2")]
        for person in people:
            leaving.callback(person.context.close)
            person.ear.click()
        for person in people:
            person.lands()
            expect(person.names).to_have_count(2)
        yield people[0]


def test_the_start_page(someone: Callable[..., Person], language: str) -> None:
    """G5: WCAG 2.2 AA, on phones too."""
    page = someone().page
    page.goto(f"/?lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(text(language, "home.headline"))
    assert complaints(page) == []


def test_a_page_that_is_not_there(someone: Callable[..., Person], language: str) -> None:
    """G5: WCAG 2.2 AA, on phones too."""
    page = someone().page
    page.goto(f"/nowhere?lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(text(language, "missing.title"))
    assert complaints(page) == []


def test_the_notice_for_browsers_too_old(someone: Callable[..., Person], language: str) -> None:
    """G5: others get a plain notice."""
    page = someone(user_agent=OLD).page
    page.goto(f"/?lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(text(language, "old.title"))
    assert complaints(page) == []


def test_listening_with_a_hint(someone: Callable[..., Person], language: str) -> None:
    """G5, A7: also while the page listens and says what would help."""
    person = someone(SILENCE)
    person.page.goto(f"/?lang={language}")
    person.ear.click()
    expect(person.page.locator(".tip")).to_have_text(text(language, "tip.too-quiet"), timeout=VERDICT_MAX_MS)
    assert complaints(person.page) == []


def test_advice(someone: Callable[..., Person], language: str) -> None:
    """G5: also when something is wrong and the page says what to do."""
    person = someone()
    person.page.goto(f"/?lang={language}")
    person.context.route("**/v1/session", lambda route: route.abort())
    person.ear.click()
    expect(person.page.locator(".advice")).to_contain_text(text(language, "trouble.away.title"))
    assert complaints(person.page) == []


def test_a_meeting(member: Person, language: str) -> None:
    """G5: WCAG 2.2 AA, on phones too."""
    member.page.goto(f"/rooms/{member.meeting}?lang={language}")
    expect(member.names).to_have_count(2)
    assert complaints(member.page) == []
