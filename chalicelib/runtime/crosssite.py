"""No other site may act through a visitor's browser (docs/api.md, "Cross-site defence")."""

from collections.abc import Mapping

from chalicelib.runtime.errors import Denied
from chalicelib.runtime.settings import settings

CLIENT_HEADER = "earshot-client"


def check(headers: Mapping[str, str]) -> None:
    """Raises Denied unless Origin and Sec-Fetch-Site, whichever is there, say same origin.

    With neither, the caller is a program and must say so by `Earshot-Client`, which no cross-site form can send.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        check_program(headers)
    elif site not in (None, "same-origin") or (origin is not None and not same_origin(origin, headers)):
        raise Denied("This request came from another site.", kind="cross-site")


def check_socket(headers: Mapping[str, str]) -> None:
    """The rule for opening a WebSocket: the exact Origin, or none and `Earshot-Client`; Sec-Fetch-Site must agree."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None:
        check_program(headers)
    if site not in (None, "same-origin") or (origin is not None and not same_origin(origin, headers)):
        raise Denied("This socket was opened by another site.", kind="cross-site")


def check_program(headers: Mapping[str, str]) -> None:
    if not headers.get(CLIENT_HEADER, "").strip():
        raise Denied("Programs name themselves by the header Earshot-Client.", kind="cross-site")


def same_origin(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether `origin` is scheme, host and port of the request itself, as its Host and X-Forwarded-Proto say.

    Deployed, they say where the edge has sent it: the origin is the one in the settings.
    """
    if settings().stage != "local":
        return origin == settings().origin
    host = headers.get("host", "")
    scheme = headers.get("x-forwarded-proto", "http").split(",")[0].strip()
    return bool(host) and origin == f"{scheme}://{host}"  # as text: taking apart what a client sent can fail
