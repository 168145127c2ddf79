"""Who has been coming for half a year is erased from the meetings of its beginning, too (F4, F5), with TTL at work."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.lifetimes import DAY, HOUR, MINUTE
from tests.support.accounts import PASSWORD, log_in, with_account
from tests.support.browser import Browser
from tests.support.erasures import finish, started
from tests.support.insights import Held, agree, assemble, end, grown_up_guest, hold, send
from tests.support.memory import Memory, in_memory
from tests.support.passing import pass_with_reaper, ttl
from tests.support.traces import in_reports
from tests.support.world import World

BEN = "ben@example.org"


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory() as found:
        yield found


def measured(world: World, ben: Browser) -> Held:
    """Ada's meeting with its report, which has figures of Ben and Cy."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    agree(ben)
    held.enter(ben, "Ben")
    cy = held.guest("Cy")
    world.clock.advance(10 * MINUTE)
    now = world.now
    for browser, ago in ((ben, 2), (cy, 4)):
        talked = ("talk", now - ago * MINUTE, now - (ago - 1) * MINUTE)
        assert send(browser, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    end(held)
    assemble(held)
    return held


def pass_days(held: Held, memory: Memory, days: int, *others: Browser) -> None:
    """Ada goes on using her account, and those others theirs."""
    for _ in range(days // 20):
        pass_with_reaper(held.world, memory, 20 * DAY)
        ttl(memory, held.world.now)
        assert {one.get("/v1/session").status for one in (held.organiser, *others)} == {200}


def run_erasures(world: World) -> None:
    world.clock.advance(3 * MINUTE)
    for one in started(world):
        finish(str(one.given["erasure_id"]), world.now)


def rows_of(memory: Memory, participant_id: str) -> list[str]:
    return [row["entry"]["S"] for row in memory.items("meetings") if participant_id in repr(row)]


@pytest.mark.parametrize("deletes", [False, True], ids=["keeps-name", "deletes-name"])
@pytest.mark.parametrize("with_account_", [False, True], ids=["guest", "account"])
def test_whoever_deleted_their_name_is_erased_from_where_they_had_it(
    world: World, memory: Memory, with_account_: bool, deletes: bool
) -> None:
    """F4, C1, D11: 200 days and another meeting later; at once out of sight, and then out of every table."""
    ben = with_account(world, BEN) if with_account_ else grown_up_guest(world)
    held = measured(world, ben)
    me = held.ids["Ben"]
    if deletes:
        assert ben.request("PATCH", "/v1/session", json_body={"participant_name": None}).status == 200
    pass_with_reaper(world, memory, DAY)
    again = Held(world, held.organiser, held.organiser.post("/v1/rooms", json_body={"title": "B"}).json()["room_id"])
    again.enter(ben, "Benedict")
    world.clock.advance(MINUTE)
    end(again)
    pass_days(held, memory, 200, ben)
    assert in_reports(memory, [me], world.now) == [held.room]
    if with_account_:
        assert ben.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    else:
        assert ben.delete("/v1/session?erase=all").status == 200
    read = [held.organiser.get(f"/v1/meetings/{held.room}{page}").json() for page in ("", "/report")]
    assert (read[1]["status"], me in json.dumps(read)) == ("assembling", False)
    run_erasures(world)
    assert (in_reports(memory, [me], world.now), rows_of(memory, me)) == ([], [])


@pytest.mark.parametrize("back_ms", [None, -10 * MINUTE, 3 * HOUR], ids=["reaped", "reaper-late", "reaper-away"])
def test_an_account_that_nobody_uses_is_erased_before_its_names_go(
    world: World, memory: Memory, back_ms: int | None
) -> None:
    """F5, F4, D11: from the reports and histories of those who go on, too, though both come to their end at the same
    instant; also where the reaper comes late to both. Cy, a guest, is a participant there."""
    ben = with_account(world, BEN)
    held = measured(world, ben)
    me = held.ids["Ben"]
    pass_with_reaper(world, memory, DAY)
    assert log_in(ben, BEN).status == 200
    last_ms = world.now + 180 * DAY
    pass_with_reaper(world, memory, 10 * MINUTE)
    pass_days(held, memory, 160)
    pass_with_reaper(world, memory, 19 * DAY)
    assert log_in(held.organiser).status == 200
    if back_ms is not None:
        world.clock.now_ms = last_ms + back_ms
    pass_with_reaper(world, memory, max(last_ms - world.now, HOUR))
    run_erasures(world)
    assert in_reports(memory, [me], world.now) == []
    assert rows_of(memory, me) == []
    assert in_reports(memory, [held.ids["Cy"]], world.now) == [held.room]


def test_a_visit_of_a_few_seconds_is_a_use(world: World, memory: Memory) -> None:
    """F4, D11: whoever logs in and out again before the reaper comes is found half a year later where they were."""
    ben = with_account(world, BEN)
    held = measured(world, ben)
    me = held.ids["Ben"]
    for _ in range(2):
        pass_days(held, memory, 80)
        assert log_in(ben, BEN).status == 200
        assert ben.delete("/v1/session").status == 204
        pass_with_reaper(world, memory, 5 * MINUTE)
    pass_days(held, memory, 40)
    assert log_in(ben, BEN).status == 200
    assert ben.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    run_erasures(world)
    assert (in_reports(memory, [me], world.now), rows_of(memory, me)) == ([], [])
