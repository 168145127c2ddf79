"""The organiser's own Google Analytics or Ads, in a frame that has no part in our pages (C8).

The frame's document has an origin of its own, shared with nothing: it reads no cookie, no storage and nothing of the
page around it, and is told no more than the id. Only it may load what Google serves; our pages' policy stays as it is.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SCRIPT = Path(__file__).parent / "static" / "js" / "analytics-frame.js"
JAVASCRIPT = "text/javascript; charset=utf-8"

# As Google lists them for gtag.js, without those that would follow people over sites.
_COLLECTS = "https://*.google-analytics.com https://*.analytics.google.com https://www.googletagmanager.com"
FRAME_HEADERS: Final = {
    "Content-Security-Policy": (
        f"sandbox allow-scripts; default-src 'none'; script-src 'self' https://www.googletagmanager.com; "
        f"connect-src {_COLLECTS}; img-src {_COLLECTS}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Permissions-Policy": "microphone=(), camera=(), geolocation=(), display-capture=()",
}
# The browser says by itself who wants the frame. Where a link that is shown leads here, by whatever detours, it says
# cross-site; one too old to say anything runs no analytics.
_OURS: Final = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "iframe"}
_OBJECTIONS: Final = ("sec-gpc", "dnt")

SCRIPT_HEADERS: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}  # the frame that runs it is of no origin


def may_run(headers: Mapping[str, str]) -> bool:
    """Whether a page of ours has made the frame, for somebody whose browser does not object. `headers` in lower case.

    Our own page makes it only for who agreed; nobody else's page can make one, nor send a frame there.
    """
    ours = all(headers.get(name) == value for name, value in _OURS.items())
    return ours and not any(headers.get(name) == "1" for name in _OBJECTIONS)


def frame_script() -> str:
    """What runs in the frame."""
    return SCRIPT.read_text("utf-8")
