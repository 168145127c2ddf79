"""The search that every test's log goes through finds what it is for (G6): otherwise its silence would say nothing."""

import logging
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime.telemetry import log
from tests.support import canaries
from tests.support.accounts import EMAIL, PASSWORD, code_of, grown_up, log_in, mailed_token, register
from tests.support.canaries import Watch
from tests.support.world import World

NAME = "Philippa Zoë-Quux"


def told(world: World) -> dict[str, str]:
    """One of each kind, as a test comes by it without a word about logs."""
    browser = grown_up(world, "198.51.100.23")
    browser.request("PATCH", "/v1/session", json_body={"participant_name": NAME})
    before = next(iter(browser.jar.values()))
    register(browser)
    token = mailed_token(world)
    browser.post("/v1/accounts/verify", json_body={"token": token})
    log_in(browser)
    secret = browser.post("/v1/account/totp", json_body={"password": PASSWORD}).json()["secret"]
    totp = code_of(secret, world.now)
    recovery = browser.request("PUT", "/v1/account/totp", json_body={"totp": totp}).json()["recovery_codes"]
    opened = browser.post("/v1/join-codes", json_body={}).json()
    tab = {"Earshot-Tab": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"}
    browser.post("/v1/content", json_body={"url": "https://example.org/minutes", "title": "Minutes"}, headers=tab)
    guest = world.browser().post(f"/v1/join-codes/{opened['code']}", json_body={}, headers={"Earshot-Cookies": "none"})
    return {
        "name": NAME, "e-mail": EMAIL, "password": PASSWORD, "mailed token": token, "cookie": before,
        "renewed cookie": next(iter(browser.jar.values())), "secret": secret, "code of an authenticator": totp,
        "recovery code": recovery[3], "join code": opened["code"], "bearer": guest.json()["bearer"],
        "network address": "198.51.100.23", "staged address": "https://example.org/minutes", "staged title": "Minutes",
    }  # fmt: skip


def _fault(text: str) -> None:
    try:
        raise ValueError(f"invalid: {text}")
    except ValueError:
        logging.getLogger("chalice").exception("went wrong")


WAYS: dict[str, Callable[[str], Any]] = {
    "a field of ours": lambda text: log.info("renamed", what=text),
    "a line of ours, at DEBUG": lambda text: log.debug(f"saw {text}!"),
    "another logger's argument": lambda text: logging.getLogger("somebody.else").info("saw %s", text),
    "a field of another logger": lambda text: logging.getLogger("urllib3").warning("x", extra={"body": {"a": text}}),
    "a trace": _fault,
}


@pytest.fixture
def watch(watched_logs: Watch) -> Watch:
    return watched_logs


def test_each_thing_told_in_confidence_is_found_wherever_it_is_logged(
    world: World, watch: Watch, log_lines: Any
) -> None:
    """G6: on every logger and level, in a message, a field, an argument or a trace."""
    missed = list[tuple[str, str]]()
    things = told(world)
    assert watch.found() == []
    for thing, text in things.items():
        for way, write in WAYS.items():
            watch.lines.clear()
            write(text)
            if text not in canaries.found_in("\n".join(watch.lines), watch.told):
                missed.append((thing, way))
    watch.lines.clear()
    log_lines.truncate(0)
    assert missed == []


def test_the_search_is_of_whole_words_and_of_every_spelling(watch: Watch) -> None:
    """G6: `Ada` is not in `Adamant`; escaped and quoted it is still Ada's."""
    canaries.tell("Zoë Q", "Ada", "ada@example.org")
    assert canaries.found_in("Adamant", watch.told) == []
    assert canaries.found_in('{"x":"Zo\\u00eb Q"}', watch.told) == ["Zoë Q"]
    assert canaries.found_in("GET /?q=ada%40example.org", watch.told) == ["ada@example.org"]


def test_a_part_of_a_clip_is_found_however_it_is_written(watch: Watch) -> None:
    """A5, G6: in hex, base64, a repr or a list of numbers, whatever stands around it."""
    clip = random.Random(5).randbytes(4_000)
    canaries.tell_bytes(clip)
    written = [clip.hex(), repr(clip), str(list(clip)), clip.hex()[:2_000]]
    written += [encode(clip[by:]).decode() for by in range(3) for encode in (b64encode, urlsafe_b64encode)]
    missed = [one[:20] for one in written if not canaries.found_in(f"at=1 x{one}x", watch.told)]
    assert missed == []
    assert canaries.found_in(random.Random(6).randbytes(4_000).hex(), watch.told) == []
