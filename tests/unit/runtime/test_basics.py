"""Settings, identifiers, the clock and events: small, and stood upon by everything."""

import base64

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime import clock, events, ids
from chalicelib.runtime.errors import Invalid
from chalicelib.runtime.settings import MissingSetting, Settings
from tests.support.environment import ENVIRONMENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EARSHOT_STAGE", None), ("EARSHOT_STAGE", ""), ("EARSHOT_STAGE", "moon"), ("EARSHOT_SECRET", None),
        ("EARSHOT_SECRET", "not base64!"), ("EARSHOT_SECRET", base64.b64encode(b"x" * 31).decode()),
        ("EARSHOT_SECRET", " "), ("EARSHOT_SECRET", f"next:{base64.b64encode(b'x' * 32).decode()}"),
        ("EARSHOT_SECRET", f"{ENVIRONMENT['EARSHOT_SECRET']} next:c2hvcnQ="),
        ("EARSHOT_LIVE_ENDPOINT", None),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str | None) -> None:
    environ = {**ENVIRONMENT, name: value or ""}
    with pytest.raises(MissingSetting, match=name):
        Settings.from_environ(environ)


def test_the_secret_is_in_no_message() -> None:
    with pytest.raises(MissingSetting) as raised:
        Settings.from_environ({**ENVIRONMENT, "EARSHOT_SECRET": "c2hvcnQ="})
    assert "c2hvcnQ" not in str(raised.value)
    assert "short" not in str(raised.value)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cookies_are_never_insecure_where_it_is_deployed(stage: str) -> None:
    """C2: on plain-http localhost only."""
    with pytest.raises(MissingSetting, match="INSECURE"):
        Settings.from_environ({**ENVIRONMENT, "EARSHOT_STAGE": stage, "EARSHOT_INSECURE_COOKIES": "1"})


def test_identifiers_carry_128_bits_and_never_repeat() -> None:
    """An opaque session id of at least 128 bits."""
    made = {ids.opaque() for _ in range(500)}
    assert len(made) == 500
    assert all(ids.is_opaque(one) and len(base64.urlsafe_b64decode(one + "==")) == 16 for one in made)


@given(st.lists(st.text(max_size=5), min_size=1, max_size=4), st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_a_derived_identity_depends_on_its_parts_and_nothing_else(one: list[str], other: list[str]) -> None:
    """Retriable work has a derived identity."""
    assert ids.is_opaque(ids.derived(*one))
    if "\x1f" not in "".join([*one, *other]):
        assert (ids.derived(*one) == ids.derived(*other)) == (one == other)


@pytest.mark.parametrize("text", ["", "x" * 21, "x" * 23, "x" * 21 + "/", "x" * 21 + "\n", "é" * 22, "x" * 22 + "\n"])
def test_anything_else_cannot_name_an_item(text: str) -> None:
    assert not ids.is_opaque(text)


@pytest.mark.parametrize(
    "text",
    [
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "{0f8fad5b-d9cb-469f-a165-70867728950e}",
        "0f8fad5bd9cb469fa16570867728950e",
    ],
)
def test_every_spelling_of_a_uuid_is_one_name(text: str) -> None:
    """A11: the same clip id twice: one effect, however it is spelt."""
    assert ids.parse_uuid(text, "Earshot-Join") == "0f8fad5b-d9cb-469f-a165-70867728950e"


@given(st.text(max_size=40).filter(lambda text: sum(character.isalnum() for character in text) < 32))
def test_what_is_no_uuid_is_invalid_and_says_where(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ids.parse_uuid(text, "Earshot-Join")
    assert [error.at for error in refused.value.errors] == ["Earshot-Join"]


def test_the_clock_reads_milliseconds_and_comes_back_after_a_test() -> None:
    with clock.reading(lambda: 7):
        assert clock.now() == 7
        with clock.reading(lambda: 8):
            assert clock.now() == 8
        assert clock.now() == 7
    assert clock.now() > 1_700_000_000_000


def test_events_reach_their_subscribers_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subject publishes, those above subscribe."""
    heard: list[str] = []

    def first(_: object) -> None:
        heard.append("first")

    def second(_: object) -> None:
        heard.append("second")

    monkeypatch.setitem(events._subscribers, str, [])
    for handler in (first, second, first):
        events.subscribe(str, handler)
    events.publish("news")
    events.publish(7)
    assert heard == ["first", "second"]
