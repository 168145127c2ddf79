"""What leaves a real page while it listens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, Route

from chalicelib.joining.fingerprint import SIZE_MAX, parse
from infra.local.testing import running_stack
from tests.browser.sound.conftest import CHROMIUM, FLAGS
from tests.vectors.sounds import RECORDINGS

pytestmark = pytest.mark.browser
FIRST_CLIP_MAX_MS = 30_000  # five seconds, on a machine with nothing else to do
MICROPHONE = [
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    f"--use-file-for-fake-audio-capture={RECORDINGS / 'room-a-seat-1.wav'}",
]  # fmt: skip


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    """The start page of the real stack, in a browser whose microphone hears room A."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + MICROPHONE)
    with running_stack() as stack:
        page = browser.new_page(base_url=stack.url)
        page.goto("/")
        yield page
        browser.close()


def test_only_the_fingerprint_leaves_the_device(page: Page) -> None:
    """A5: no request is longer than 4 KiB; the clip is a fingerprint of what was heard, never a recording."""
    bodies: list[bytes] = []

    def on_the_way(route: Route) -> None:
        bodies.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**", on_the_way)  # bodies are complete only where requests are held up
    with page.expect_response("**/v1/joins", timeout=FIRST_CLIP_MAX_MS) as answered:
        page.click("#ear")
    request = answered.value.request
    assert answered.value.status == 202
    assert request.headers["content-type"] == "application/vnd.earshot.fingerprint"
    assert max(map(len, bodies)) <= SIZE_MAX
    heard = parse(request.post_data_buffer or b"")
    assert abs(heard.recorded_at_ms - float(request.headers["earshot-recorded-at"])) <= 1
    assert heard.duration_s >= 2.9
    assert 0 < heard.quality.below_full_scale < 60  # it is the room, not silence
    assert 0 < heard.clock_error_ms < 1_000
    assert heard.processing == ["off", "on", "unknown"].index(request.headers["earshot-processing"])
