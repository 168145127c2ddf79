"""The participant: a name of one's own without an account, and preferences that stay."""

from functools import partial
from itertools import count

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime.errors import Invalid
from chalicelib.sessions import service
from chalicelib.sessions.models import find
from chalicelib.sessions.rules import NAME_MAX, clean_name, clean_nickname
from chalicelib.sessions.spelling import HELPERS
from tests.support.browser import Browser
from tests.support.hand_clock import START_MS
from tests.support.memory import in_memory
from tests.support.world import World

ADULT = {"birth_month": 1, "birth_year": 1980}


NAMES = [
    "Ada",
    "李雷",
    "Анна-Мария",
    "عائشة",
    "Zoë 🦊",
    "a" * NAME_MAX,
    "نرگس\u200cخانم",
    "👩\u200d🚀",
    "\u200fשרה",
    "\U0001fae8",
    "🏴\U000e0067\U000e0062\U000e007f",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Ben",
    "👨\u200d👩\u200d👧 👩🏽\u200d🚀",
    "❤\ufe0f\u200d🔥",
    "1\ufe0f\u20e3",
    "നൻ\u0d4d\u200d",
    "क्\u200dष",
    "ᠠ\u180bᠨ",
    "辻\U000e0100",
    "x\u0301\u0304",
    "\u1000\u103c\u103d\u103e\u102d\u102f\u1037",
    "\u0f66\u0f90\u0fb1\u0f71\u0f74\u0f83",
    "x" + "\u0301" * 8,
    "?",
]
INVISIBLE = [
    "a\x00b", "a\u202eb", "\u200d\u200c", "\ue000", "a\u2066b", "\u00ad", "\u2800", "\u3164", "a\uffa0b",
    "a\u034fb", "\ufe0f", "a\ufe0fb", "1\ufe0f", "\u17b4", "ក\u17b5", "\u180b", "a\u180bb", "\U000e0100", "a\U000e0100",
    "\U0001d159", "\ufff9x", "\ufff3x", "\uffff", "a\ufdd0", "\U0001fffe", "\u2062\u2063", "a\u200db", "Vega 42\u200d",
    "a\u200eb", "ש\u200f\u200f", "\U000e0041\U000e0042x", "🏴\U000e0067", "🏴\U000e007f",
    "🏴x\U000e0067\U000e0062\U000e007f",
    "🏴\U000e0067\U000e0062\U000e007f\U000e0067", "\U000e0001a", "a\U000e0fffb", "👩\u200d", "👩\u200d\u200d🚀",
    "👩\u200d b",
]  # fmt: skip
PILED = ["a" + "\u0300\u0317" * 39, "x" + "\u0301" * 9, "\u0301", "\u0338Ada", "\u20dd"]
NO_NAMES = ["", "   ", "a" * (NAME_MAX + 1), *INVISIBLE, *PILED]
NO_PREFERENCES = [{"preferences": {"colour": "red"}}, {"preferences": {"language": "tlh"}}, {"email": "a@b.c"}]


def grown_up(world: World) -> Browser:
    browser = world.member()
    assert browser.post("/v1/session/age", json_body=ADULT).status == 200
    return browser


def rename(browser: Browser, name: str | None) -> int:
    return browser.request("PATCH", "/v1/session", json_body={"participant_name": name}).status


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_of_any_script(world: World, name: str) -> None:
    """C1: 1 to 80 characters."""
    browser = grown_up(world)
    assert rename(browser, name) == 200
    assert browser.get("/v1/session").json()["participant_name"] == name


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_deceives_or_is_none_changes_nothing(world: World, name: str) -> None:
    """C1: no control characters, nothing invisible; the old name stays."""
    browser = grown_up(world)
    before = browser.get("/v1/session").json()["participant_name"]
    answer = browser.request("PATCH", "/v1/session", json_body={"participant_name": name})
    assert answer.status == 422
    assert [error["at"] for error in answer.json()["errors"]] == ["participant_name"]
    assert browser.get("/v1/session").json()["participant_name"] == before


@given(st.text(max_size=100))
def test_a_clean_name_is_clean_however_often_it_is_cleaned(text: str) -> None:
    """C1: what is accepted once is accepted as it is."""
    try:
        name = clean_name(text)
    except Invalid:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= NAME_MAX
    assert not set(name) & set("\n\r\t\x00\u202e\u2028")


@given(st.text("a1 \u05d0\u0939\u094d👩❤🏴" + "".join(sorted(HELPERS)), min_size=1, max_size=8))
def test_no_accepted_name_looks_like_another_of_plain_letters(text: str) -> None:
    """C1: whatever invisible characters are set among Latin letters and digits, such a name is its letters."""
    try:
        name = clean_name(text)
    except Invalid:
        return
    if set(name) - HELPERS <= set("a1 "):
        assert name.isascii()


def test_a_deleted_name_is_stored_nowhere(world: World) -> None:
    """C1: after deletion no store holds it; a generated one takes its place."""
    browser = grown_up(world)
    rename(browser, "Philippa Example")
    assert rename(browser, None) == 200
    assert "Philippa" not in str(world.aws.items())
    assert browser.get("/v1/session").json()["participant_name"] != ""


def test_a_name_waits_for_the_question_of_age(world: World) -> None:
    """C7: before any name is taken; deleting one needs no age."""
    browser = world.member()
    answer = browser.request("PATCH", "/v1/session", json_body={"participant_name": "Ada"})
    assert (answer.status, answer.json()["type"]) == (403, "/problems/age-required")
    assert "Ada" not in str(world.aws.items())
    assert rename(browser, None) == 200


@pytest.mark.parametrize(
    "text",
    [
        "tom@kid",
        "0612345678",
        "tom＠kid",
        "tom﹫kid",
        "t․me",
        "t．me",
        "t。me",
        "t｡me",
        "john-smith",
        "John\u2010Smith",
        "John·Smith",
        "John’Smith",
        "一二三四五六七八",
        "①②③④⑤⑥",
        "０１２３４５６",
        "٠١٢٣٤٥٦",
        "ⅠⅡⅢⅠⅡⅢⅠⅡⅢⅠⅡⅢ",
        "+33612345678",
        "Tom.Sawyer",
        "Tom_Sawyer",
        "Tom Sawyer",
    ],
)
def test_a_nickname_is_no_address_no_number_and_no_full_name(text: str) -> None:
    """C7: never full name, e-mail or phone."""
    with pytest.raises(Invalid):
        clean_nickname(text)


@pytest.mark.parametrize("text", ["Tom", "Zoë🦊", "李雷", "Max2026", "नरेश", "Ünal", "三毛"])
def test_a_nickname_is_of_any_script(text: str) -> None:
    """C7."""
    assert clean_nickname(text) == text


@given(st.text(max_size=40))
def test_a_nickname_is_one_short_word(text: str) -> None:
    """C7: never a full name."""
    try:
        name = clean_nickname(text)
    except Invalid:
        return
    assert len(name) <= 20
    assert len(name.split()) == 1


def test_preferences_stay_and_can_be_forgotten_one_by_one(world: World) -> None:
    """C6: language and panel are remembered."""
    browser = world.member()
    for wished, kept in (
        ({"language": "fr", "panel": "open"}, {"language": "fr", "panel": "open"}),
        ({"theme": "dark"}, {"language": "fr", "panel": "open", "theme": "dark"}),
        ({"language": None}, {"panel": "open", "theme": "dark"}),
    ):
        answer = browser.request("PATCH", "/v1/session", json_body={"preferences": wished})
        assert answer.json()["preferences"] == kept
        assert browser.get("/v1/session").json()["preferences"] == kept


@pytest.mark.parametrize("body", NO_PREFERENCES)
def test_unknown_preferences_are_refused(world: World, body: dict[str, object]) -> None:
    """F12: unknown field 422, nothing changed."""
    browser = world.member()
    assert browser.request("PATCH", "/v1/session", json_body=body).status == 422
    assert browser.get("/v1/session").json()["preferences"] == {}


def test_preferences_changed_at_the_same_moment_are_all_kept() -> None:
    """C6, exhaustively at one switch: neither change undoes the other."""
    for switch in count():
        with in_memory() as memory:
            session = service.open_session(now=START_MS)
            second = partial(service.change_preferences, session, {"language": "ru"}, now=START_MS)
            with memory.interrupted(switch, second) as reached:
                service.change_preferences(session, {"theme": "dark"}, now=START_MS)
            if not reached():
                break
            found = find(session.session_id, now=START_MS)
            assert found is not None
            assert found.preferences == {"language": "ru", "theme": "dark"}
    assert switch > 0


def test_preferences_that_keep_changing_are_a_conflict_not_an_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API 409: the session lives; only somebody else is quicker every time."""
    browser = world.member()
    monkeypatch.setattr(service, "change", lambda *_, **__: None)
    answer = browser.request("PATCH", "/v1/session", json_body={"preferences": {"theme": "dark"}})
    assert (answer.status, answer.json()["type"]) == (409, "/problems/conflict")
    assert browser.get("/v1/session").status == 200


def test_a_session_says_whether_its_name_was_chosen(world: World) -> None:
    """C1: a made-up one is nobody's to delete; a chosen one is, until it is deleted."""
    browser = world.member()
    browser.post("/v1/session/age", json_body=ADULT)
    named = [browser.get("/v1/session").json()["named"]]
    for name in ("Ada", "Vega", "Vega 142", None):
        answer = browser.request("PATCH", "/v1/session", json_body={"participant_name": name})
        named.append(answer.json()["named"])
    assert named == [False, True, True, True, False]
