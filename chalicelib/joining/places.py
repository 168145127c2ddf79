"""Where a clip may have company: anywhere, in its area, on its network. No address is kept, only keyed hashes.

The hash's key changes daily, so that a place cannot be followed from one day to the next. A clip that straddles
midnight (UTC) is listed under both days' names, so two clips that overlap always share one.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from chalicelib.joining.rules import Span
from chalicelib.lifetimes import DAY
from chalicelib.runtime.crypto import derive
from chalicelib.runtime.networks import network
from chalicelib.runtime.viewers import Viewer

ANYWHERE = "anywhere"  # for those who share nothing but the room, such as a VPN and a mobile network
NAME_BYTES = 9  # of the hash, 12 characters: with longer ones a clip's row would outgrow 4 KiB, a unit


def places(viewer: Viewer, span: Span, secret: bytes) -> list[list[str]]:
    """The clip's places, widest first; each under one name, or two around midnight."""
    known = [ANYWHERE, *([f"area/{viewer.area}"] if viewer.area else []), f"network/{network(viewer.address)}"]
    days = sorted({span.start_ms // DAY, span.end_ms // DAY})
    return [[hidden(place, secret, day) for day in days] for place in known]


def hidden(place: str, secret: bytes, day: int) -> str:
    key = derive(secret, f"places/{day}")
    return urlsafe_b64encode(hmac.digest(key, place.encode(), sha256)[:NAME_BYTES]).decode()
