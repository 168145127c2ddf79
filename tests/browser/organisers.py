"""People with an account, and the meetings they run."""

from itertools import count
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.corner import mailed_link, open_panel
from tests.browser.people import Person
from tests.support import canaries

PASSWORD = "seven green umbrellas"
_numbers = count(1)


def send(page: Page, method: str, path: str, body: object) -> Any:
    """As the page would, without clicking through it: what the server answers."""
    canaries.tell_fields(body)
    answer = page.request.fetch(path, method=method, data=body, headers={"Earshot-Client": "tests"})
    assert answer.ok, answer.text()
    return answer.json()


def with_account(person: Person) -> Person:
    """Signed in, on the start page."""
    page, email = person.page, f"organiser-{next(_numbers)}@example.org"
    send(page, "POST", "/v1/session", {})
    send(page, "POST", "/v1/session/age", {"birth_month": 5, "birth_year": 1990})
    send(page, "POST", "/v1/accounts", {"email": email, "password": PASSWORD})
    token = mailed_link(page, email).partition("token=")[2]
    send(page, "POST", "/v1/accounts/verify", {"token": token})
    send(page, "POST", "/v1/session/login", {"email": email, "password": PASSWORD})
    page.evaluate("() => localStorage.setItem('earshot.session', 'yes')")
    page.reload()
    return person


def opens_a_meeting(person: Person, title: str, start: str = "") -> str:
    """Through the panel; gives the invitation link."""
    page = person.page
    open_panel(page)
    page.locator('[data-go="open-meeting"]').click()
    page.locator("#new-title").fill(title)
    page.locator("#new-start").fill(start)
    page.get_by_role("button", name="Open the meeting").click()
    expect(page.locator("#meeting-title")).to_have_text(title or "Your meeting")
    return page.locator(".link-text").input_value()
