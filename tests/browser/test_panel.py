"""A person's own corner: the name, the question that comes before it, language and colours."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, Route, expect

from chalicelib.web.i18n import LANGUAGES, text
from chalicelib.web.pages import LETTERS
from tests.browser.accessibility import SIDEWAYS, complaints
from tests.browser.corner import mailed_link, open_panel, say_age, take_name
from tests.browser.people import Person

BORN_TEN_YEARS_AGO = datetime.now(UTC).year - 10


def _busy(seconds: int) -> Callable[[Route], None]:
    """A server that asks to wait."""
    problem = {"type": "/problems/too-many", "status": 429}
    return lambda route: route.fulfill(status=429, headers={"Retry-After": str(seconds)}, json=problem)


AWAY: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731 - beside the others
BUSY, BUSIER = _busy(40), _busy(61)
PAPER = "() => getComputedStyle(document.body).backgroundColor"


def test_a_name_is_taken_changed_and_deleted_by_keyboard(someone: Callable[..., Person]) -> None:
    """C1, C7, G5: after the question of age, which has no answer filled in; focus goes along."""
    person = someone()
    page = person.page
    page.locator("#me").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-home")).to_be_focused()
    page.get_by_role("button", name="Change name").press("Enter")
    assert [page.locator(f"#birth-{part}").input_value() for part in ("month", "year")] == ["", ""]
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page.locator("#birth-month")).to_be_focused()  # it says that it wants an answer
    assert complaints(page) == []
    assert person.context.cookies() == []

    say_age(page)
    take_name(page, "Ада Lovelace")
    assert person.name() == "Ада Lovelace"
    expect(page.locator("#me")).to_contain_text("Ада Lovelace")
    page.get_by_role("button", name="Change name").press("Enter")
    take_name(page, "Ada")  # the question is not asked twice

    page.get_by_role("button", name="Delete name").press("Enter")
    expect(page.locator(".own-name")).not_to_have_text("Ada")
    assert person.name() != "Ada"
    page.keyboard.press("Escape")
    expect(page.locator("#me")).to_be_focused()
    assert person.traffic.errors == []


def test_a_child_is_sent_to_a_grown_up_and_leaves_nothing(someone: Callable[..., Person]) -> None:
    """C7: under 13 no name is taken, nothing is stored, and another answer does not help."""
    person = someone()
    page = person.page
    for year in (BORN_TEN_YEARS_AGO, 1980):
        page.goto("/")
        open_panel_anew(page)
        page.get_by_role("button", name="Change name").click()
        say_age(page, year)
        expect(page.locator("#step-guardian")).to_be_focused()
    assert page.request.get("/v1/session").status == 401
    assert [cookie["expires"] for cookie in person.context.cookies()] == [-1]  # a flag until the browser closes


def test_a_grown_up_allows_a_nickname(someone: Callable[..., Person]) -> None:
    """C7: asked by mail, answered by a click; the child may take one word then, and no account."""
    child, teacher = someone().page, someone().page
    open_panel(child)
    child.get_by_role("button", name="Change name").click()
    say_age(child, BORN_TEN_YEARS_AGO)
    child.get_by_label("parent, guardian or teacher").fill("teacher@example.org")
    child.get_by_role("button", name="Ask them").click()
    expect(child.locator("#step-guardian-asked")).to_be_focused()

    teacher.goto(mailed_link(teacher, "teacher@example.org"))
    teacher.get_by_role("button", name="I agree", exact=True).click()
    expect(teacher.locator(".letter-done")).to_have_text(text("en", "letter.guardian.done"))

    child.locator('[data-step="guardian-asked"]').get_by_role("button").click()
    child.get_by_role("button", name="Change name").click()  # the page was open all the time
    child.get_by_label("Your name").fill("Tom Sawyer")
    child.get_by_role("button", name="Save name").click()
    expect(child.locator("#name-problem")).to_have_text(text("en", "name.problem"))
    take_name(child, "Tom")
    expect(child.get_by_role("button", name="Create an account")).to_be_hidden()


def test_what_cannot_be_taken_is_said_beside_the_field_and_stays(someone: Callable[..., Person]) -> None:
    """C1, G5: nothing typed is lost when the server refuses it, or is away."""
    page = someone().page
    open_panel(page)
    page.get_by_role("button", name="Change name").click()
    say_age(page)
    name = page.get_by_label("Your name")
    name.fill("\u200b…")
    page.get_by_role("button", name="Save name").click()
    expect(page.locator("#name-problem")).to_have_text(text("en", "name.problem"))
    expect(name).to_be_focused()
    name.fill("Ada")
    for answer, sentence in (AWAY, "connection"), (BUSY, "Wait 40 seconds"), (BUSIER, "Wait 2 minutes"):
        page.context.route("**/v1/session", answer)
        page.get_by_role("button", name="Save name").click()
        expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
        assert name.input_value() == "Ada"
        page.context.unroute("**/v1/session")


def test_language_colours_and_the_open_panel_are_remembered(someone: Callable[..., Person]) -> None:
    """C6: at once, and on the next visit."""
    page = someone(color_scheme="light").page
    light = page.evaluate(PAPER)
    open_panel(page)
    page.get_by_label("Dark").check()
    dark = page.evaluate(PAPER)
    assert dark != light
    page.locator("#panel").get_by_role("link", name="Français").click()
    expect(page.locator("#step-home")).to_have_text(text("fr", "panel.title"))

    page.goto("/")
    page.wait_for_url("**/?lang=fr")
    expect(page.locator("#panel")).to_be_visible()
    assert page.evaluate(PAPER) == dark
    page.get_by_label(text("fr", "theme.system")).check()
    assert page.evaluate(PAPER) == light


def test_every_step_of_the_panel_is_for_everybody(someone: Callable[..., Person]) -> None:
    """G5: each form and question, all shown at once; none is wider than the narrowest phone, in any language."""
    page = someone().page
    for language in LANGUAGES:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"/?lang={language}")
        open_panel_anew(page)
        hidden = page.locator("#panel [hidden]:not(.own-address)")
        hidden.evaluate_all("all => { for (const one of all) one.hidden = false; }")
        assert page.evaluate(SIDEWAYS) == 0, language
    assert complaints(page) == []


def test_where_mails_lead(someone: Callable[..., Person]) -> None:
    """G5: WCAG 2.2 AA, on phones too; the link's secret stays when another language is chosen."""
    page = someone().page
    page.goto("/reset?lang=fr#token=secret")
    expect(page.get_by_role("heading", level=1)).to_have_text(text("fr", "letter.reset.title"))
    secrets = page.locator(".languages a").evaluate_all("links => links.map(one => one.hash)")
    assert secrets == ["#token=secret"] * len(LANGUAGES)
    assert complaints(page) == []


def test_a_link_that_is_used_up_says_how_to_get_another(someone: Callable[..., Person]) -> None:
    """C5, C7, F2: opening the page does nothing, a click asks the server; a link cut short has nothing to click."""
    person = someone()
    page, asked = person.page, list[str]()
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    for purpose in LETTERS:
        page.goto(f"/{purpose}#token=nonsense")
        if purpose == "reset":
            page.locator("#letter-password").fill("seven green umbrellas")
        expect(page.locator(".form-problem")).to_have_text("")
        assert asked == []
        page.locator("button[value=yes]").click()
        own = f"letter.{purpose}.lost" if purpose in ("guardian", "unsubscribe") else "letter.lost"
        expect(page.get_by_role("alert")).to_have_text(text("en", own))
        assert len(asked) == 1
        asked.clear()
        page.goto(f"/{purpose}?")
        cut = own.replace("lost", "incomplete")
        expect(page.get_by_text(text("en", cut))).to_be_visible()
        expect(page.locator("button[value=yes]")).to_be_hidden()


def open_panel_anew(page: Page) -> None:
    """Closed first where it was left open."""
    if page.locator("#panel").is_visible():
        page.locator(".panel-close").click()
    open_panel(page)
