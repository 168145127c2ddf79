"""An account from its first form to logging out everywhere: over HTTPS, with the cookie as it is deployed."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pyotp import TOTP

from chalicelib.web.i18n import text
from infra.local.testing import Running
from tests.browser import profiles
from tests.browser.accessibility import complaints
from tests.browser.corner import act, log_in, mailed_link, open_panel, register, say_age, take_name
from tests.support.searched import searched_stack

EMAIL, OTHER_EMAIL = "ada@example.org", "grace@example.org"
PASSWORD, NEW_PASSWORD = "seven green umbrellas", "eight blue umbrellas"
Device = Callable[[], Page]


@pytest.fixture(scope="module")
def secure_stack() -> Iterator[Running]:
    with searched_stack({"LAN": "1"}) as found:
        yield found


@pytest.fixture
def device(secure_stack: Running, browser: Browser) -> Iterator[Device]:
    """`device()` is somebody's browser on the start page; its certificate was made on this machine."""
    contexts: list[BrowserContext] = []

    def start() -> Page:
        contexts.append(
            profiles.opened(
                browser, base_url=secure_stack.url, ignore_https_errors=True, locale="en-GB", reduced_motion="reduce"
            )
        )
        page = contexts[-1].new_page()
        page.goto("/")
        return page

    yield start
    for context in contexts:
        profiles.closed(context)


def test_an_account_from_registration_to_logging_out_everywhere(device: Device) -> None:
    """C2, C5, C7: age, form, mail, confirmation, log in, second factor, another device, out everywhere."""
    page, other = device(), device()
    _refuses_a_common_password(page)
    register(page, EMAIL, PASSWORD)
    page.goto(mailed_link(page, EMAIL, "Confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Log in").click()

    log_in(page, EMAIL, "not my password")
    expect(page.get_by_role("alert").filter(has_text=text("en", "log-in.wrong"))).to_be_visible()
    assert page.locator("#log-in-email").input_value() == EMAIL  # nothing typed is lost
    log_in(page, EMAIL, "")
    expect(page.locator("#log-in-password-problem")).to_have_text(text("en", "password.problem"))
    expect(page.get_by_text(text("en", "log-in.wrong"))).to_be_hidden()  # what was wrong before is not said any more
    log_in(page, EMAIL, PASSWORD)
    _is_in(page)
    page.get_by_role("button", name=text("en", "sessions.log-out"), exact=True).click()
    expect(page.get_by_text(text("en", "sessions.logged-out"))).to_be_visible()
    assert page.request.get("/v1/session").status == 401
    page.get_by_role("button", name="Log in").click()
    log_in(page, EMAIL, PASSWORD)
    _is_in(page)
    [cookie] = page.context.cookies()
    assert cookie["name"].startswith("__Host-")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")

    codes = _second_factor(page)
    other.goto("/login")
    log_in(other, EMAIL, PASSWORD)
    expect(other.locator("#log-in-code")).to_be_focused()
    other.locator("#log-in-code").fill(codes[0])
    act(other, "log-in", "Log in")
    _is_in(other)

    other.get_by_role("button", name="My sessions").click()
    expect(other.locator(".listed")).to_have_count(2)
    for words in ("in use now", "within the 12 hours after"):
        expect(other.locator(".listed-when").filter(has_text=words)).to_have_count(1)
    other.get_by_role("button", name="Log out everywhere").click()
    act(other, "everywhere", "Log out everywhere")
    expect(other.get_by_text(text("en", "sessions.ended-all"))).to_be_visible()
    assert [one.request.get("/v1/session").status for one in (page, other)] == [401, 401]


def _refuses_a_common_password(page: Page) -> None:
    """And nothing is agreed to beforehand."""
    open_panel(page)
    page.get_by_role("button", name="Create an account").click()
    say_age(page)
    boxes = page.locator(".consent-boxes input")
    expect(boxes).to_have_count(5)
    assert not any(box.is_checked() for box in boxes.all())
    page.locator("#register-email").fill(EMAIL)
    page.locator("#register-password").fill("password2027")
    act(page, "register", "Create the account")
    expect(page.locator("#register-password-problem")).to_have_text(text("en", "password.new-problem"))
    page.locator(".panel-close").click()


def _is_in(page: Page, email: str = EMAIL) -> None:
    expect(page.locator('[data-step="home"] .own-email')).to_have_text(email)


def _second_factor(page: Page) -> list[str]:
    """Switched on: gives the recovery codes."""
    page.get_by_role("button", name="Account settings").click()
    page.get_by_role("button", name="Second factor").click()
    page.locator("#totp-password").fill(PASSWORD)
    act(page, "totp-offer", "Set up")
    expect(page.locator("#totp-code")).to_be_focused()
    assert (
        page.get_by_role("img", name="QR code with the secret").evaluate(
            "picture => picture.decode().then(() => picture.naturalWidth)"
        )
        > 0
    )
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.locator("#totp-code").fill(TOTP(secret).at(time.time()))
    act(page, "totp-on", "Continue")
    expect(page.locator("#step-recovery")).to_be_focused()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    return page.locator(".recovery-codes li").all_inner_texts()


def test_what_an_account_is_changed_and_forgotten_by_its_owner(device: Device) -> None:
    """C5, F1, G5: settings and consents are saved by the click; a new password by mail; erased when asked for."""
    page = device()
    register(page, OTHER_EMAIL, PASSWORD)
    page.goto(mailed_link(page, OTHER_EMAIL, "Confirm"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    page.goto("/login#forgot")
    page.locator("#forgot-email").fill(OTHER_EMAIL)
    act(page, "forgot", "Send the link")
    expect(page.locator("#step-mail-sent")).to_be_focused()
    page.goto(mailed_link(page, OTHER_EMAIL, "Choose"))
    page.locator("#letter-password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("link", name="Log in").click()
    log_in(page, OTHER_EMAIL, NEW_PASSWORD)
    _is_in(page, OTHER_EMAIL)

    page.get_by_role("button", name="Account settings").click()
    insights = page.locator("#capture-insights")
    expect(insights).to_be_checked()
    _saves(page, insights.uncheck)
    page.get_by_role("button", name="What you agree to").click()
    news = page.locator("#consent-news")
    for click in (news.check, news.uncheck):  # taken back as it was given
        _saves(page, click)
        expect(news).to_be_focused()
    expect(page.locator(".consents")).to_contain_text(re.compile("Withdrawn on .+, version 1 of this text"))
    assert complaints(page) == []
    page.locator('[data-step="consents"]').get_by_role("button", name="Back").click()
    expect(insights).not_to_be_checked()

    page.get_by_role("button", name="Delete account").click()
    page.locator("#erase-password").fill(PASSWORD)
    act(page, "erase", "Delete my account")
    expect(page.get_by_role("alert").filter(has_text=text("en", "problem.wrong-password"))).to_be_visible()
    page.locator("#erase-password").fill(NEW_PASSWORD)
    act(page, "erase", "Delete my account")
    expect(page.get_by_text(text("en", "erase.done"))).to_be_visible()
    assert page.request.get("/v1/session").status == 401


def _saves(page: Page, act: Callable[[], None]) -> None:
    with page.expect_response(lambda answer: answer.request.method in ("PATCH", "PUT")) as saved:
        act()
    assert saved.value.ok


def test_a_guest_has_everything_deleted_that_their_browser_left(device: Device) -> None:
    """F4, F7, G5: said first what goes, and that it is for good; by keyboard; with what leads to the receipt."""
    page = device()
    open_panel(page)
    block = page.get_by_role("button", name=text("en", "erase-left.open"))
    expect(block).to_be_hidden()  # nobody has left anything yet
    page.locator(".change-name").click()
    say_age(page, 1980)
    take_name(page, "Philippa")
    block.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-erase-left")).to_be_focused()
    expect(page.get_by_text(text("en", "erase-left.for-good"), exact=True)).to_be_visible()
    assert complaints(page) == []
    page.get_by_role("button", name=text("en", "erase-left.act")).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-erased")).to_be_focused()
    assert complaints(page) == []
    assert page.request.get("/v1/session").status == 401
    receipt = page.request.get(page.locator(".receipt-address").get_attribute("href") or "").json()
    assert receipt["status"] in ("erasing", "done")
    with page.expect_download() as saved:
        page.get_by_role("button", name=text("en", "erased.save")).click()
    assert saved.value.suggested_filename == "earshot-erasure.json"
