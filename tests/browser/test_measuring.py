"""What a browser measures of its person: told first, agreed to, shown, and right (D2, D10)."""

import json
import math
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from infra.local.testing import Running
from tests.browser import hasty
from tests.browser.accessibility import complaints
from tests.browser.organisers import opens_a_meeting, send, with_account
from tests.browser.people import Person, Place, with_own_microphone
from tests.support.searched import searched_stack
from tests.support.sounds import RATE, wav

HALF_S = 2  # of talk, then of quiet, and again
TOLERANCE_MS = 500  # at every change: what was measured with real speech
MEASURED_MS = 6_000
LOOK_EVERY_MS, LOOKS_MAX = 100, 200
SIZES: list[ViewportSize] = [{"width": 390, "height": 500}, {"width": 1_280, "height": 400}]
ON_TOP = """one => {
  const {left, top, width, height} = one.getBoundingClientRect();
  return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
BEACONS = """() => {
  const send = navigator.sendBeacon.bind(navigator);
  sessionStorage.beacons = "";
  navigator.sendBeacon = (path, body) => {
    sessionStorage.beacons += `${path.split("?")[0].split("/").pop()} `;
    return send(path, body);
  };
}"""


def talk_and_quiet() -> bytes:
    """A voice's worth of level, up and down as words are, for two of every four seconds."""
    talking = (0.25 * math.sin(at * 0.11) * (at // (RATE // 8) % 4 > 0) for at in range(HALF_S * RATE))
    quiet = (0.0002 * math.sin(at * 1.3) for at in range(HALF_S * RATE))
    return wav(b"".join(struct.pack("<h", round(sample * 32_767)) for part in (talking, quiet) for sample in part))


def spoken_ms(place: Place, from_ms: float, to_ms: float) -> int:
    """How much of that time the room's sound was talk."""
    half = HALF_S * 1_000
    return sum((at - place.t0_ms) % (2 * half) < half for at in range(round(from_ms), round(to_ms)))


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    """One whose reports come at once."""
    with searched_stack({hasty.ASKED: "1"}, ["--app", f"{hasty.__name__}:app"]) as found:
        yield found


def test_from_the_first_word_to_the_report(someone: Callable[..., Person], place: Place) -> None:
    """D2, D4, D7, D8, D10: nothing is open or sent before the yes; then a sign stands, and the talk time is that of the
    sound. After the end the report comes by itself; whoever has its link reads it until that is ended.
    """
    person, guest = with_account(someone(talk_and_quiet())), someone(talk_and_quiet())
    page, sent = person.page, list[dict[str, Any]]()
    page.on("request", lambda one: sent.append(json.loads(one.post_data or "{}")) if is_batch(one) else None)
    link = opens_a_meeting(person, "Measured")
    expect(page.locator(".measuring-text")).to_contain_text("Measure in meetings when I talk")
    page.get_by_role("button", name="Do not measure me").click()
    expect(page.locator(".measuring-said")).to_have_text("You are not measured in this meeting.")
    assert (person.open_microphones(), sent) == (0, [])
    enters(guest, link)
    room = person.meeting
    page.get_by_role("button", name="I agree to be measured").click()
    is_measured(page)
    assert complaints(page) == []
    page.wait_for_timeout(MEASURED_MS)
    page.evaluate(BEACONS)
    with page.expect_request(is_batch):  # a beacon is no request to Playwright, but the next page sends it again
        page.goto("/")
    guest.page.goto("/")
    for one in (page, guest.page):
        expect(one.locator(".measured")).to_be_hidden()
    first, *others = page.evaluate("() => sessionStorage.beacons").split()
    assert (first, set(others)) == ("closed", {"insights"})  # what the tab showed goes first (B3)
    assert_right(page, f"/v1/rooms/{room}/insights/mine", list({one["sequence"]: one for one in sent}.values()), place)
    page.goto(f"/meetings/{room}/mine")
    expect(page.locator(".mine-figures dt")).to_have_count(12)
    page.goto(f"/rooms/{room}")
    ends(page)
    page.locator(".report-ready").get_by_role("link").click()
    expect(page.locator("#headline")).to_have_text("Measured")
    expect(page.locator(".people-table tbody tr")).to_have_count(2)
    shares(page, someone().page)


def assert_right(page: Page, path: str, batches: list[dict[str, Any]], place: Place) -> None:
    """As the sound was, in all batches together: a machine that stood still for a while has made two of one."""
    spans = [(one["from_ms"], one["to_ms"]) for one in batches]
    covered_ms = sum(to_ms - from_ms for from_ms, to_ms in spans)
    assert all(one["heard"] for one in batches)
    assert covered_ms >= MEASURED_MS - 2 * TOLERANCE_MS
    figures = arrived(page, path, covered_ms - TOLERANCE_MS)
    assert figures["observed_ms"] <= covered_ms + TOLERANCE_MS
    changes = covered_ms / (HALF_S * 1_000) + len(batches)
    spoken = sum(spoken_ms(place, *span) for span in spans)
    assert abs(figures["talk_ms"] - spoken) <= TOLERANCE_MS * changes / 2


def test_the_sign_stays_in_sight_however_far_one_scrolls(someone: Callable[..., Person]) -> None:
    """D10: on a phone and on a desk, at the end of the page as at its beginning, and nothing lies over it."""
    person = with_account(someone(talk_and_quiet()))
    page = person.page
    opens_a_meeting(person, "Scrolled")
    page.get_by_role("button", name="Yes, measure me").click()
    for size in SIZES:
        page.set_viewport_size(size)
        for top in (0, 10**6):
            page.evaluate("top => window.scrollTo(0, top)", top)
            page.wait_for_function("top => (window.scrollY > 100) === (top > 0)", arg=top)
            expect(page.locator(".measured")).to_be_in_viewport(ratio=1)
            for part in (".measured-what", ".measured-stop"):
                assert page.locator(part).evaluate(ON_TOP), (size, top, part)


def test_without_a_microphone_only_the_talk_is_missing(place: Place, browser: Browser) -> None:
    """D2, D3, D10: it is refused; the page says what is measured and what is not, and so do the figures."""
    person = with_account(with_own_microphone(place, browser, allowed=False))
    page = person.page
    opens_a_meeting(person, "Deaf")
    page.get_by_role("button", name="Yes, measure me").click()
    expect(page.locator(".measuring-said")).to_contain_text("your talk is not")
    expect(page.locator(".measured-what")).to_have_text("Measured: camera, attention")
    expect(page.locator(".measured")).to_be_in_viewport()
    assert complaints(page) == []
    page.wait_for_timeout(MEASURED_MS / 3)
    room = person.meeting
    page.goto("/")  # the beacon takes what there is
    figures = arrived(page, f"/v1/rooms/{room}/insights/mine", 1)
    assert (figures["talk_ms"], figures["fair_share"], figures["heard_ms"], figures["webcam_ms"]) == (None, None, 0, 0)
    person.leaves()


def enters(guest: Person, link: str) -> None:
    """By the link, agreeing to be measured."""
    send(guest.page, "POST", "/v1/session", {})
    send(guest.page, "POST", "/v1/session/age", {"birth_month": 5, "birth_year": 1990})
    guest.page.goto(link)
    guest.page.get_by_role("button", name="Join", exact=True).click()
    guest.page.get_by_role("button", name="Yes, measure me").click()
    is_measured(guest.page)
    stops(guest.page)
    guest.page.get_by_role("button", name="I agree to be measured").click()
    is_measured(guest.page)


def is_measured(page: Page) -> None:
    expect(page.locator(".measuring-said")).to_contain_text("are being measured")
    expect(page.locator(".measured")).to_be_in_viewport()


def stops(page: Page) -> None:
    """Not said before the server knows, and told again by the page itself."""
    stop, consents = page.get_by_role("button", name="Stop, and forget it"), "**/v1/consents?*"
    page.route(consents, lambda route: route.abort())
    stop.click()
    expect(page.locator(".measured-what")).to_have_text("Not measured any more; the server is being told")
    expect(page.locator(".measuring .form-problem")).to_contain_text("cannot be reached")
    page.unroute(consents)
    expect(page.locator(".measured")).to_be_hidden()
    expect(page.locator(".measuring .form-problem")).to_be_empty()
    expect(page.locator("#meeting-title")).to_be_focused()
    expect(page.locator(".measuring-said")).to_have_text("You are not measured in this meeting.")


def ends(page: Page) -> None:
    page.get_by_text("You run this meeting").click()
    page.get_by_role("button", name="End the meeting for everybody").click()
    page.get_by_role("button", name="End the meeting", exact=True).click()


def shares(page: Page, stranger: Page) -> None:
    """A link, for somebody of whom nothing is known; ended, it leads nowhere."""
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator(".share-said")).to_contain_text("The link is made")
    expect(page.locator(".share")).to_have_count(1)
    assert complaints(page) == []
    link = page.get_by_label("Link to this report").input_value()
    stranger.goto(link)
    expect(stranger.locator("#headline")).to_have_text("Measured")
    expect(stranger.locator(".people-table tbody th")).to_have_text(["A participant"] * 2)
    assert complaints(stranger) == []
    assert stranger.context.cookies() == []
    page.locator(".share button").click()
    expect(page.locator(".share-said")).to_contain_text("leads nowhere")
    expect(page.locator("#shares-title")).to_be_focused()
    stranger.reload()
    expect(stranger.locator(".report-said")).to_contain_text("This link leads nowhere")


def arrived(page: Page, path: str, least_ms: int) -> dict[str, Any]:
    """My figures, as soon as so much is there: a page that goes does not wait for its beacon."""
    for _ in range(LOOKS_MAX):
        figures: dict[str, Any] = page.request.get(path).json()["figures"] or {}
        if figures.get("observed_ms", 0) >= least_ms:
            return figures
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError("nothing of mine has arrived")


def is_batch(request: Any) -> bool:
    return bool(request.method == "POST" and request.url.partition("?")[0].endswith("/insights"))
