"""Whatever is sent about accounts, by strangers and by people signed in: never a fault, never a hint."""

from typing import Any, get_args

from hypothesis import given, settings, strategies as st

from chalicelib.runtime.consent import PurposeName
from tests.support.accounts import EMAIL, PASSWORD, grown_up, with_account
from tests.support.browser import Browser
from tests.support.memory import in_memory
from tests.support.world import World

EXAMPLES = settings().max_examples // 4  # 25, or 250 by HYPOTHESIS_PROFILE=thorough: each may hash a password
TEXT = st.text(max_size=40) | st.sampled_from(
    ["", "\x00", "a" * 1_024, "\ufdfa" * 20, "e\u0301" * 12, "🦉" * 12, "%00", "\u202e" * 12]
)
EMAILS = TEXT | st.builds("{}@{}".format, TEXT, TEXT) | st.sampled_from([EMAIL, EMAIL.upper(), "nobody@example.org"])
PASSWORDS = TEXT | st.just(PASSWORD)
CHOICES = st.dictionaries(st.sampled_from([*get_args(PurposeName), "else"]), st.booleans(), max_size=3)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "email": EMAILS,
    "password": PASSWORDS,
    "new_password": PASSWORDS,
    "token": TEXT,
    "totp": TEXT | st.from_regex(r"[0-9]{6}", fullmatch=True),
    "consents": CHOICES,
    "language": st.sampled_from(["en", "fr", "ru", "de", None, 1]),
}
FOR_ALL = {
    ("POST", "/v1/accounts"): ("email", "password", "consents", "language"),
    ("POST", "/v1/accounts/verify"): ("token",),
    ("POST", "/v1/accounts/password-reset"): ("email", "language"),
    ("POST", "/v1/accounts/password"): ("token", "password"),
    ("POST", "/v1/session/login"): ("email", "password", "totp"),
}
FOR_OWNERS = {
    ("POST", "/v1/account/totp"): ("password",),
    ("PUT", "/v1/account/totp"): ("totp",),
    ("DELETE", "/v1/account/totp"): ("password", "totp"),
    ("PUT", "/v1/account/password"): ("password", "new_password"),
    ("DELETE", "/v1/account"): ("password",),
}
FINE = {200, 202, 204, 401, 409, 410, 422, 429}


def requests(among: dict[tuple[str, str], tuple[str, ...]]) -> st.SearchStrategy[Any]:
    """Method, path, body: each field there or not."""
    kinds: list[st.SearchStrategy[Any]] = [
        st.tuples(st.just(where), st.fixed_dictionaries({}, optional={name: FIELDS[name] for name in names}))
        for where, names in among.items()
    ]
    return st.one_of(kinds)


def send(browser: Browser, request: Any) -> None:
    (method, path), body = request
    answer = browser.request(method, path, json_body=body)
    assert answer.status in FINE, answer
    secrets = [body[name] for name in ("password", "new_password", "token") if len(body.get(name, "")) >= 8]
    assert not [secret for secret in secrets if secret in answer.body]


@settings(max_examples=EXAMPLES)
@given(sent=st.lists(requests(FOR_ALL), max_size=4))
def test_strangers_cannot_break_anything(world: World, sent: list[Any]) -> None:
    """C5: any bytes in, never a 500; nothing secret comes back."""
    world.reset()
    with in_memory():
        browser = grown_up(world)
        for request in sent:
            send(browser, request)


@settings(max_examples=EXAMPLES)
@given(sent=st.lists(requests(FOR_OWNERS), max_size=4))
def test_owners_cannot_break_anything_either(world: World, sent: list[Any]) -> None:
    """C5: nor in any order, the account erased in between or not."""
    world.reset()
    with in_memory():
        browser = with_account(world)
        for request in sent:
            send(browser, request)
        assert browser.get("/v1/account").status in (200, 401)
