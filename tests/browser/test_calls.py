"""Members who are not in the room hear and see each other, from browser to browser."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from chalicelib.web.i18n import text
from tests.browser.accessibility import complaints
from tests.browser.meetings import gathered
from tests.browser.people import Person

FAKE_SCREEN = (Path(__file__).parent / "fake_screen.js").read_text("utf-8")
NO_WAY = """
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(options) { super({...options, iceTransportPolicy: "relay"}); }  // and there is no relay
};"""
LOUD = """async audio => {
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(audio.srcObject).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  const end = performance.now() + 10_000;
  let peak = 0;
  while (peak < 0.01 && performance.now() < end) {
    await new Promise(done => setTimeout(done, 50));
    meter.getFloatTimeDomainData(samples);
    peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), peak);
  }
  await context.close();
  return peak;
}"""
WANTS_A_CLICK = """
const play = HTMLMediaElement.prototype.play;
let clicked = false;
document.addEventListener("click", ({target}) => { clicked ||= target.closest(".call-hear") !== null; }, true);
HTMLMediaElement.prototype.play = function () {
  return clicked ? play.call(this) : Promise.reject(new DOMException("a click first", "NotAllowedError"));
};"""
COUNTS = """
window.made = 0;
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(options) { super(options); window.made += 1; }
};"""
LISTENS = """() => {
  window.said = [];
  const keep = one => said.push(...[...one.addedNodes].map(note => note.textContent));
  new MutationObserver(all => all.forEach(keep)).observe(document.querySelector(".notes"), {childList: true});
}"""
PATIENCE_MS = 30_000


class Overtaken:
    """A page's live channel on which the next signal comes before all that the room was told shortly before it."""

    def __init__(self) -> None:
        self.slow = False
        self._late: list[str | bytes] = []

    def carry(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda text: self._down(route, text))

    def _down(self, route: WebSocketRoute, text: str | bytes) -> None:
        kind = json.loads(text)["type"]
        if self.slow and kind != "signal":
            self._late.append(text)
            return
        route.send(text)
        if self.slow and len(self._late) >= 2:  # gone, and come
            self.slow = False
            for late in self._late:
                route.send(late)


@pytest.fixture
def caller(someone: Callable[..., Person]) -> Callable[..., Person]:
    """`caller()` has a microphone, a camera and a screen that are not real."""

    def come(*scripts: str) -> Person:
        person = someone(permissions=["microphone", "camera"])
        for script in (FAKE_SCREEN, *scripts):
            person.context.add_init_script(script)
        return person

    return come


def _click(person: Person, button: str) -> None:
    person.page.get_by_role("button", name=button, exact=True).click()


def _tile(person: Person, of: Person) -> Locator:
    return person.page.locator(".tile").filter(has=person.page.get_by_text(of.name(), exact=True))


def _connected(*people: Person) -> None:
    """Each to each."""
    for person in people:
        expect(person.page.locator('.tile[data-link="connected"]')).to_have_count(len(people) - 1, timeout=PATIENCE_MS)


def _plays(video: Locator) -> None:
    expect(video).to_be_visible()
    video.evaluate("""video => new Promise(seen => video.requestVideoFrameCallback(() => seen()))""")


def test_two_talk_see_each_other_and_share_a_screen(caller: Callable[..., Person]) -> None:
    """B13, G5: off until each of them wants it; nothing of it goes by way of the server; all of it ends by a click."""
    one, two = caller(), caller()
    gathered(one, two)
    expect(one.page.locator(".call-who")).to_have_text(text("en", "call.nobody"))
    _click(one, "Join the call")
    expect(one.page.locator(".call-state")).to_have_text(text("en", "call.alone"))
    expect(two.page.locator(".call-who")).to_have_text(f"In the call: {one.name()}. ")
    _click(two, "Join the call")
    _connected(one, two)
    assert one.open_microphones() == two.open_microphones() == 0
    expect(_tile(two, one).locator(".tile-state")).to_have_text(text("en", "call.muted"))

    _click(one, "Turn microphone on")
    expect(_tile(two, one).locator(".tile-state")).to_have_text(text("en", "call.hears"))
    assert _tile(two, one).locator("audio").evaluate(LOUD) > 0.01
    _click(one, "Turn camera on")
    _plays(_tile(two, one).locator(".tile-camera"))
    _click(two, "Share screen")
    _plays(_tile(one, two).locator(".tile-screen"))
    assert complaints(one.page) == []
    assert one.open_microphones() == 2

    _click(one, "Turn camera off")
    expect(_tile(two, one).locator(".tile-camera")).to_be_hidden()
    assert one.open_microphones() == 1
    _click(one, "Leave the call")
    one.microphone_closes()
    expect(two.page.locator(".tile")).to_have_count(1)
    expect(one.page.get_by_role("button", name="Join the call")).to_be_focused()
    expect(one.page.locator(".call-who")).to_have_text(f"In the call: {two.name()}. ")

    _click(one, "Join the call")  # and back
    _connected(one, two)
    _plays(_tile(one, two).locator(".tile-screen"))
    assert len(one.traffic.origins) == 1
    assert one.traffic.errors == two.traffic.errors == []


def test_three_meet_and_everything_ends_with_who_goes(caller: Callable[..., Person]) -> None:
    """B13, B11: a closed page, leaving the meeting: the others see it, and no device stays on."""
    one, two, three = caller(), caller(), caller()
    gathered(one, two, three)
    for person in (one, two, three):
        _click(person, "Join the call")
    _connected(one, two, three)
    for person in (one, two, three):
        _click(person, "Turn microphone on")
    expect(one.page.locator(".tile-state").filter(has_text=text("en", "call.hears"))).to_have_count(3)

    three.page.close()
    _connected(one, two)
    _click(two, "Leave the meeting")
    two.microphone_closes()
    expect(one.page.locator(".call-state")).to_have_text(text("en", "call.alone"))
    one.page.evaluate("() => window.dispatchEvent(new Event('offline'))")  # the channel comes back, and the call
    expect(one.page.locator(".tile")).to_have_count(1, timeout=PATIENCE_MS)
    expect(one.page.locator(".call-state")).to_have_text(text("en", "call.alone"))
    assert one.open_microphones() == 1


def test_the_call_comes_back_with_the_live_channel(caller: Callable[..., Person]) -> None:
    """B13: what was on is on again, without a click."""
    one, two = caller(), caller()
    gathered(one, two)
    for person in (one, two):
        _click(person, "Join the call")
    _connected(one, two)
    _click(one, "Turn camera on")
    _plays(_tile(two, one).locator(".tile-camera"))
    with one.page.expect_event("websocket"):
        one.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    _connected(one, two)
    _plays(_tile(two, one).locator(".tile-camera"))


def test_a_channel_that_is_away_for_a_moment_is_noticed_by_nobody_in_the_call(caller: Callable[..., Person]) -> None:
    """B13: sound and pictures go on by the way they have; nobody is said to have left or come. Who leaves
    meanwhile has left."""
    one, two = caller(COUNTS), caller(COUNTS)
    gathered(one, two)
    for person in (one, two):
        _click(person, "Join the call")
    _connected(one, two)
    _click(one, "Turn camera on")
    _plays(_tile(two, one).locator(".tile-camera"))
    two.page.evaluate(LISTENS)
    made = [person.page.evaluate("() => window.made") for person in (one, two)]
    with one.page.expect_response(lambda answer: answer.url.endswith(str(one.meeting)) and answer.ok):
        one.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(one.page.locator(".link-state")).to_have_text("Live", timeout=PATIENCE_MS)
    _plays(_tile(two, one).locator(".tile-camera"))
    assert [person.page.evaluate("() => window.made") for person in (one, two)] == made
    assert two.page.evaluate("() => window.said") == []

    one.page.evaluate(
        "() => { window.dispatchEvent(new Event('offline')); document.querySelector('.call-leave').click(); }"
    )
    expect(two.page.locator(".tile")).to_have_count(1, timeout=PATIENCE_MS)


def test_another_tab_takes_the_call_over(caller: Callable[..., Person]) -> None:
    """B13: one person is in it once; also where what they signal overtakes the news of their going and coming."""
    one, two, channel = caller(), caller(), Overtaken()
    two.page.route_web_socket("**/live?*", channel.carry)
    room = gathered(one, two)
    for person in (one, two):
        _click(person, "Join the call")
    _connected(one, two)
    tab = one.context.new_page()
    tab.goto(f"/rooms/{room}")
    expect(tab.locator(".call-who")).to_have_text(text("en", "call.in-another-tab"))
    channel.slow = True
    tab.get_by_role("button", name="Continue the call here").click()
    expect(tab.locator('.tile[data-link="connected"]')).to_have_count(1, timeout=PATIENCE_MS)
    expect(one.page.locator(".call .form-problem")).to_have_text(text("en", "call.left-elsewhere"))
    _connected(two, two)


def test_where_the_browser_plays_nothing_unasked_a_click_is_enough(caller: Callable[..., Person]) -> None:
    """B13: a call that came back with the page; the way is said, and goes once it was taken."""
    one, two = caller(), caller(WANTS_A_CLICK)
    gathered(one, two)
    for person in (one, two):
        _click(person, "Join the call")
    _connected(one, two)
    hear = two.page.get_by_role("button", name=text("en", "call.hear"))
    expect(hear).to_be_hidden()
    _click(one, "Turn microphone on")
    expect(hear).to_be_visible()
    sound = _tile(two, one).locator("audio")
    assert sound.evaluate("audio => audio.paused")
    hear.click()
    expect(hear).to_be_hidden()
    sound.evaluate("audio => audio.paused && new Promise(plays => { audio.onplaying = plays; })")


def test_where_no_direct_way_is_that_is_said(caller: Callable[..., Person]) -> None:
    """B13, G5: in words, beside the person whom it is about, and to those who do not see it."""
    one, two = caller(NO_WAY), caller(NO_WAY)
    gathered(one, two)
    for person in (one, two):
        _click(person, "Join the call")
    expect(one.page.locator(".note", has_text="There is no direct way")).to_be_visible(timeout=PATIENCE_MS)
    for person, other in ((one, two), (two, one)):
        expect(_tile(person, other).locator(".tile-state")).to_contain_text(
            f"There is no direct way between your browser and that of {other.name()}", timeout=PATIENCE_MS
        )
    assert complaints(one.page) == []


def _full(route: Route) -> None:
    answer = route.fetch()
    body = answer.json()
    if "call" in body:
        body["call"] = [letter * 22 for letter in "ABCDEF"]
    route.fulfill(response=answer, json=body)


def test_a_seventh_and_a_refused_device_are_told_why(
    caller: Callable[..., Person], someone: Callable[..., Person]
) -> None:
    """B13: no button that does nothing."""
    one = caller()
    one.page.route("**/v1/rooms/*", _full)
    gathered(one)
    expect(one.page.locator(".call-who")).to_contain_text("The call is full: it has 6 people.")
    expect(one.page.get_by_role("button", name="Join the call")).to_be_disabled()

    two = someone(permissions=[])
    gathered(two)
    _click(two, "Join the call")
    _click(two, "Turn camera on")
    expect(_problem(two.page)).to_have_text(text("en", "call.not-allowed"))


def _problem(page: Page) -> Locator:
    return page.locator(".call .form-problem")
