"""The server's clock as a page knows it."""

from typing import Any

import pytest

from tests.browser.sound.conftest import SoundPage

# The page's clock and the way to the server in the test's hands: each round trip takes the next of `trips`, and the
# server, reading its own clock half-way, is 1 000 000 ms ahead.
CLOCK = """async ({trips, pause, again}) => {
  let now = 500;
  performance.now = () => now;
  window.fetch = async () => {
    const trip = trips.shift();
    now += trip;
    return Response.json({now_ms: now - trip / 2 + 1e6, keys: [{id: now}]});
  };
  const {ServerClock} = await import("/js/clock.js");
  const clock = new ServerClock();
  await clock.sync(3);
  now += pause;
  if (again) await clock.sync(3);
  return {ahead: clock.now() - now, error: clock.errorMs, key: clock.keys[0].id, now};
}"""


def clock(sound_page: SoundPage, trips: list[float], pause: float = 0, again: bool = False) -> dict[str, Any]:
    browser = sound_page.page.context.browser
    assert browser
    page = browser.new_page()
    page.goto(sound_page.page.url)
    found: dict[str, Any] = page.evaluate(CLOCK, {"trips": trips, "pause": pause, "again": again})
    page.close()
    return found


def test_the_error_is_half_the_quickest_round_trip(sound_page: SoundPage) -> None:
    """A1: a slow answer tells nothing that a quick one does not tell better."""
    found = clock(sound_page, [80, 20, 300])
    assert (found["ahead"], found["error"]) == (1e6, pytest.approx(10, abs=0.1))


def test_the_error_grows_while_clocks_drift_apart(sound_page: SoundPage) -> None:
    """A1: the bound that travels with a clip is still true at the end of a listening."""
    assert clock(sound_page, [20, 20, 20], pause=20_000)["error"] == pytest.approx(10 + 2)


def test_every_click_asks_for_the_time(sound_page: SoundPage) -> None:
    """A1: time and keys are new for each listening, however short ago the last was."""
    found = clock(sound_page, [20, 20, 20, 4, 4, 4], pause=1_000, again=True)
    assert found["error"] == pytest.approx(2)
    assert found["key"] == found["now"]
