"""People with browsers, each hearing a seat of a recorded room."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route

from tests.browser import profiles
from tests.support.sounds import RECORDINGS

HERE = Path(__file__).parent
SEAT = "/__seat.wav"  # of our own origin, so that the pages' security policy stays as it ships
FAKE_MICROPHONE, MICROPHONE_SPY = (
    (HERE / name).read_text("utf-8") for name in ("fake_microphone.js", "microphone_spy.js")
)
VERDICT_MAX_MS = 60_000  # six seconds on a machine with nothing else to do


@dataclass(frozen=True)
class Clip:
    """One POST /v1/joins."""

    headers: Mapping[str, str]
    body: bytes


@dataclass
class Traffic:
    """What a browser sent, and what went wrong in it."""

    origins: set[str] = field(default_factory=set)
    clips: list[Clip] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.origins.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url))))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        context.route("**/v1/joins", self._hold)  # a body is complete only where its request is held up

    def _hold(self, route: Route, request: Request) -> None:
        self.clips.append(Clip(request.headers, request.post_data_buffer or b""))
        route.continue_()


@dataclass(frozen=True)
class Person:
    """One browser profile with one page."""

    context: BrowserContext
    page: Page
    traffic: Traffic

    @property
    def ear(self) -> Locator:
        return self.page.locator("#ear")

    @property
    def names(self) -> Locator:
        """Of everybody whom the page shows in the meeting."""
        return self.page.locator(".people .name")

    @property
    def meeting(self) -> str | None:
        """The id of the meeting that the address names."""
        path = urlsplit(self.page.url).path
        return path.removeprefix("/rooms/") if path.startswith("/rooms/") else None

    def name(self) -> str:
        """What the server calls this person."""
        answer = self.page.request.get("/v1/session")
        return str(answer.json()["participant_name"])

    def lands(self) -> None:
        """Waits for the meeting that the ear finds."""
        self.page.wait_for_url("**/rooms/*", timeout=VERDICT_MAX_MS)

    def open_microphones(self) -> int:
        """Tracks and audio clocks of the page that are not closed."""
        return int(self.page.evaluate("() => window.earshotSpy.open()"))

    def leaves(self) -> None:
        """Closes the profile; what a test holds up on its way is let go."""
        profiles.closed(self.context)

    def microphone_closes(self) -> None:
        """Waits for it: closing an audio clock takes the browser a moment."""
        self.page.wait_for_function("() => window.earshotSpy.open() === 0")


@dataclass(frozen=True)
class Place:
    """Where people are: an Earshot, and the instant at which the sound of its rooms began."""

    url: str
    t0_ms: float

    def person(self, browser: Browser, sound: str | bytes = "room-a-seat-1", **options: Any) -> Person:
        """Someone on the start page who would hear `sound`: a seat's name, or a WAV file. Options are the profile's."""
        settings = {"permissions": ["microphone"], "locale": "en-GB", "base_url": self.url, **options}
        context = profiles.opened(browser, **settings)
        traffic = Traffic()
        traffic.watch(context)
        heard = sound if isinstance(sound, bytes) else (RECORDINGS / f"{sound}.wav").read_bytes()
        context.route(f"**{SEAT}", lambda route: route.fulfill(body=heard, content_type="audio/wav"))
        room = json.dumps({"seat": SEAT, "t0": self.t0_ms})
        context.add_init_script(f"window.earshotRoom = {room};\n{FAKE_MICROPHONE}\n{MICROPHONE_SPY}")
        return _opened(context, traffic)


def with_own_microphone(place: Place, browser: Browser, *, allowed: bool = True) -> Person:
    """Someone whose microphone is the browser's own fake device, which beeps; watched like all others."""
    context = profiles.opened(browser, locale="en-GB", base_url=place.url)
    context.grant_permissions(["microphone"] if allowed else [])
    traffic = Traffic()
    traffic.watch(context)
    context.add_init_script(MICROPHONE_SPY)
    return _opened(context, traffic)


def _opened(context: BrowserContext, traffic: Traffic) -> Person:
    page = context.new_page()
    page.goto("/")
    return Person(context, page, traffic)
