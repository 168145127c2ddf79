"""The session cookie, sealed and opened as the application does."""

from chalicelib.runtime import cookies
from chalicelib.runtime.ids import SessionId, opaque
from chalicelib.runtime.settings import Settings
from chalicelib.sessions.edge import PURPOSE
from chalicelib.sessions.rules import Pass
from tests.support.environment import SECRET

NAME = "__Host-earshot"
LOCAL = Settings(stage="local", secrets=(SECRET,), live_endpoint="http://x", insecure_cookies=False, version="1")
NOW = 1_800_000_000_000
ME = SessionId(opaque())


def value_of(set_cookie: str) -> str:
    return set_cookie.split(";")[0].partition("=")[2]


def opened(settings: Settings, value: str, purpose: str = PURPOSE) -> bytes | None:
    return cookies.opened(settings, purpose, {"cookie": f"{cookies.name(settings)}={value}"})


def sealed(settings: Settings = LOCAL, purpose: str = PURPOSE) -> str:
    return value_of(cookies.sealed(settings, purpose, Pass(ME, NOW).to_bytes()))
