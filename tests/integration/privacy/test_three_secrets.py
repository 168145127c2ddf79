"""Secrets come and go: what is used stays readable, what is not used is erased all the same (F5, D11, ADR 13)."""

from collections.abc import Callable

import pytest

from chalicelib import wiring
from chalicelib.accounts.models import accounts
from chalicelib.insights.meeting_models import PERSON, Attendee, MeetingEntry, attendees
from chalicelib.lifetimes import DAY
from chalicelib.privacy import erasing_models
from chalicelib.runtime import vault
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.settings import settings
from tests.support.accounts import log_in, with_account
from tests.support.belongings import owner_with_everything
from tests.support.browser import Browser
from tests.support.environment import SECRET
from tests.support.erasures import finish, started
from tests.support.insights import Held, grown_up_guest, reported
from tests.support.memory import Memory, in_memory
from tests.support.passing import pass_with_reaper
from tests.support.rotation import rotate
from tests.support.short_lived import short_lived
from tests.support.world import World

SECOND, THIRD = SECRET[::-1], bytes(32)
IN_USE = ((SECOND, SECRET), (THIRD, SECOND, SECRET), (THIRD, SECRET))  # for 200 days each, the newest first
CY = "cy@example.org"


def pass_in_use(world: World, memory: Memory, days: int, *browsers: Browser) -> None:
    """They come every ten days, without another log in."""
    for _ in range(days // 10):
        pass_with_reaper(world, memory, 10 * DAY)
        assert [one.get("/v1/session").status for one in browsers] == [200] * len(browsers)


def history(held: Held) -> int:
    """How many meetings the organiser has; the one that was measured opens."""
    report = held.organiser.get(f"/v1/meetings/{held.room}/report").json()
    assert [one["figures"]["talk_ms"] for one in report["report"]["people"]] == [60_000]
    return len(held.organiser.get("/v1/meetings").json()["meetings"])


def meet(world: World, organiser: Browser, then: Callable[[], object] = lambda: None) -> tuple[Browser, str]:
    """Dan comes to another meeting by its link, and gives an address; `then`, it ends."""
    dan = grown_up_guest(world)
    room = str(organiser.post("/v1/rooms", json_body={"title": "Other"}).json()["room_id"])
    body = {"name": "Dan", "email": "dan@example.org"}
    assert dan.post(f"/v1/rooms/{room}/participants", json_body=body).status == 201
    then()
    assert organiser.delete(f"/v1/rooms/{room}").status == 204
    return dan, room


def named(world: World, room: str) -> Attendee:
    [found] = attendees.query(room, now=world.now, where=MeetingEntry.entry.startswith(PERSON))
    return found


def test_who_goes_on_using_it_keeps_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """D11, ADR 13: account, meetings, report, and the name and address of who came and goes on as well."""
    rotate(monkeypatch, *IN_USE[0])
    with in_memory() as memory:
        held = reported(world)
        dan, other = meet(world, held.organiser)
        for secrets in IN_USE[1:]:
            pass_in_use(world, memory, 200, held.organiser, dan)
            rotate(monkeypatch, *secrets)
            assert history(held) == 2
        pass_in_use(world, memory, 20, held.organiser, dan)
        assert history(held) == 2
        assert (named(world, other).name, named(world, other).email_address) == ("Dan", "dan@example.org")
        [account] = list(accounts.everything(now=world.now))
        assert account.email_address == "ada@example.org"
        assert log_in(world.member()).status == 200


def test_who_does_not_come_back_is_erased(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F5: 180 days after their last use, though the secret has gone under which they registered."""
    rotate(monkeypatch, *IN_USE[0])
    with in_memory() as memory:
        cy = with_account(world, CY)
        for secrets in IN_USE[1:]:
            pass_in_use(world, memory, 200, cy)
            rotate(monkeypatch, *secrets)
        assert [one.email_address for one in accounts.everything(now=world.now)] == [CY]
        pass_with_reaper(world, memory, 180 * DAY)
        world.clock.advance(DAY)
        for one in started(world):
            finish(one.given["erasure_id"], world.now)
        assert len(started(world)) == 1
        for table in ("accounts", "sessions", "participants", "meetings"):
            assert memory.items(table) == [], table


def test_after_half_a_year_the_reaper_has_nothing_of_an_old_seal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADR 13: whoever gets hold of the older secret alone opens nothing of it."""
    with in_memory() as memory:
        cy = with_account(world, CY)
        pass_in_use(world, memory, 20, cy)
        _, room = meet(world, cy, lambda: rotate(monkeypatch, *IN_USE[0]))
        assert not opens(monkeypatch, "rooms/email", named(world, room).email)
        pass_in_use(world, memory, 190, cy)
        purposes = wiring.NAMED_BY_SEAL
        assert [kind for kind, name in waiting(memory) if opens(monkeypatch, purposes.get(kind, ""), name)] == []
        [email] = [one["email"]["S"] for one in memory.items("accounts")]
        assert not opens(monkeypatch, "accounts/email", email)


def test_an_erasure_that_fails_for_half_a_year_still_knows_whom(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F4, ADR 13: what is left to do is not forgotten, however long it fails."""
    with in_memory():
        whom = Person(participants=frozenset({"dan"}))
        made = erasing_models.new_erasing("begun", "", whom, {}, now=world.now)
        erasing_models.erasings.put(made)
        rotate(monkeypatch, *IN_USE[0])
        world.clock.advance(20 * DAY)
        erasing_models.keep_unfinished(made, now=world.now)
        rotate(monkeypatch, SECOND)
        kept = erasing_models.erasings.get(made.erasure_id, now=world.now + 29 * DAY)
        assert kept is not None
        assert erasing_models.person_of(kept) == whom


def test_every_kind_that_is_named_by_a_seal_is_known_as_such(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADR 13: otherwise its entries would not be sealed anew."""
    sealed, seal = dict[str, str](), vault.seal

    def noted(purpose: str, content: str) -> str:
        made = seal(purpose, content)
        sealed[made] = purpose
        return made

    monkeypatch.setattr(vault, "seal", noted)
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        short_lived(world)
        theirs.browser.request("PATCH", "/v1/session", json_body={"participant_name": None})
        found = {kind: sealed[name] for kind, name in waiting(memory) if name in sealed}
    assert found == {kind: wiring.NAMED_BY_SEAL[kind] for kind in found}
    assert len(found) > 4


def opens(monkeypatch: pytest.MonkeyPatch, purpose: str, sealed: str | None) -> bool:
    """By the oldest secret alone."""
    with monkeypatch.context() as alone:
        rotate(alone, SECRET)
        opened = sealed is not None and vault.unseal(purpose, sealed) is not None
    settings.cache_clear()
    return opened


def waiting(memory: Memory) -> list[tuple[str, str]]:
    """Kind and name of all that the reaper is to look at."""
    entries = [row["entry"]["S"].split("#", 2) for row in memory.items("expiries") if "#" in row["entry"]["S"]]
    return [(kind, name) for _, kind, name in entries]
