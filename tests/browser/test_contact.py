"""The page to write to the operator: who gets what first, an age, forms, consents; nobody else's code unasked (G7)."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.web.i18n import LANGUAGES, text
from infra.local.testing import Running
from tests.browser import profiles
from tests.browser.accessibility import complaints
from tests.support.searched import searched_stack

SUPPORT = "https://support.example"
GROWN_UP, CHILD = ("5", "1990"), ("5", "2020")
Open = Callable[..., tuple[Page, list[str]]]


@pytest.fixture(scope="module")
def supported() -> Iterator[Running]:
    """An operator who has another company's support page."""
    with searched_stack({"EARSHOT_SUPPORT_URL": f"{SUPPORT}/desk"}) as found:
        yield found


@pytest.fixture
def opened(supported: Running, browser: Browser) -> Iterator[Open]:
    """A page, and what it asked for from elsewhere."""
    context = profiles.opened(browser, base_url=supported.url)
    elsewhere = list[str]()
    context.route(f"{SUPPORT}/**", lambda route: route.fulfill(body="<p>Desk", content_type="text/html"))
    context.on("request", lambda one: elsewhere.append(one.url) if not one.url.startswith(supported.url) else None)

    def open_page(path: str) -> tuple[Page, list[str]]:
        page = context.new_page()
        page.goto(path)
        return page, elsewhere

    yield open_page
    profiles.closed(context)


def say_age(page: Page, born: tuple[str, str]) -> None:
    month, year = born
    page.locator("#birth-month").select_option(month)
    page.locator("#birth-year").select_option(year)
    page.locator('[data-form="age"] [type="submit"]').click()


def send(page: Page, form: str) -> None:
    page.locator(f'[data-form="{form}"] [type="submit"]').click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_writes_knows_who_gets_it(opened: Open, language: str) -> None:
    """F1, F12, C7, G5, G7: said before anything is asked; each form sent once; consents given and taken back."""
    page, elsewhere = opened(f"/contact?lang={language}")
    expect(page.locator(".contact-who li")).to_have_count(3)
    expect(page.locator(".contact-forms")).to_be_hidden()
    assert complaints(page) == []
    say_age(page, GROWN_UP)
    expect(page.locator("#feedback")).to_be_focused()
    boxes = page.locator(".consents input")
    expect(boxes).to_have_count(5)
    assert not any(box.is_checked() for box in boxes.all())
    assert complaints(page) == []

    send(page, "feedback")
    expect(page.locator("#feedback-text-problem")).to_have_text(text(language, "contact.text-problem"))
    page.locator("#feedback-text").fill("It hears well.")
    send(page, "feedback")
    expect(page.get_by_text(text(language, "contact.thanks"))).to_be_focused()
    page.locator("#enquiry-email").fill("ada@example.org")
    page.locator("#enquiry-text").fill("What does it cost?")
    send(page, "enquiry")
    expect(page.get_by_text(text(language, "contact.asked"))).to_be_focused()
    box = page.locator("#consent-improvement")
    for click, given in ((box.check, True), (box.uncheck, False)):
        with page.expect_response("**/v1/consents*") as saved:
            click()
        assert {one["purpose"]: one["given"] for one in saved.value.json()["consents"]}["improvement"] is given
        expect(box).to_be_focused()
    assert elsewhere == []
    sent = page.request.get("/dev/forms", headers={"Accept": "application/json"}).json()
    assert [one["form"] for one in sent[:2]] == ["Enquiry", "Feedback"]
    assert sent[0]["said"] == {"email": "ada@example.org", "text": "What does it cost?"}


def test_another_companys_page_is_loaded_on_a_click_only(opened: Open) -> None:
    """G7, C8: nothing of it until confirmed; then in a frame that has no part in our page."""
    page, elsewhere = opened("/contact")
    expect(page.get_by_text("support.example belongs to another company")).to_be_visible()
    say_age(page, GROWN_UP)
    expect(page.locator("#feedback")).to_be_focused()
    assert elsewhere == []
    page.get_by_role("button", name=text("en", "contact.elsewhere.load")).click()
    frame = page.locator(".elsewhere iframe")
    expect(frame).to_have_attribute("sandbox", "allow-scripts allow-forms allow-popups")
    expect(page.frame_locator(".elsewhere iframe").get_by_text("Desk")).to_be_visible()
    assert elsewhere == [f"{SUPPORT}/desk"]


def test_a_child_is_asked_for_nothing(opened: Open) -> None:
    """C7: under 13 there is no form, also after the page was loaded again."""
    page, _ = opened("/contact")
    for _ in range(2):
        say_age(page, CHILD)
        expect(page.get_by_text(text("en", "contact.young"))).to_be_visible()
        expect(page.locator(".contact-forms")).to_be_hidden()
        page.reload()


def test_a_survey_is_answered_by_choices(opened: Open) -> None:
    """F12, G5: a question may be left out."""
    page, elsewhere = opened("/surveys/first-meeting")
    say_age(page, GROWN_UP)
    expect(page.locator("#questions")).to_be_focused()
    assert complaints(page) == []
    page.get_by_label("Perhaps").check()
    with page.expect_request("**/answers") as sent:
        send(page, "survey")
    assert sent.value.post_data_json == {"answers": {"again": "perhaps"}}
    expect(page.get_by_text(text("en", "contact.thanks"))).to_be_focused()
    assert elsewhere == []


def test_it_is_reached_from_everywhere(opened: Open) -> None:
    """G7: from the foot of each page, a meeting's too, and from the panel."""
    page, _ = opened("/")
    expect(page.locator(".foot").get_by_role("link", name=text("en", "contact.title"))).to_be_visible()
    page.locator("#me").click()
    with page.context.expect_page() as there:
        page.locator("#panel").get_by_role("link", name=text("en", "contact.title")).click()
    expect(there.value.locator("#headline")).to_have_text(text("en", "contact.title"))
