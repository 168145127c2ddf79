"""However a meeting ends, whatever becomes of its workflow: a true report, or one that is seen to have failed (D6)."""

from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from app import app as app  # what is kept of a meeting's end is kept by who hears of it
from chalicelib.accounts.models import accounts, new_account
from chalicelib.insights import assembling, starting
from chalicelib.insights.models import SHARDS
from chalicelib.lifetimes import DAY
from chalicelib.rooms import ending
from chalicelib.rooms.models import find_room, new_organiser
from chalicelib.rooms.record_models import organisers
from chalicelib.rooms.service import enter_room
from chalicelib.runtime import expiry
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.ids import RoomId
from tests.support.hand_clock import START_MS
from tests.support.insights import Held, agree, assemble, end, hold, send
from tests.support.memory import Crash, in_memory
from tests.support.named import an_open_room, someone
from tests.support.pushes import recorded_pushes
from tests.support.workflows import executed, recorded_workflows
from tests.support.world import World

MINUTE = 60_000


@pytest.fixture
def held(world: World) -> Held:
    """Four who are measured, Ada beside them; five minutes, in which each talks for one."""
    made = hold(world)
    made.enter(made.organiser, "Ada")
    guests = [made.guest(name) for name in ("Ben", "Cy", "Dora", "Eve")]
    world.clock.advance(5 * MINUTE)
    now = world.now
    for who, back in zip(guests, range(4), strict=True):
        talk = ("talk", now - (back + 1) * MINUTE, now - back * MINUTE)
        assert send(who, made.room, 1, talk, from_ms=now - 5 * MINUTE, to_ms=now).status == 202
    made.guests = guests
    return made


def reap_for(world: World, minutes: int) -> None:
    for _ in range(minutes):
        world.clock.advance(MINUTE)
        expiry.reap(now=world.now)


def a_meeting_of_two() -> RoomId:
    """In memory, and somebody runs it."""
    owner = new_account(
        Address("ada@example.org"), "-", language="en", asked_by=None, consents="", age="adult", now=START_MS
    )
    owner.confirmed = True
    owner.used(START_MS)
    accounts.put(owner)
    room = an_open_room()
    organisers.put(new_organiser(room, owner.account_id, START_MS, link=True))
    for name in ("Ada", "Ben"):
        enter_room(room, someone(name), via="link", now=START_MS)
    return room


def found(held: Held) -> dict[str, Any]:
    answer = held.organiser.get(f"/v1/meetings/{held.room}/report")
    assert answer.status == 200
    return dict(answer.json())


def test_a_meeting_that_was_left_by_everybody_ended_when_the_last_one_left(held: Held) -> None:
    """D1, D4, D5: not ten minutes later: nobody left early, and what is too short for tips is."""
    world, left_ms = held.world, held.world.now
    for who in [held.organiser, *held.guests]:
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    reap_for(world, 12)
    [one] = world.workflows.started
    assert one.given["wait_s"] == 150
    assert executed(world.app, one).status == "SUCCEEDED"
    [meeting] = held.organiser.get("/v1/meetings").json()["meetings"]
    report = found(held)["report"]
    assert meeting["ended_at_ms"] == left_ms == report["summary"]["span"][1]
    assert len(report["people"]) == 4
    assert not {"early-leavers", "few-webcams"} & {tip["rule"] for tip in report["tips"]}


def test_who_left_before_an_empty_end_may_send_what_was_measured(held: Held) -> None:
    """D3: the two minutes after the end count from when it was over, however long ago the last one left."""
    ben, left_ms = held.guests[0], held.world.now
    for who in [held.organiser, *held.guests]:
        who.delete(f"/v1/rooms/{held.room}/participants/me")
    reap_for(held.world, 11)
    talk = ("talk", left_ms - 2_000, left_ms)
    assert send(ben, held.room, 2, talk).status == 202
    reap_for(held.world, 2)
    assert send(ben, held.room, 3, talk).status == 410


def test_a_planned_meeting_begins_when_people_come_to_it(world: World) -> None:
    """D1, D4, D10: not when its room was made, or prepared, days before; of who was there only then nothing is kept."""
    made = hold(world, planned_start_ms=world.now + 3 * DAY)
    ada = made.enter(made.organiser, "Ada")
    made.guest("Helper").delete(f"/v1/rooms/{made.room}/participants/me")
    world.clock.advance(5 * MINUTE)
    assert ada.delete(f"/v1/rooms/{made.room}/participants/me").status == 204
    world.clock.advance(3 * DAY - 5 * MINUTE)
    expiry.reap(now=world.now)
    made.enter(ada, "Ada")
    begun_ms, ben = world.now, made.guest("Ben")
    world.clock.advance(20 * MINUTE)
    assert send(ben, made.room, 1, from_ms=begun_ms, to_ms=world.now).status == 202
    mine = ben.get(f"/v1/rooms/{made.room}/insights/mine").json()
    assert (mine["step_ms"], len(mine["figures"]["timeline"]["talk_ms"])) == (MINUTE, 20)
    end(made)
    assemble(made)
    [meeting] = ada.get("/v1/meetings").json()["meetings"]
    people = ada.get(f"/v1/meetings/{made.room}").json()["participants"]
    assert (meeting["opened_at_ms"], meeting["ended_at_ms"]) == (begun_ms, world.now)
    assert {one["name"]: one["presence_ms"] for one in people} == {"Ada": 20 * MINUTE, "Ben": 20 * MINUTE}
    assert found(made)["report"]["summary"]["span"] == [begun_ms, world.now]
    assert "Helper" not in repr(world.aws.items("meetings"))


def test_an_end_that_breaks_off_is_the_same_end_when_it_is_repeated() -> None:
    """D1, D3, exhaustively: one meeting in the list, which ended when it was first said to, for all who were there."""
    for survived in count():
        with in_memory() as memory, recorded_pushes(), recorded_workflows():
            room = a_meeting_of_two()
            ended_ms = START_MS + MINUTE
            died = True
            with memory.crash_after(survived), suppress(Crash):
                ending.end_room(room, now=ended_ms)
                died = False
            over = find_room(room, now=ended_ms) is None
            for minute in range(1, 4):
                expiry.reap(now=ended_ms + minute * MINUTE)
            rows = memory.items("meetings")
            listed = [one["entry"]["S"] for one in rows if one["owner"]["S"].startswith("account#")]
            assert len(listed) == int(over), survived
            assert all(one.startswith(f"{ended_ms:015}.") for one in listed), survived
            stays = [(one["from_ms"]["N"], one["to_ms"]["N"]) for one in rows if "to_ms" in one]
            assert not over or stays == [(str(START_MS), str(ended_ms))] * 2, survived
        if not died:
            break
    assert survived > 10


def test_a_crowd_is_let_go_run_by_run(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """B11, D1, D14: for all of them it is over at once; the history knows everybody, though most left later."""
    monkeypatch.setattr(ending, "PEOPLE_A_RUN", 2)
    ended_ms = held.world.now
    end(held)
    left = [len([one for one in held.world.aws.items("rooms") if one["kind"]["S"] == "member"])]
    assert {one.get(f"/v1/rooms/{held.room}").status for one in [held.organiser, *held.guests]} == {404}
    for _ in range(3):
        reap_for(held.world, 1)
        left.append(len([one for one in held.world.aws.items("rooms") if one["kind"]["S"] == "member"]))
    assert left[0] == 3 > left[-1] == 0
    assert [one for one in held.world.aws.items("sessions") if "room_id" in one] == []
    assemble(held)
    answer = held.organiser.get(f"/v1/meetings/{held.room}").json()
    assert answer["meeting"]["ended_at_ms"] == ended_ms
    assert {one["presence_ms"] for one in answer["participants"]} == {5 * MINUTE}
    assert len(answer["participants"]) == 5


@pytest.mark.parametrize("ends", ["is left", "is ended"])
def test_who_comes_and_goes_at_once_breaks_no_report(held: Held, ends: str) -> None:
    """D6: not even a millisecond of theirs is on record."""
    held.guest("Passing").delete(f"/v1/rooms/{held.room}/participants/me")
    for who in [held.organiser, *held.guests] if ends == "is left" else ():
        who.delete(f"/v1/rooms/{held.room}/participants/me")
    if ends == "is ended":
        end(held)
    reap_for(held.world, 12)
    assert executed(held.world.app, held.world.workflows.started[0]).status == "SUCCEEDED"
    assert len(found(held)["report"]["people"]) == 4


@pytest.mark.parametrize("busy_min", [4, 40])
def test_a_report_that_could_not_be_started_is_started_as_soon_as_it_can_be(held: Held, busy_min: int) -> None:
    """D6: Step Functions was away at the end, and at the reaper's first look."""
    workflows = held.world.workflows
    workflows.busy = True
    end(held)
    reap_for(held.world, busy_min)
    assert workflows.started == []
    workflows.busy = False
    reap_for(held.world, 6)
    assert [one.given["meeting_id"] for one in workflows.started] == [held.room]


def test_a_report_that_is_put_together_again_is_started_by_the_schedule_where_nobody_did(held: Held) -> None:
    """D6: the organiser asked for it while Step Functions was away."""
    end(held)
    workflows = held.world.workflows
    fail(held)
    workflows.busy = True
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).json()["status"] == "assembling"
    workflows.busy = False
    reap_for(held.world, 6)
    assert [one.given["revision"] for one in workflows.started] == [1, 2]


def test_an_execution_that_ended_without_a_word_is_a_failure_that_can_be_tried_again(held: Held) -> None:
    """D6: where even the step that would have said so failed, or somebody aborted it."""
    end(held)
    reap_for(held.world, 20)
    assert found(held)["status"] == "assembling"
    fail(held)
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, 2)
    assert found(held)["status"] == "ready"


def test_who_withdraws_between_two_attempts_is_not_in_the_second(held: Held) -> None:
    """D10: the first had folded what was measured of them already."""
    end(held)
    for shard in range(SHARDS):
        assembling.fold_shard(held.room, shard, now=held.world.now)
    fail(held)
    agree(held.guests[0], False)
    assert held.organiser.post(f"/v1/meetings/{held.room}/report", json_body={}).status == 202
    assemble(held, 2)
    names = {one["name"] for one in found(held)["report"]["people"]}
    assert names == {"Cy", "Dora", "Eve"}


def test_capture_switched_off_while_the_report_is_made_means_no_report(held: Held) -> None:
    """D9: until it is published: neither report nor mail, and what was measured is gone."""
    end(held)
    mails = len(held.world.aws.mails())
    made = assembling.assemble(held.room, 1, now=held.world.now)
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False}).status == 200
    assembling.publish(held.room, 1, made, now=held.world.now)
    assembling.notify(held.room, 1, now=held.world.now)
    for shards in (range(SHARDS), None):
        assembling.forget(held.room, shards, now=held.world.now)
    assert found(held)["status"] == "none"
    assert held.world.aws.items("reports") == held.world.aws.items("insights") == []
    assert len(held.world.aws.mails()) == mails


def test_nobody_looks_after_a_report_that_is_there(held: Held) -> None:
    """D6: nor after one that failed, or whose day is over: the reaper's looks end."""
    end(held)
    assemble(held)
    assert starting.see_through(held.room, held.world.now) is None
    assert starting.see_through(held.room, held.world.now + DAY) is None


def fail(held: Held) -> None:
    """The latest execution is over, and has said nothing."""
    held.world.workflows.over.add(held.world.workflows.started[-1].name)
    reap_for(held.world, 6)
    assert found(held)["status"] == "failed"


def test_who_was_measured_before_the_meeting_alone_is_one_of_the_others(world: World) -> None:
    """D4, D10: Ben prepared it, measured, and said "Stop in this meeting" when it began."""
    held = hold(world, planned_start_ms=world.now + 60 * MINUTE)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(5 * MINUTE)
    now = world.now
    assert send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - 4 * MINUTE, to_ms=now).status == 202
    for who in (ben, held.organiser):
        assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    world.clock.advance(50 * MINUTE)
    held.enter(held.organiser, "Ada")
    held.enter(ben, "Ben")
    dan = held.guest("Dan")
    world.clock.advance(20 * MINUTE)
    now = world.now
    assert send(dan, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - 20 * MINUTE, to_ms=now).status == 202
    end(held)
    assemble(held)
    told = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]
    assert [one["name"] for one in told["people"]] == ["Dan"]
    assert (told["summary"]["others"]["people"], told["summary"]["coverage"]) == (2, 1.0)
