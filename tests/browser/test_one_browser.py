"""What one browser knows of its session: on the next visit, in another tab, and while it changes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from chalicelib.web.i18n import text
from tests.browser.corner import log_in, mailed_link, open_panel, register, say_age, take_name
from tests.browser.people import Person

PASSWORD = "seven green umbrellas"
TOLD = """async language => {
  const session = await (await fetch("/v1/session")).json();
  return session.preferences.language === language;
}"""
PAPER = "() => getComputedStyle(document.body).backgroundColor"


def sessions_read(page: Page) -> list[str]:
    """Fills with every GET of the session that the page sends."""
    seen = list[str]()
    page.on(
        "request",
        lambda request: (
            seen.append(request.url) if request.method == "GET" and request.url.endswith("/v1/session") else None
        ),
    )
    return seen


def test_a_browser_that_forgets_what_pages_keep_is_reminded_by_its_session(someone: Callable[..., Person]) -> None:
    """C6: the cookie alone is left: name, language, colours and the open panel come back, and no error is shown."""
    person = someone(color_scheme="light")
    page = person.page
    open_panel(page)
    page.get_by_role("button", name="Change name").click()
    say_age(page)
    take_name(page, "Ada")
    page.get_by_label("Dark").check()
    dark = page.evaluate(PAPER)
    page.locator("#panel").get_by_role("link", name="Français").click()
    expect(page.locator("#step-home")).to_have_text(text("fr", "panel.title"))
    wait_until_told(page, "fr")

    page.evaluate("() => localStorage.clear()")
    page.goto("/")

    page.wait_for_url("**/?lang=fr")
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#me")).to_contain_text("Ada")
    assert page.evaluate(PAPER) == dark
    page.locator(".panel-close").click()
    page.reload()
    expect(page.locator("#me")).to_contain_text("Ada")
    expect(page.locator("#panel")).to_be_hidden()
    assert person.traffic.errors == []


def wait_until_told(page: Page, language: str) -> None:
    for _ in range(50):
        if page.evaluate(TOLD, language):
            return
        page.wait_for_timeout(100)
    raise AssertionError(language)


def test_a_choice_that_did_not_reach_the_session_is_told_by_the_next_page(someone: Callable[..., Person]) -> None:
    """C6: a click that leads to another page may be quicker than what the page has to wait for before it tells."""
    person = someone()
    page = person.page
    open_panel(page)
    page.get_by_role("button", name="Change name").click()
    say_age(page)
    take_name(page, "Ada")
    page.locator("#panel").get_by_role("link", name="Русский").click()
    page.wait_for_url("**lang=ru*")
    wait_until_told(page, "ru")

    page.evaluate("() => { navigator.locks.request = () => new Promise(() => {}); }")  # held by another tab
    page.locator("#panel").get_by_role("link", name="Français").click()
    page.wait_for_url("**lang=fr*")
    wait_until_told(page, "fr")
    assert person.traffic.errors == []


def test_a_browser_that_never_had_a_session_is_asked_for_none(someone: Callable[..., Person]) -> None:
    """C2: looking makes no session, asks for none and shows no error; a useless cookie is gone with the page.

    C9: the notice is one sentence, shown once.
    """
    person = someone()
    page, seen = person.page, sessions_read(person.page)
    page.goto("/")
    expect(page.locator("#me")).to_be_visible()
    expect(page.locator(".cookie-notice")).to_contain_text(text("en", "cookie.notice"))
    page.locator(".cookie-notice button").click()
    expect(page.locator(".cookie-notice")).to_be_hidden()
    person.context.add_cookies([{"name": "earshot", "value": "nonsense", "url": page.url}])
    page.goto("/")
    expect(page.locator("#me")).to_be_visible()
    expect(page.locator(".cookie-notice")).to_be_hidden()
    assert (seen, person.context.cookies(), person.traffic.errors) == ([], [], [])


def _named_in_two_tabs(person: Person) -> tuple[Page, Page]:
    """The name is taken in the first, and stands in the other."""
    here, there = person.page, person.context.new_page()
    there.goto("/")
    open_panel(here)
    here.get_by_role("button", name="Change name").click()
    say_age(here)
    take_name(here, "Ada")
    expect(there.locator("#me")).to_contain_text("Ada")
    return here, there


def test_another_tab_shows_what_was_changed_here(someone: Callable[..., Person]) -> None:
    """C1, C3, C5: a name taken in one tab stands in the other; after the log out neither shows it."""
    person = someone()
    here, there = _named_in_two_tabs(person)

    here.get_by_role("button", name="My sessions").click()
    here.locator(".listed").get_by_role("button").click()
    for page in (here, there):
        expect(page.locator("#me")).to_contain_text(text("en", "panel.nobody"))
    assert person.traffic.errors == []


def test_a_page_shows_nobody_as_soon_as_it_is_told_that_its_session_is_over(someone: Callable[..., Person]) -> None:
    """C1, C3: ended from elsewhere, the next thing asked for is refused: no name stays, in no tab."""
    person = someone()
    here, there = _named_in_two_tabs(person)
    assert here.request.delete("/v1/session", headers={"Earshot-Client": "another-device"}).status == 204

    here.get_by_role("button", name="My sessions").click()

    expect(here.get_by_text(text("en", "problem.session-required"))).to_be_visible()
    for page in (here, there):
        expect(page.locator("#me")).to_contain_text(text("en", "panel.nobody"))


def test_nobody_reads_the_session_while_another_is_on_its_way(someone: Callable[..., Person]) -> None:
    """C5: a tab that would read under the old id waits for the new one: its 401 would take the new cookie away."""
    email = "locks@example.org"
    page = someone().page
    register(page, email, PASSWORD)
    page.goto(mailed_link(page, email, "Confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Log in").click()
    held = list[Route]()
    page.context.route("**/v1/session/login", lambda route: held.append(route))
    log_in(page, email, PASSWORD)
    expect(page.locator('[data-form="log-in"]')).to_have_attribute("aria-busy", "true")

    other = page.context.new_page()
    seen = sessions_read(other)
    other.goto("/")
    other.wait_for_function("() => navigator.locks.query().then(found => found.pending.length > 0)")
    assert seen == []
    held[0].continue_()

    for tab in (page, other):
        expect(tab.locator('[data-step="home"] .own-email')).to_have_text(email)
    assert page.request.get("/v1/session").json()["account"] == {"email": email}


@pytest.mark.parametrize("wait_s", [40, 61])
def test_a_log_in_that_must_wait_says_how_long(someone: Callable[..., Person], wait_s: int) -> None:
    """C5, G5: 429: beside the form, with nothing typed lost."""
    page = someone().page
    problem = {"type": "/problems/too-many", "status": 429}
    page.context.route(
        "**/v1/session/login",
        lambda route: route.fulfill(status=429, headers={"Retry-After": str(wait_s)}, json=problem),
    )
    page.goto("/login")
    log_in(page, "ada@example.org", PASSWORD)
    sentence = "Wait 40 seconds" if wait_s == 40 else "Wait 2 minutes"
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    assert page.locator("#log-in-password").input_value() == PASSWORD
