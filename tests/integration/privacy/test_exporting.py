"""One click gives everything that is held about somebody, as JSON, for a day (F3)."""

import json
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.lifetimes import DAY, HOUR
from chalicelib.privacy import exporting
from chalicelib.privacy.exporting_models import find_named, put_part
from chalicelib.privacy.portions import PORTION_MAX, Held, chunks, portions, read_portion
from chalicelib.runtime import expiry, holdings
from tests.support.accounts import log_in
from tests.support.belongings import CANARY, EMAIL, Belongings, guest_with_everything, owner_with_everything
from tests.support.browser import Browser
from tests.support.erasures import erase, run as run_erasure
from tests.support.memory import Crash, in_memory
from tests.support.workflows import Ended, Started, executed
from tests.support.world import World

MINUTE = 60_000
OTHERS = ("Ada", "Ben", "Cy", "ada@example.org", "cy@example.org")
Make = Callable[[World], Belongings]
EITHER = pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])


def ask(browser: Browser) -> str:
    answer = browser.post("/v1/export", json_body={})
    assert answer.status == 202, answer.body
    assert answer.json()["status"] == "assembling"
    return str(answer.json()["export_id"])


def latest(world: World) -> Started:
    return [one for one in world.workflows.started if one.workflow == "export"][-1]


def run(world: World, **functions: Any) -> Ended:
    return executed(world.app, latest(world), functions)


def held_in(browser: Browser, export_id: str) -> list[dict[str, Any]]:
    """All its pages."""
    found, after = list[dict[str, Any]](), ""
    while True:
        page = browser.get(f"/v1/export/{export_id}{after}").json()
        assert page["status"] == "ready"
        found += page["held"]
        if page["next"] is None:
            return found
        after = f"?after={page['next']}"


@EITHER
def test_an_export_has_everything_and_nothing_of_others(world: World, make: Make) -> None:
    """F3: each kind of record that is found of them, what they wrote in it, and nobody else's name or address."""
    theirs = make(world)
    found = {one.record.__name__ for one, _ in holdings.held_of(theirs.person, now=world.now)}
    export_id = ask(theirs.browser)
    assert run(world).status == "SUCCEEDED"
    held = held_in(theirs.browser, export_id)
    assert {one["record"] for one in held} == found - {"Export", "ExportPart"}
    written = {one.record.__name__ for one, item in holdings.held_of(theirs.person, now=world.now) if one.export
               and CANARY in json.dumps(dict(one.export(item)))}  # fmt: skip
    assert written >= {"Session", "Member", "Item", "Shown", "Attendee"}
    assert {one["record"] for one in held if CANARY in json.dumps(one)} == written
    values = {value for one in held for value in texts(one["content"])}
    assert not values & {*OTHERS, *(theirs.over.ids[name] for name in ("Ada",))}
    assert not any("argon2" in one for one in values)


def texts(value: Any) -> list[str]:
    """Every text in it, however deep."""
    if isinstance(value, dict | list):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in texts(one)]
    return [value] if isinstance(value, str) else []


def test_an_organisers_reports_are_opened_and_what_others_reports_say_of_them(world: World) -> None:
    """F3, D13: sealed as they are stored, they are readable in the export of whose they are."""
    theirs = owner_with_everything(world)
    export_id = ask(theirs.browser)
    run(world)
    held = held_in(theirs.browser, export_id)
    [report] = [one["content"]["report"] for one in held if one["record"] == "Part"]
    assert len(report["people"]) == 2
    assert report["summary"]["talk_ms"] > 0
    figures = {one["content"]["meeting_id"]: one["content"]["figures"] for one in held if one["record"] == "NamedIn"}
    own = figures[theirs.over.room]
    assert (own["participant_id"], own["talk_ms"]) == (theirs.over.ids[f"Philippa {CANARY}"], MINUTE)


def test_nobody_else_reads_it_and_what_is_stored_is_sealed(world: World) -> None:
    """F3: 404 for others, and for what is no export; no part says anything without its key."""
    theirs = guest_with_everything(world)
    export_id = ask(theirs.browser)
    run(world)
    assert world.member().get(f"/v1/export/{export_id}").status == 404
    assert theirs.browser.get(f"/v1/export/{'A' * 22}").status == 404
    assert theirs.browser.get(f"/v1/export/{export_id}?after=7").status == 422
    assert CANARY not in str(world.aws.items("exports"))


def test_an_export_is_there_for_a_day_and_then_gone(world: World) -> None:
    """F3: readable to the last millisecond, and deleted by the reaper, its parts, too."""
    guest = world.member()
    export_id = ask(guest)
    run(world)
    name, ends_at_ms = str(latest(world).given["export"]), world.now + DAY
    assert exporting.look_after(name, world.now) == ends_at_ms
    world.clock.advance(DAY - 1)
    assert guest.get(f"/v1/export/{export_id}").json()["status"] == "ready"
    world.clock.advance(1)
    assert guest.get(f"/v1/export/{export_id}").status == 404
    assert exporting.look_after(name, world.now) is None
    assert world.aws.items("exports") == []


def test_one_is_under_way_at_a_time_and_some_a_day(world: World) -> None:
    """F3: asked for again meanwhile, it is the same; the fifth of a day is refused until the first is a day old."""
    guest = world.member()
    first = ask(guest)
    assert ask(guest) == first
    assert len([one for one in world.workflows.started if one.workflow == "export"]) == 1
    run(world)
    for _ in range(3):
        world.clock.advance(HOUR)
        last = ask(guest)
        run(world)
    assert guest.get(f"/v1/export/{first}").status == 404
    refused = guest.post("/v1/export", json_body={})
    assert (refused.status, refused.headers["retry-after"]) == (429, str(21 * 3600))
    assert guest.get(f"/v1/export/{last}").json()["status"] == "ready"
    assert len(world.aws.items("exports")) == 2
    world.clock.advance(21 * HOUR)
    ask(guest)


def test_what_failed_is_not_counted(world: World) -> None:
    """F3: however often it did; whoever asks again gets one."""
    guest = world.member()
    for _ in range(5):
        world.clock.advance(MINUTE)
        ask(guest)
        assert exporting.give_up(str(latest(world).given["export"]), now=world.now)
    export_id = ask(guest)
    run(world)
    assert guest.get(f"/v1/export/{export_id}").json()["status"] == "ready"


def test_what_was_started_twice_is_done_once(world: World) -> None:
    """F3: a second start is none, and a task that runs again adds nothing."""
    theirs = guest_with_everything(world)
    export_id = ask(theirs.browser)
    name = latest(world).given["export"]
    run(world)
    before = held_in(theirs.browser, export_id)
    assert exporting.gather(name, now=world.now) is False
    assert held_in(theirs.browser, export_id) == before


def test_what_fails_is_seen_to_have_failed_and_can_be_asked_for_again(world: World) -> None:
    """F3: after four tries; nothing of it stays readable."""
    guest = world.member()
    export_id = ask(guest)

    def fail(_: Any) -> None:
        raise RuntimeError

    ended = run(world, GatherExport=fail)
    assert (ended.status, ended.states[-2:]) == ("FAILED", ["MarkFailed", "Failed"])
    assert guest.get(f"/v1/export/{export_id}").json()["status"] == "failed"
    assert ask(guest) != export_id


def test_the_reaper_starts_what_nobody_started_and_ends_what_failed_unseen(world: World) -> None:
    """F3: it becomes ready or failed, whatever happens."""
    guest = world.member()
    world.workflows.busy = True
    export_id = ask(guest)
    world.workflows.busy = False
    expiry.reap(now=world.now + MINUTE)
    assert latest(world).name.endswith(export_id)
    world.workflows.over.add(latest(world).name)
    expiry.reap(now=world.now + 7 * MINUTE)
    assert guest.get(f"/v1/export/{export_id}").json()["status"] == "failed"


@EITHER
def test_an_erasure_ends_an_export_that_is_under_way(world: World, make: Make) -> None:
    """F3, F4: nothing comes after it; what a task had on its way is found and deleted with the rest."""
    theirs = make(world)
    ask(theirs.browser)
    name = str(latest(world).given["export"])
    found = find_named(name, now=world.now)
    assert found is not None
    assert erase(theirs).status == 200
    assert world.aws.items("exports") == []
    put_part(found, b"[]")  # by a task that had read it before
    assert exporting.gather(name, now=world.now) is False
    run_erasure(world)
    assert world.aws.items("exports") == []
    assert executed(world.app, latest(world)).status == "SUCCEEDED"
    assert world.aws.items("exports") == []


def test_an_export_goes_on_in_another_task_where_one_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: the same records, whatever the number of tasks; also where the last record is gone when the next begins."""
    theirs = owner_with_everything(world)
    whole = ask(theirs.browser)
    run(world)
    records = sorted(json.dumps(one) for one in held_in(theirs.browser, whole))
    world.clock.advance(1)
    monkeypatch.setattr(exporting, "RECORDS_A_TASK", 7)
    export_id = ask(theirs.browser)
    ended = run(world)
    assert ended.states.count("Gather") > 3
    again = held_in(theirs.browser, export_id)
    assert sorted(json.dumps(one) for one in again) == records


def test_a_task_that_breaks_off_anywhere_is_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F3, exhaustively: each request may be its last; the next run goes on, and nothing is in it twice."""
    monkeypatch.setattr(exporting, "RECORDS_A_TASK", 7)
    with in_memory() as memory:
        theirs = guest_with_everything(world)
        export_id = ask(theirs.browser)
        name, whole = str(latest(world).given["export"]), list[str]()
        for survived in count():
            with memory.undone():
                died = True
                with memory.crash_after(survived), suppress(Crash):
                    exporting.gather(name, now=world.now)
                    died = False
                while exporting.gather(name, now=world.now):
                    pass
                found = sorted(json.dumps(one) for one in held_in(theirs.browser, export_id))
                whole = whole or found
                assert found == whole, survived
                named = find_named(name, now=world.now)
                assert named is not None
                assert len(memory.items("exports")) == 1 + len(named.parts), survived
            if not died:
                break
    assert survived > 10


def test_whoever_logs_in_again_finds_the_export_of_their_account(world: World) -> None:
    """F3: on another device, too."""
    theirs = owner_with_everything(world)
    export_id = ask(theirs.browser)
    run(world)
    other = world.browser()
    assert log_in(other, EMAIL).status == 200
    assert other.get(f"/v1/export/{export_id}").json()["status"] == "ready"


def test_no_page_passes_its_size() -> None:
    """F3: what is too large is divided; an item holds 400 KB, an answer 5 MB."""
    large = Held("raw-insights", "Fold", 1, {"room_id": "a", "talk": [[at, at + 1] for at in range(40_000)]})
    small = [Held("session", "Session", 1, {"name": "x" * 1_000}) for _ in range(1_000)]
    made = list(portions(chunk for one in (large, *small) for chunk in chunks(one)))
    assert max(map(len, made)) <= PORTION_MAX
    read = [one for portion in made for one in read_portion(portion)]
    assert [span for one in read if one.record == "Fold" for span in one.content["talk"]] == large.content["talk"]
    assert [one for one in read if one.record == "Session"] == small
