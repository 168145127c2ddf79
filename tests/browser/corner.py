"""What people do in their own corner of the page."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

GROWN_UP_SINCE = 1990
LINK = re.compile(r"https?://\S+")


def open_panel(page: Page) -> None:
    page.locator("#me").click()
    expect(page.locator("#step-home")).to_be_focused()


def say_age(page: Page, year: int = GROWN_UP_SINCE, month: int = 5) -> None:
    """Answers the question that the page is asking."""
    expect(page.locator("#step-age")).to_be_visible()
    page.locator("#birth-month").select_option(str(month))
    page.locator("#birth-year").select_option(str(year))
    page.get_by_role("button", name="Continue").click()


def take_name(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Save name").click()
    expect(page.locator(".own-name")).to_have_text(name)


def mailed_link(page: Page, to: str, subject: str = "") -> str:
    """Where the one mail leads that was sent to `to` under that subject, on this machine."""
    mails = page.request.get("/dev/mail", headers={"Accept": "application/json"}).json()
    [mail] = [one for one in mails if one["to"] == [to] and one["subject"].startswith(subject)]
    [link] = map(urlsplit, LINK.findall(mail["text"]))
    return f"{link.path}#{link.fragment}"


def act(page: Page, form: str, button: str) -> None:
    page.locator(f'[data-form="{form}"]').get_by_role("button", name=button).click()


def register(page: Page, email: str, password: str) -> None:
    """Until the page says to look at the mail."""
    open_panel(page)
    page.get_by_role("button", name="Create an account").click()
    expect(page.locator("#step-age, #step-register").and_(page.locator(":focus"))).to_be_visible()
    if page.locator("#step-age").is_visible():
        say_age(page)
    page.locator("#register-email").fill(email)
    page.locator("#register-password").fill(password)
    act(page, "register", "Create the account")
    expect(page.locator("#step-mail-sent")).to_be_focused()


def log_in(page: Page, email: str, password: str) -> None:
    """Fills in the form that is shown, and sends it."""
    page.locator("#log-in-email").fill(email)
    page.locator("#log-in-password").fill(password)
    act(page, "log-in", "Log in")
