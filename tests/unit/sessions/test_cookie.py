"""One session cookie: sealed, bound to this host, found among others."""

import json

import pytest

from chalicelib.lifetimes import DAY, SECOND
from chalicelib.runtime import cookies
from chalicelib.runtime.crypto import SealingKey, derive
from chalicelib.runtime.settings import Settings
from chalicelib.sessions.edge import PURPOSE
from tests.support.browser import HOST, Browser, call
from tests.support.cookies import LOCAL, NAME, opened, sealed
from tests.support.environment import SECRET
from tests.support.world import World


def test_the_cookie_is_bound_to_this_host_and_out_of_scripts_reach(world: World) -> None:
    """C2: __Host-, Secure, HttpOnly, SameSite=Lax, 30 days."""
    [cookie] = world.browser().open_session().cookies

    name, *attributes = cookie.split("; ")
    assert name.startswith(f"{NAME}=")
    assert set(attributes) == {"Path=/", f"Max-Age={30 * DAY // SECOND}", "HttpOnly", "SameSite=Lax", "Secure"}


def test_plain_http_localhost_gets_a_cookie_it_can_keep() -> None:
    """On plain-http localhost the name loses its prefix and the Secure flag, by settings only."""
    plain = Settings(stage="local", secrets=(SECRET,), live_endpoint="http://x", insecure_cookies=True, version="1")
    cookie = cookies.sealed(plain, PURPOSE, b"x")
    assert cookie.startswith("earshot=")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


def test_the_cookie_holds_an_opaque_id_an_instant_and_a_version_only(world: World) -> None:
    """C3: decrypted payload: opaque id, instants, version only."""
    browser = world.member()
    content = opened(LOCAL, browser.jar[NAME])

    assert content is not None
    version, session_id, used_at_ms = json.loads(content)
    assert (version, used_at_ms) == (1, world.now)
    assert len(session_id) == 22
    [stored] = world.aws.items("sessions")
    assert stored["own_id"]["S"] == session_id


def test_a_cookie_of_another_name_is_not_ours(world: World) -> None:
    good = world.member().jar[NAME]
    answer = world.browser().get("/v1/session", headers={"Cookie": f"earshot={good}; x{NAME}={good}"})
    assert answer.status == 401
    assert answer.cookies == []


TOSSED = ["x=1,{}", "x=1, {}", "\u00a0{}", "\u2000{}", "\u3000{}", "a=b; \x1c{}", "a=b;\x0b{}", "a=b; x={}", "_{}"]


@pytest.mark.parametrize("tossed", TOSSED)
def test_no_neighbour_can_give_a_browser_a_session(world: World, tossed: str) -> None:
    """C2, __Host-: a host beside ours may set any cookie whose name does not begin so; it never counts as ours."""
    theirs = tossed.format(f"{NAME}={world.member().jar[NAME]}")
    answer = world.browser().get("/v1/session", headers={"Cookie": theirs})
    assert (answer.status, answer.cookies) == (401, [])

    mine = f"{NAME}={world.member().jar[NAME]}"
    for header in (f"{mine}; {theirs}", f"{theirs}; {mine}"):
        answer = world.browser().get("/v1/session", headers={"Cookie": header})
        assert (answer.status, answer.cookies) == (200, [])


@pytest.mark.parametrize("between", [";", "; ", ";\t"])
def test_ours_is_found_among_others(world: World, between: str) -> None:
    mine = f"{NAME}={world.member().jar[NAME]}"
    assert world.browser().get("/v1/session", headers={"Cookie": between.join(("a=1", mine, "b=2"))}).status == 200


@pytest.mark.parametrize(("more", "status"), [("x=1,2", 200), (f"{NAME}=x", 401)])
def test_a_cookie_header_may_come_in_pieces(world: World, more: str, status: int) -> None:
    """C2, RFC 9113 8.2.3: they are one header; two of the name are two, in whichever pieces."""
    own = [("Host", HOST), ("X-Forwarded-Proto", "https"), ("Cookie", f"{NAME}={world.member().jar[NAME]}")]
    for headers in ([*own, ("Cookie", more)], [("Cookie", more), *own]):
        answer = call(world.app, "GET", "/v1/session", headers=headers, address="203.0.113.7")
        assert answer.status == status
        assert bool(answer.cookies) == (status == 401)


def test_sealing_twice_gives_two_values_that_share_nothing() -> None:
    """C3: the cookie tracks nothing: a fresh nonce for every seal."""
    one, two = sealed(), sealed()
    assert one != two
    assert one[6:30] != two[6:30]


def test_keys_for_different_purposes_share_nothing() -> None:
    """Keys are derived from the root secret, one for each purpose."""
    keys = {derive(SECRET, purpose) for purpose in ("cookie/key", "cookie/id", "places/1", "places/2")}
    assert len(keys) == 4
    assert SECRET not in keys
    ticket, cookie = SealingKey.from_secret(SECRET, "ticket"), SealingKey.from_secret(SECRET, "cookie")
    assert ticket.open(cookie.seal(b"x", b"c"), b"c") is None
    assert cookie.open(cookie.seal(b"x", b"c"), b"d") is None
    assert cookie.open(cookie.seal(b"x", b"c"), b"c") == b"x"


def test_browsers_keep_the_same_session_when_they_ask_again(world: World) -> None:
    """API: POST /v1/session opens a session, or finds the one there is."""
    browser: Browser = world.member()
    first = browser.get("/v1/session").json()
    again = browser.open_session()
    assert (again.status, again.json()["participant_name"]) == (201, first["participant_name"])
    assert len(world.aws.items("sessions")) == 1
