"""Browser profiles: what is typed and kept in them is told to the search of the server's output (G6)."""

from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request

from tests.support import canaries


def opened(browser: Browser, **options: Any) -> BrowserContext:
    return watched(browser.new_context(**options))


def watched(context: BrowserContext) -> BrowserContext:
    """Whatever its pages send from now on is told."""
    context.on("request", _tell)
    return context


def closed(context: BrowserContext) -> None:
    """What a test holds up on its way is let go; closing twice is closing once."""
    with suppress(Error):  # closed already
        canaries.tell(*(cookie["value"] for cookie in context.cookies()))
    holders: list[BrowserContext | Page] = [context, *context.pages]
    for holder in holders:
        holder.unroute_all(behavior="ignoreErrors")
    context.close()


def _tell(request: Request) -> None:
    canaries.tell_address(request.url)
    canaries.tell_json(request.post_data_buffer or b"")
