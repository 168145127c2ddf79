"""Whatever is wrong with a cookie means anonymous: cut off, altered, huge, several, from elsewhere."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime import cookies
from chalicelib.runtime.settings import Settings
from chalicelib.sessions.edge import PURPOSE
from chalicelib.sessions.rules import Pass
from tests.support.browser import Answer
from tests.support.cookies import LOCAL, ME, NAME, NOW, opened, sealed, value_of
from tests.support.environment import SECRET
from tests.support.world import World


def with_cookie(world: World, value: str) -> Answer:
    return world.browser().get("/v1/session", headers={"Cookie": f"{NAME}={value}"})


def flipped(value: str, bit: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


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
