"""Answers that are late do not sign anybody out: what brings another session waits, and is waited for, in every tab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from chalicelib.web.i18n import text
from infra.local.testing import Running
from tests.browser import profiles
from tests.browser.corner import log_in, mailed_link, register
from tests.support.searched import searched_stack

EMAIL, PASSWORD = "ada@example.org", "seven green umbrellas"
ASK = """async path => { const { call } = await import("/assets/js/api.js");
  return call("GET", path).then(() => "answered", () => "refused"); }"""


@pytest.fixture(scope="module")
def secure_stack() -> Iterator[Running]:
    with searched_stack({"LAN": "1"}) as found:
        yield found


@pytest.fixture
def context(secure_stack: Running, browser: Browser) -> Iterator[BrowserContext]:
    made = profiles.opened(browser, base_url=secure_stack.url, ignore_https_errors=True, locale="en-GB")
    yield made
    profiles.closed(made)


def test_a_log_in_waits_for_answers_under_the_session_before(context: BrowserContext) -> None:
    """C2, C5: another tab's question is on its way; its answer seals the old cookie again, and must come first."""
    page, other = context.new_page(), context.new_page()
    page.goto("/")
    register(page, EMAIL, PASSWORD)
    page.goto(mailed_link(page, EMAIL, "Confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Log in").click()
    other.goto("/")
    held, sent = list[Route](), list[str]()
    other.route("**/v1/sessions", lambda route: held.append(route))
    page.on("request", lambda request: sent.append(request.url))
    other.evaluate(f"path => {{ window.late = ({ASK})(path); }}", "/v1/sessions")
    _wait_for(other, held)

    log_in(page, EMAIL, PASSWORD)
    page.wait_for_timeout(500)
    assert not [url for url in sent if url.endswith("/login")]
    held[0].continue_()

    expect(page.get_by_text(text("en", "log-in.done"))).to_be_visible()
    assert other.evaluate("window.late") == "answered"
    assert page.request.get("/v1/session").json()["account"] == {"email": EMAIL}


def _wait_for(page: Page, held: list[Route]) -> None:
    while not held:
        page.wait_for_timeout(20)
