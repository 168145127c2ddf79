"""One session cookie: sealed, sliding 30 days, and whatever is wrong with it means anonymous."""

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from chalicelib.lifetimes import DAY, HOUR, MINUTE, SECOND, SESSION
from chalicelib.runtime import cookies, meter
from chalicelib.runtime.crypto import SealingKey, derive
from chalicelib.runtime.ids import SessionId, opaque
from chalicelib.runtime.settings import Settings
from chalicelib.sessions.edge import PURPOSE
from chalicelib.sessions.rules import RESEAL_AFTER_MS, Pass
from tests.support.accounts import GROWN_UP, PASSWORD, log_in, with_account
from tests.support.browser import HOST, Answer, Browser, call
from tests.support.environment import SECRET
from tests.support.memory import in_memory
from tests.support.world import World

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


def with_cookie(world: World, value: str) -> Answer:
    return world.browser().get("/v1/session", headers={"Cookie": f"{NAME}={value}"})


def flipped(value: str, bit: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


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


@pytest.mark.parametrize(
    ("age", "known"), [(0, True), (30 * DAY - 1, True), (30 * DAY, False), (30 * DAY + 1, False), (400 * DAY, False)]
)
def test_a_session_lives_30_days_after_its_last_use_to_the_millisecond(world: World, age: int, known: bool) -> None:
    """C2: valid at 29 d 23 h 59 m 59.999 s after last use, refused at 30 d."""
    browser = world.member()
    world.clock.advance(age)

    answer = browser.get("/v1/session")

    assert answer.status == (200 if known else 401)
    assert (NAME in browser.jar) == known  # and a useless one is cleared


def test_every_use_moves_the_30_days(world: World) -> None:
    """C2: sliding: three uses 29 days apart are one living session."""
    browser = world.member()
    for _ in range(3):
        world.clock.advance(29 * DAY)
        answer = browser.get("/v1/session")
        assert answer.status == 200
        assert answer.json()["expires_at_ms"] == world.now + 30 * DAY
    world.clock.advance(30 * DAY)
    assert browser.get("/v1/session").status == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/session/age", GROWN_UP),
        ("/v1/session/age", {"birth_month": 1, "birth_year": 2026}),
        ("/v1/session/age/guardian", {"email": "a@example.org"}),
        ("/v1/accounts/password", {"token": "x" * 22, "password": PASSWORD}),
        ("/v1/join-codes/AAAAAA", {}),
        ("/v1/session", {}),
    ],
)
def test_every_kind_of_use_moves_the_30_days(world: World, path: str, body: object) -> None:
    """C2: sliding, also where no session is needed but one is found."""
    browser = world.member()
    world.clock.advance(29 * DAY)
    browser.post(path, json_body=body, headers={"Earshot-Cookies": "none"})
    world.clock.advance(29 * DAY)
    assert browser.get("/v1/session").status == 200


def test_a_use_within_the_first_minute_still_counts_from_the_sealed_instant(world: World) -> None:
    """C2: sealed again at most once a minute; the sealed instant decides."""
    browser = world.member()
    world.clock.advance(RESEAL_AFTER_MS - 1)
    assert browser.get("/v1/session").cookies == []
    world.clock.advance(1)
    [again] = browser.get("/v1/session").cookies
    content = opened(LOCAL, value_of(again))
    assert content is not None
    assert json.loads(content)[2] == world.now


@given(gaps=st.lists(st.integers(0, 31 * DAY), max_size=6))
@example([11 * HOUR, 30 * DAY - 1, 30 * DAY - 1])
@example([12 * HOUR + 1, 30 * DAY])
def test_both_sides_agree_for_any_rhythm_of_use(world: World, gaps: list[int]) -> None:
    """C2: sliding 30 days on both sides: the server's half, written at most every 12 h, never ends a living cookie."""
    world.reset()
    with in_memory():
        browser, sealed_at, alive = world.member(), world.now, True
        for gap in gaps:
            world.clock.advance(gap)
            alive = alive and world.now < sealed_at + 30 * DAY
            assert browser.get("/v1/session").status == (200 if alive else 401)
            sealed_at = world.now if world.now - sealed_at >= MINUTE else sealed_at


def test_a_use_shortly_before_the_server_would_record_it_counts(world: World) -> None:
    """C2: used at 0 and at 0 d 11 h 59 m, valid at 30 d 11 h 58 m."""
    browser = world.member()
    world.clock.advance(11 * HOUR + 59 * MINUTE)
    assert browser.get("/v1/session").status == 200
    world.clock.advance(30 * DAY - MINUTE)
    assert browser.get("/v1/session").status == 200


def test_a_session_costs_a_request_one_read_and_rarely_a_write(world: World) -> None:
    """An authenticated request adds at most 1 read and, at most once in 12 h, 1 write."""
    browser = world.member()
    for elapsed, writes in ((0, 0), (MINUTE, 0), (12 * HOUR, 1), (MINUTE, 0)):
        world.clock.advance(elapsed)
        with meter.metering() as counted:
            assert browser.get("/v1/session").status == 200
        assert sorted(call.write for call in counted.calls) == [False] + [True] * writes


def test_the_servers_half_is_written_rarely_and_goes_a_day_after_the_cookie_at_most(world: World) -> None:
    """The four lifetimes: the server's half records last use when over 12 h old, and is swept at + 30 d 12 h."""
    browser = world.member()
    start = world.now
    world.clock.advance(12 * HOUR)
    browser.get("/v1/session")
    [early] = world.aws.items("sessions")
    world.clock.advance(1)
    browser.get("/v1/session")
    [late] = world.aws.items("sessions")

    assert int(early["used_at_ms"]["N"]) == start
    assert int(late["used_at_ms"]["N"]) == world.now
    assert int(late["expires_at_ms"]["N"]) == world.now + 30 * DAY + 12 * HOUR


def test_the_end_that_is_shown_is_the_end_that_is_enforced(world: World) -> None:
    """C2, B7's rule: 30 days from the instant sealed in the cookie that the browser holds after the answer."""
    browser, start = world.member(), world.now
    world.clock.advance(RESEAL_AFTER_MS - 1)
    shown = browser.get("/v1/session").json()["expires_at_ms"]
    patched = browser.request("PATCH", "/v1/session", json_body={}).json()["expires_at_ms"]
    assert shown == patched == start + 30 * DAY
    world.clock.now_ms = shown - 1
    last = Browser(world.app, jar=dict(browser.jar))
    assert browser.get("/v1/session").json()["expires_at_ms"] == world.now + 30 * DAY
    world.clock.now_ms = shown
    assert last.get("/v1/session").status == 401


USELESS_IN: list[tuple[str, str, object, int]] = [
    ("POST", "/v1/session/login", {"email": "a@example.org", "password": "x"}, 401),
    ("POST", "/v1/session/login", {"email": 7}, 422),
    ("PATCH", "/v1/session", {"colour": "red"}, 422),
    ("POST", "/v1/accounts/password-reset", {"email": "a@example.org"}, 202),
    ("POST", "/v1/accounts/verify", {"token": "x"}, 410),
    ("POST", "/v1/session/age", {"birth_month": 1, "birth_year": 2026}, 200),
    ("GET", "/v1/time", None, 200),
    ("GET", "/", None, 200),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), USELESS_IN)
@pytest.mark.parametrize("what", ["nonsense", "run out"])
def test_a_useless_cookie_is_cleared_whatever_was_asked(
    world: World, what: str, method: str, path: str, body: object, status: int
) -> None:
    """C2: treated as anonymous, cookie cleared: on every answer to a request that brought one."""
    browser = world.member()
    if what == "nonsense":
        browser.jar[NAME] = "nonsense"
    else:
        world.clock.advance(30 * DAY)
    answer = browser.request(method, path, json_body=body)
    assert answer.status == status
    assert len([one for one in answer.cookies if one.startswith(f"{NAME}=;") and "Max-Age=0" in one]) == 1


@pytest.mark.parametrize(("method", "path", "body", "status"), USELESS_IN)
def test_a_good_cookie_stays_whatever_was_asked(
    world: World, method: str, path: str, body: object, status: int
) -> None:
    """C2: and nothing is cleared for whoever sent none."""
    browser = world.member()
    assert browser.request(method, path, json_body=body).status == status
    assert NAME in browser.jar
    assert not any("Max-Age=0" in one for one in world.browser().request(method, path, json_body=body).cookies)


def ended(world: World) -> tuple[Browser, Browser]:
    """Whoever logged in, and a request of theirs that set out under the session before."""
    with_account(world)
    browser = world.member()
    late = Browser(world.app, jar=dict(browser.jar))
    world.clock.advance(2 * DAY)  # their cookie is due to be sealed again, too
    assert log_in(browser).status == 200
    return browser, late


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/session", None), ("GET", "/v1/account", None), ("PATCH", "/v1/session", {}),
        ("GET", "/v1/content", None), ("GET", "/v1/nothing", None), ("GET", "/", None), ("GET", "/v1/time", None),
        ("POST", "/v1/session/login", {"email": "a@example.org", "password": "x"}),
        ("POST", "/v1/accounts/password-reset", {"email": "a@example.org"}),
        ("POST", "/v1/tabs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/closed", {}),
    ],
)  # fmt: skip
def test_a_late_answer_leaves_the_cookie_of_the_log_in_alone(
    world: World, method: str, path: str, body: object
) -> None:
    """C2, C5: it was asked for under a session that a log in has replaced; the browser has another cookie by now."""
    browser, late = ended(world)
    answer = late.request(method, path, json_body=body)
    assert answer.status in (200, 202, 401, 404)
    assert answer.cookies == []
    assert browser.get("/v1/account").status == 200


def test_what_a_page_says_while_it_goes_sets_no_cookie(world: World) -> None:
    """C2: nobody waits for that answer, and another tab may have logged in before it comes."""
    browser = world.member()
    world.clock.advance(DAY)
    for method, path in (
        ("POST", "/v1/tabs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/closed"),
        ("DELETE", f"/v1/joins/{uuid.uuid4()}"),
    ):
        answer = browser.request(method, path, json_body={} if method == "POST" else None)
        assert (answer.status, answer.cookies) == (204, [])


def test_an_ended_servers_half_ends_the_session(world: World) -> None:
    """C2: ended elsewhere it is anonymous here, however fresh its cookie; the next session takes the cookie's place."""
    browser = world.member()
    thief = Browser(world.app, jar=dict(browser.jar))
    assert browser.delete("/v1/session").status == 204
    assert browser.jar == {}
    assert thief.get("/v1/session").status == 401
    before = thief.jar[NAME]
    assert thief.open_session().status == 201
    assert thief.jar[NAME] != before
    assert thief.get("/v1/session").status == 200


def test_a_session_that_never_was_is_answered_as_none(world: World) -> None:
    """C2: the same problem as without a cookie."""
    answer = with_cookie(world, sealed())
    none = world.browser().get("/v1/session")
    assert (
        (answer.status, answer.json()["type"])
        == (none.status, none.json()["type"])
        == (401, "/problems/session-required")
    )


SPOILERS: dict[str, Callable[[str], str]] = {
    "truncated": lambda value: value[:-1],
    "cut in half": lambda value: value[: len(value) // 2],
    "one bit of the ciphertext": lambda value: flipped(value, 8 * 30),
    "one bit of the key id": lambda value: flipped(value, 0),
    "one bit of the nonce": lambda value: flipped(value, 8 * 4),
    "empty": lambda _: "",
    "not base64": lambda _: "%%%%",
    "not ASCII": lambda _: "пароль",
    "something else": lambda _: "deadbeef",
    "8 KB": lambda value: value * 64,
    "another purpose": lambda _: sealed(purpose="ticket"),
    "another stage": lambda _: sealed(
        Settings(stage="prod", secrets=(SECRET,), live_endpoint="http://x", insecure_cookies=False, version="1")
    ),
    "another secret": lambda _: sealed(
        Settings(stage="local", secrets=(SECRET[::-1],), live_endpoint="http://x", insecure_cookies=False, version="1")
    ),
    "from the future": lambda _: value_of(cookies.sealed(LOCAL, PURPOSE, Pass(ME, 2 * NOW).to_bytes())),
    "another format": lambda _: value_of(cookies.sealed(LOCAL, PURPOSE, b"[2,3]")),
    "no JSON": lambda _: value_of(cookies.sealed(LOCAL, PURPOSE, b"\xff")),
    "no text in it": lambda _: value_of(cookies.sealed(LOCAL, PURPOSE, b"[1,7,1800000000000]")),
}


@pytest.mark.parametrize("how", SPOILERS)
def test_a_spoilt_cookie_is_anonymous_cleared_and_answered_alike(world: World, how: str) -> None:
    """C2: one flipped bit, truncation, another stage's cookie: treated as anonymous, cookie cleared, no 500."""
    good = world.member().jar[NAME]

    answer = with_cookie(world, SPOILERS[how](good))

    reference = with_cookie(world, "x")
    assert (answer.status, answer.json()["type"]) == (401, "/problems/session-required")
    assert answer.json()["status"] == reference.json()["status"]
    [cleared] = answer.cookies
    assert cleared.startswith(f"{NAME}=;")
    assert "Max-Age=0" in cleared


@given(bit=st.integers(0, 8 * 100))
def test_any_flipped_bit_closes_the_seal(bit: int) -> None:
    """C2: encrypted and authenticated."""
    good = sealed()
    assert opened(LOCAL, good) is not None
    assert opened(LOCAL, flipped(good, bit)) is None


@given(st.text(max_size=600))
def test_no_value_breaks_the_reader(value: str) -> None:
    """C2: no 500, whatever a cookie says."""
    assert opened(LOCAL, value) is None


@given(st.binary(max_size=80))
def test_no_content_breaks_the_pass(content: bytes) -> None:
    made = Pass.from_bytes(content)
    assert made is None or Pass.from_bytes(made.to_bytes()) == made


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
def test_no_json_breaks_the_pass(value: Any) -> None:
    assert Pass.from_bytes(json.dumps(value).encode()) is None


def test_several_cookies_of_the_name_are_none(world: World) -> None:
    """C2: anonymous, cleared: no browser of ours sends two, whatever the order and even if both open."""
    browser, other = world.member(), world.member()
    mine, theirs = browser.jar[NAME], other.jar[NAME]
    for pair in ((mine, theirs), (mine, "stale"), ("stale", mine), (mine, mine)):
        answer = world.browser().get("/v1/session", headers={"Cookie": "; ".join(f"{NAME}={one}" for one in pair)})
        assert answer.status == 401
        assert "Max-Age=0" in answer.cookies[0]


@pytest.mark.parametrize("spoil", [lambda v: v + "=", lambda v: v[:9] + "!!!!" + v[9:], lambda v: f'"{v}"'])
def test_one_content_has_one_spelling(world: World, spoil: Callable[[str], str]) -> None:
    """C2: altered is altered, also where a lenient decoder would not notice."""
    browser = world.member()
    browser.jar[NAME] = spoil(browser.jar[NAME])
    assert browser.get("/v1/session").status == 401


def test_any_flipped_bit_of_the_text_counts(world: World) -> None:
    """C2: one flipped bit: anonymous."""
    value = world.member().jar[NAME]
    content = opened(LOCAL, value)
    flipped = [
        value[:at] + chr(ord(value[at]) ^ bit) + value[at + 1 :] for at in range(len(value)) for bit in (1, 2, 4)
    ]
    assert content is not None
    assert [one for one in flipped if opened(LOCAL, one) is not None] == []


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


@given(used=st.integers(0, 2**45), now=st.integers(0, 2**45))
def test_a_pass_is_valid_for_exactly_its_lifetime(used: int, now: int) -> None:
    """C2: to the millisecond, and an instant over a minute ahead is not ours."""
    assert Pass(ME, used).valid_at(now) == (used - MINUTE <= now < used + SESSION.length_ms)


def test_browsers_keep_the_same_session_when_they_ask_again(world: World) -> None:
    """API: POST /v1/session opens a session, or finds the one there is."""
    browser: Browser = world.member()
    first = browser.get("/v1/session").json()
    again = browser.open_session()
    assert (again.status, again.json()["participant_name"]) == (201, first["participant_name"])
    assert len(world.aws.items("sessions")) == 1
