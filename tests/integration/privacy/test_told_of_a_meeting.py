"""What an organiser, and whoever has a link, reads of people stands in the ledger of each of them (F8)."""

from typing import Any

import pytest

from chalicelib.insights import assembling, keeping
from chalicelib.insights.meeting_models import new_stay, stays
from chalicelib.insights.name_models import Called, name_attendees
from chalicelib.lifetimes import DAY, DISCLOSURE
from chalicelib.privacy.company_models import told_of
from chalicelib.runtime.ids import opaque
from tests.support.accounts import EMAIL, PASSWORD, log_in, with_account
from tests.support.belongings import person_of
from tests.support.browser import Browser
from tests.support.erasures import finish, started
from tests.support.insights import Held, agree, assemble, end, grown_up_guest, hold, send
from tests.support.memory import Memory, in_memory
from tests.support.passing import pass_with_reaper
from tests.support.world import World

MINUTE = 60_000
ORGANISER = [("figures", "organiser", "own-act"), ("name", "organiser", "own-act")]
WRITES = {"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems", "DeleteItem"}


def what_to_whom(browser: Browser) -> list[tuple[str, str, str]]:
    answer = browser.get("/v1/disclosures")
    assert answer.status == 200, answer.body
    found = [(one["what"], one["to"], one["ground"]) for one in answer.json()["disclosures"]]
    return sorted(one for one in found if one[1] != "mail-service")


def held_with_ben(world: World) -> tuple[Held, Browser]:
    """A meeting of Ada's, over, with its report; Ben was measured in it."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(10 * MINUTE)
    now = world.now
    talked = ("talk", now - 2 * MINUTE, now - MINUTE)
    assert send(ben, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    end(held)
    assemble(held)
    return held, ben


def read_all(held: Held) -> None:
    assert held.organiser.get(f"/v1/meetings/{held.room}").status == 200
    assert held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]


def share(held: Held, *, names: bool) -> str:
    made = held.organiser.post(f"/v1/meetings/{held.room}/report/shares", json_body={"names": names})
    assert made.status == 201, made.body
    return str(made.json()["share_id"])


def test_what_an_organiser_reads_is_listed_once_to_each(world: World) -> None:
    """F8: nothing before they read it; names as of the meeting's end, figures as of their reading, however often."""
    held, ben = held_with_ben(world)
    ended_ms = world.now
    assert what_to_whom(ben) == []
    world.clock.advance(MINUTE)
    assert held.organiser.get(f"/v1/meetings/{held.room}").status == 200
    assert what_to_whom(ben) == ORGANISER[1:]
    read_all(held)
    world.clock.advance(MINUTE)
    read_all(held)
    assert what_to_whom(ben) == ORGANISER
    assert what_to_whom(held.organiser) == ORGANISER[1:]
    when = {one["what"]: one["at_ms"] for one in ben.get("/v1/disclosures").json()["disclosures"]}
    assert when == {"name": ended_ms, "figures": ended_ms + MINUTE}
    assert what_to_whom(world.member()) == []


def test_figures_are_listed_to_nobody_of_whom_the_report_has_none(world: World) -> None:
    """F8, D10: not to who declined, nor to who agreed and was not measured, nor to who withdrew before the report."""
    held = hold(world)
    measured, withdrew = held.guest("Ben"), held.guest("Dee")
    silent, declined = held.guest("Eve"), held.guest("Cy", agrees=False)
    world.clock.advance(10 * MINUTE)
    now = world.now
    for one, status in ((measured, 202), (withdrew, 202), (declined, 403)):
        talked = ("talk", now - 2 * MINUTE, now - MINUTE)
        assert send(one, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == status
    end(held)
    agree(withdrew, False)
    assemble(held)
    read_all(held)
    share(held, names=True)
    figures = {("figures", "organiser", "own-act"), ("figures", "link", "own-act")}
    assert figures <= set(what_to_whom(measured))
    for one in (withdrew, silent, declined):
        assert {what for what, _, _ in what_to_whom(one)} == {"name"}
        handed = one.get("/v1/disclosures/statement?year=2027").json()["handed"]
        assert {each["what"] for each in handed} == {"name"}


def test_who_withdraws_after_a_failed_publishing_is_not_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F8, D10: the lists were written, and then the report was not; Step Functions tries the same again, or its
    organiser asks for another."""
    for revision in (1, 2):
        world.reset()
        held, ben, dee = _unpublished(world, monkeypatch, revision)
        read_all(held)
        assert ("figures", "organiser", "own-act") not in what_to_whom(ben)
        assert ("figures", "organiser", "own-act") in what_to_whom(dee)


def _unpublished(world: World, monkeypatch: pytest.MonkeyPatch, revision: int) -> tuple[Held, Browser, Browser]:
    """A report that could not be published until Ben had withdrawn; Dee is in it."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben, dee = held.guest("Ben"), held.guest("Dee")
    world.clock.advance(10 * MINUTE)
    now = world.now
    for who in (ben, dee):
        talked = ("talk", now - 2 * MINUTE, now - MINUTE)
        assert send(who, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    end(held)
    for shard in assembling.prepare(held.room, 1, now=now):
        assembling.fold_shard(held.room, shard, now=now)
    made = assembling.assemble(held.room, 1, now=now)
    with monkeypatch.context() as broken:
        broken.setattr(assembling, "name_attempt", _refuse)
        with pytest.raises(RuntimeError):
            assembling.publish(held.room, 1, made, now=now)
    if revision == 1:
        agree(ben, False)
        assert not assembling.publish(held.room, 1, made, now=now)
    else:
        assert assembling.fail(held.room, 1, now=now)
        agree(ben, False)
        assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, revision)
    return held, ben, dee


def _refuse(*_: Any, **__: Any) -> None:
    raise RuntimeError


def test_an_address_is_listed_to_whoever_gave_one(world: World) -> None:
    """F8: to the organiser alone; no link shows it."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    cy = held.enter(grown_up_guest(world), "Cy", email="cy@example.org")
    world.clock.advance(MINUTE)
    end(held)
    assert held.organiser.get(f"/v1/meetings/{held.room}").status == 200
    assert ("email", "organiser", "own-act") in what_to_whom(cy)
    assert ("email", "organiser", "own-act") not in what_to_whom(ben)


def test_a_link_is_listed_to_whoever_is_in_the_report(world: World) -> None:
    """F8: what the report says of them, their name where the link has names; each link once; its organiser, too."""
    held, ben = held_with_ben(world)
    share(held, names=False)
    assert what_to_whom(ben) == [("figures", "link", "own-act")]
    assert ("report", "link", "own-act") in what_to_whom(held.organiser)
    world.clock.advance(1)
    share(held, names=True)
    assert what_to_whom(ben) == [("figures", "link", "own-act")] * 2 + [("name", "link", "own-act")]


def test_the_ledger_outlives_the_organiser_and_not_the_person(world: World) -> None:
    """F8, F4: what was handed out was; and goes with whom it is about."""
    held, ben = held_with_ben(world)
    read_all(held)
    share(held, names=True)
    mine = what_to_whom(ben)
    assert len(mine) == 4
    assert held.organiser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    world.clock.advance(3 * MINUTE)
    finish(str(started(world)[-1].given["erasure_id"]), world.now)
    assert what_to_whom(ben) == mine
    person = person_of(ben, world.now)
    assert ben.delete("/v1/session?erase=all").status == 200
    world.clock.advance(3 * MINUTE)
    finish(str(started(world)[-1].given["erasure_id"]), world.now)
    assert told_of(person, now=world.now) == []
    kinds = [one["kind"]["S"] for one in world.aws.items("disclosures")]
    assert "in-meeting" not in kinds


def test_a_line_lives_two_years_from_the_handing_over(world: World) -> None:
    """F8: each by itself, to the millisecond; also where that was long after the meeting."""
    held, ben = held_with_ben(world)
    read_all(held)
    read_ms, person = world.now, person_of(ben, world.now)
    world.clock.advance(100 * DAY)
    held.organiser = world.member()
    assert log_in(held.organiser, EMAIL).status == 200
    assert keeping.look_after_meeting(held.room, world.now) == world.now + 179 * DAY
    share(held, names=False)
    shared_ms = world.now
    for at_ms, count in (
        (read_ms + DISCLOSURE.length_ms - 1, 3),
        (read_ms + DISCLOSURE.length_ms, 1),
        (shared_ms + DISCLOSURE.length_ms - 1, 1),
        (shared_ms + DISCLOSURE.length_ms, 0),
    ):
        assert len(told_of(person, now=at_ms)) == count


def test_a_line_that_nobody_can_read_is_not_kept_for_its_organiser(world: World) -> None:
    """F8, the four lifetimes: of a guest who does not come back for half a year it ends two years later."""
    with in_memory() as memory:
        held = hold(world)
        held.enter(held.organiser, "Ada")
        held.guest("Ben")
        dora = held.enter(with_account(world, "dora@example.org"), "Dora")
        world.clock.advance(10 * MINUTE)
        end(held)
        pass_with_reaper(world, memory, MINUTE)
        assert len(in_meeting(memory)) == 3
        for _ in range(47):
            pass_with_reaper(world, memory, 20 * DAY)
            assert {one.get("/v1/account").status for one in (held.organiser, dora)} == {200}
        assert held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"] != []
        assert len(in_meeting(memory)) == 2


def test_the_statement_of_a_year_counts_it(world: World) -> None:
    """F8: Cal. Civ. Code 1798.83; an export has it, too."""
    held, ben = held_with_ben(world)
    read_all(held)
    handed = ben.get("/v1/disclosures/statement?year=2027").json()["handed"]
    assert handed == [
        {"ground": "own-act", "to": "organiser", "what": what, "times": 1} for what in ("figures", "name")
    ]


@pytest.mark.parametrize("act", ["names", "report", "link"])
def test_telling_of_a_large_meeting_writes_no_more_than_of_a_small_one(world: World, act: str) -> None:
    """F8, D14: the first look at a meeting, at its report, or a link with names: constant by size."""
    assert written(world, act, 3) == written(world, act, 400)


def written(world: World, act: str, people: int) -> list[str]:
    """What is written by the act, in a meeting of so many, all of whom are listed."""
    world.reset()
    with in_memory() as memory:
        held, _ = held_with_ben_and(world, people)
        assert len(in_meeting(memory)) == people + 2
        seen = list[str]()
        memory.before = seen.append
        if act == "names":
            assert len(held.organiser.get(f"/v1/meetings/{held.room}").json()["participants"]) == people + 2
        elif act == "report":
            assert held.organiser.get(f"/v1/meetings/{held.room}/report").status == 200
        else:
            share(held, names=True)
        memory.before = lambda _: None
        return [one for one in seen if one in WRITES]


def held_with_ben_and(world: World, people: int) -> tuple[Held, Browser]:
    """As `held_with_ben`, with so many more, who have left before its end."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(10 * MINUTE)
    others = [opaque() for _ in range(people)]
    name_attendees(held.room, {one: Called("Somebody") for one in others}, now=world.now)
    stays.put_many(new_stay(held.room, one, world.now - 5 * MINUTE, world.now - MINUTE) for one in others)
    end(held)
    assemble(held)
    return held, ben


def in_meeting(memory: Memory) -> list[dict[str, Any]]:
    return [one for one in memory.items("disclosures") if one["kind"]["S"] == "in-meeting"]
