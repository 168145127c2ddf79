"""What an address and a password may be."""

import time

import pytest
from hypothesis import given, strategies as st

from chalicelib.accounts import passwords
from chalicelib.accounts.rules import (
    PASSWORD_MIN,
    normal_password,
    recovery_form,
    steps_around,
    weakness_of,
)
from chalicelib.runtime.addresses import EMAIL_MAX, Address, parse_address
from chalicelib.runtime.errors import Invalid

ADA = Address("ada@example.org")
LOCAL = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=70)
DOMAIN = st.lists(st.text("abzAZ09-", min_size=1, max_size=65), min_size=1, max_size=5).map(".".join)


def refused(text: str) -> bool:
    try:
        passwords.hash_new(text, ADA)
    except Invalid:
        return True
    return False


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org", "ADA@EXAMPLE.ORG", "a@b.co", "ada.lovelace+meetings@mail.example.co.uk",
        "o'hara@x-y.example", "x@xn--bcher-kva.example", f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 58}.example",
    ],
)  # fmt: skip
def test_addresses_that_mail_reaches_are_taken(text: str) -> None:
    """C5: compared in lower case."""
    assert parse_address(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org", "ada@example..org",
        ".ada@example.org", "ada.@example.org", "a..b@example.org", "ada@-example.org", "ada@example-.org",
        "ada@example.org.", "ada@example.1", "ada @example.org", " ada@example.org", "ada@example.org\n",
        "ada@example.org\r\nBcc: all@example.org", "Ada <ada@example.org>", "ada@example.org,bob@example.org",
        '"a b"@example.org', "ada@[127.0.0.1]", "ада@example.org", "ada@пример.рф", "ada@example.org\x00",
        f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", f"{'a' * 64}@{'.'.join(['b' * 50] * 4)}.org",
    ],
)  # fmt: skip
def test_what_mail_cannot_reach_or_could_misuse_is_refused(text: str) -> None:
    """C5: sane syntax, at most 254 characters; nothing that could begin another header."""
    with pytest.raises(Invalid) as caught:
        parse_address(text)
    assert caught.value.errors[0].at == "$.email"
    assert not text or text not in caught.value.detail


@given(st.text(max_size=300) | st.builds("{}@{}".format, LOCAL, DOMAIN))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """C5: never a fault; what passes is one plain word of ASCII with one @."""
    try:
        address = parse_address(text)
    except Invalid:
        return
    local, _, domain = address.partition("@")
    assert address == text.lower()
    assert address.isascii()
    assert len(address) <= EMAIL_MAX
    assert local
    assert "." in domain
    assert not set(address) & set(' \r\n\t,;<>()"\\:[]')


@pytest.mark.parametrize(
    "text",
    [
        "password1234", "Password2027!!", "passwordpassword", "qwertyuiop[]12", "123456789012", "abcdefghijkl",
        "210987654321", "aaaaaaaaaaaa", "abababababab", "1qaz2wsx3edc", "ada@example.org", "ADA@Example.org!",
        "adaadaadaada", "earshotearshot", "dragon!!!!!!", "short", "eleven char",
        "password password", "letmein letmein", "passwordpassword1", "monkeymonkey1", "iloveyouforever", "P@ssw0rd1234",
        "Password123456789", "Welcome2026!!", "Summer2026!!!!", "1234567891011", "11223344556677", "00112233445566",
        "aabbccddeeff", "1a2b3c4d5e6f", "zaq12wsxcde3", "qwertyuiopasdf", "0987654321qwerty", "qazwsxedcrfv",
        "йцукенгшщзхъ", "фывапролджэ1", "парольпароль", "azertyuiopqs", "qsdfghjklm12", "aqwzsxedcrfv",
        "example.org2024", "Ada2024!!!!!",
    ],
)  # fmt: skip
def test_passwords_that_others_guess_are_refused(text: str) -> None:
    """C5: at least 12 characters, none of the most common, decorated or not, nor one's own address."""
    assert refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery staple",
        "twelve chars",
        "пароль из многих слов",
        "🦉🦊🐝🌿🪁🎈🧭🪐🫧🦔🐚🎻",
        "x" * 9 + "yzw" + "9" * 1_012,
    ],
)
def test_any_other_password_will_do(text: str) -> None:
    """C5: no rule about kinds of characters; any script, 12 to 1024 of them."""
    assert not refused(text)


def test_no_password_keeps_the_server_busy() -> None:
    """C5: what takes long to judge is not judged letter by letter."""
    worst = ("4@8({[<369&#!1/|7+0$5%2" * 9)[: passwords.EXAMINED_MAX]
    assert not refused("one to load the lists with")
    began = time.process_time()
    refused(worst)
    refused(worst * 20)
    assert time.process_time() - began < 1


def test_the_length_counts_after_normalisation() -> None:
    """C5: a password is the same however a keyboard composes it: NFKC."""
    composed, apart = "\u00e9toile filante", "e\u0301toile filante"
    assert normal_password(composed) == normal_password(apart)
    assert passwords.matches(passwords.hash_new(composed, ADA), apart)
    assert refused("e\u0301" * (PASSWORD_MIN - 1))  # twice as many code points


@given(st.text(max_size=60))
def test_any_text_is_a_password_or_refused(text: str) -> None:
    """C5: never a fault, and what passes is long enough."""
    weakness = weakness_of(normal_password(text), frozenset({"password"}), ["ada"])
    assert weakness or len(normal_password(text)) >= PASSWORD_MIN


def test_hashes_are_argon2id_as_strong_as_promised() -> None:
    """C5: argon2id, 19 MiB, two passes, one lane; and what an unknown address is compared with is as strong."""
    made = passwords.hash_new("correct horse battery staple", ADA)
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.NOBODYS.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert [len(part) for part in made.split("$")] == [len(part) for part in passwords.NOBODYS.split("$")]
    assert not passwords.matches(None, "correct horse battery staple")


@pytest.mark.parametrize(
    "encoded", ["", "x", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", "$2b$12$" + "a" * 53]
)
def test_a_spoilt_hash_matches_nothing(encoded: str) -> None:
    assert not passwords.matches(encoded, "correct horse battery staple")


def test_recovery_codes_are_compared_as_people_type_them() -> None:
    assert recovery_form(" abcde-fghij ") == recovery_form("ABCDEFGHIJ") == "ABCDEFGHIJ"


@given(st.integers(0, 2**42))
def test_three_time_steps_count_the_present_one_first(now: int) -> None:
    """C5: a clock may be off by one step of 30 s."""
    first, *others = steps_around(now)
    assert first == now // 30_000
    assert sorted(others) == [first - 1, first + 1]
