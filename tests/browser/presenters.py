"""People who stage links and show them, through the panel, and pages to be framed."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.organisers import send
from tests.browser.people import Person

THEIR_PAGE = b"""<!doctype html><title>Their page</title><h1>Their page</h1><p id="from"></p>
<script>document.getElementById("from").textContent = document.referrer</script>"""


def meet_by_code(host: Person, *guests: Person) -> None:
    """Without the sound, which takes seconds: all are in the host's meeting afterwards."""
    for person in (host, *guests):
        send(person.page, "POST", "/v1/session", {})
    room = None
    for guest in guests or (host,):
        made = send(host.page, "POST", "/v1/join-codes", {"room_id": room} if room else {})
        room = made["room_id"]
        if guest is not host:
            send(guest.page, "POST", f"/v1/join-codes/{made['code']}", {})
    for person in (host, *guests):
        person.page.goto(f"/rooms/{room}")
        expect(person.names).to_have_count(len(guests) + 1)


def open_links(page: Page) -> Locator:
    """The step with the list."""
    if not page.locator("#step-links").is_visible():
        page.locator(".open-links").click()
    expect(page.locator("#step-links")).to_be_visible()
    return page.locator('[data-step="links"]')


def stage(page: Page, url: str, title: str = "") -> Locator:
    """Adds a link to the list; its entry there."""
    open_links(page)
    page.locator("#link-url").fill(url)
    page.locator("#link-title").fill(title)
    page.get_by_role("button", name="Add to the list").click()
    entry = page.locator(".link-item", has_text=title or url)
    expect(entry).to_be_visible()
    return entry


def show(page: Page, url: str, title: str = "", *, how: str = "card") -> Locator:
    """Stages and shows; the entry in the list."""
    entry = stage(page, url, title)
    entry.locator(f".link-{how}").click()
    expect(entry).to_have_attribute("data-shown", "")
    return entry


def cards(person: Person) -> Locator:
    """What the meeting shows, on this person's page."""
    return person.page.locator(".shown")


def mine(page: Page) -> list[dict[str, Any]]:
    """What the cloud holds of this person."""
    content: list[dict[str, Any]] = page.request.get("/v1/content").json()["content"]
    return content


def expect_mine(page: Page, titles: list[str]) -> None:
    """Waits until the cloud holds exactly that of this person: screens are told before everything is deleted."""
    held = "fetch('/v1/content').then(answer => answer.json()).then(({ content }) => content.map(one => one.title))"
    page.wait_for_function(f"titles => {held}.then(held => String(held) === String(titles))", arg=titles)


@contextmanager
def framed_site(*, refuses: bool = False, leads_to: str = "") -> Iterator[str]:
    """A page of somebody else's; `refuses` to be shown inside others, or sends whoever loads it elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if leads_to else 200)
            if leads_to:
                self.send_header("Location", leads_to)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if refuses:
                self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
            self.end_headers()
            self.wfile.write(THEIR_PAGE)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
