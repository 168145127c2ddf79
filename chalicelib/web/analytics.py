"""The organiser's own Google Analytics or Ads, in a frame that has no part in our pages (C8).

The frame's document has an origin of its own, shared with nothing: it reads no cookie, no storage and nothing of the
page around it, and is told no more than the id. Only it may load what Google serves; our pages' policy stays as it is.
"""

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
SCRIPT_HEADERS: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}  # the frame that runs it is of no origin


def frame_script() -> str:
    """What runs in the frame."""
    return SCRIPT.read_text("utf-8")
