"""What is over is physically gone within two minutes, without the database's own sweeper (the four lifetimes, B2)."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from chalicelib.lifetimes import DAY, HOUR, MINUTE, SECOND
from chalicelib.runtime import expiry
from tests.support.memory import Crash, Memory, in_memory
from tests.support.pages import LEASE_MS, Page, following, let_the_schedule_fire, meeting, pass_minutes, seen_ids
from tests.support.world import World


@pytest.fixture
def memory(world: World) -> Iterator[Memory]:
    """What the application stores goes into a dictionary, which forgets nothing by itself."""
    with in_memory() as found:
        yield found


def mentioning(memory: Memory, text: str) -> list[object]:
    """The rows of tabs and rooms in which `text` is, expired or not."""
    return [row for table in ("tabs", "rooms") for row in memory.items(table) if text in repr(row)]


@pytest.mark.parametrize("phase_ms", [0, 1, 31 * SECOND, MINUTE - 1])
def test_content_is_physically_gone_within_two_minutes_of_its_end(world: World, memory: Memory, phase_ms: int) -> None:
    """The four lifetimes: staged content, by the schedule alone; viewers are told, and the id stays dead."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    following(viewer, room, "viewer")
    let_the_schedule_fire(world)
    fires_ms = world.now + MINUTE
    world.clock.advance(phase_ms)
    content_id = page.shown(room, "https://gone.example/")
    page.staged("https://gone.example/")
    over_ms = world.now + LEASE_MS
    while mentioning(memory, "gone.example"):
        assert world.now <= over_ms + 2 * MINUTE
        world.clock.now_ms = fires_ms
        let_the_schedule_fire(world)
        fires_ms += MINUTE
    assert over_ms <= world.now
    removed = [one for one in world.pushes.to("viewer") if one["type"] == "content.removed"]
    assert [one["content_id"] for one in removed] == [content_id]
    assert page.hear().status == 410


def test_what_is_heard_of_stays(world: World, memory: Memory) -> None:
    """A heartbeat touches the lease only; the reaper finds it renewed and comes again."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    content_id = page.shown(room)
    for _ in range(20):
        pass_minutes(world, world.now + 4 * MINUTE)
        assert page.hear().status == 200
    assert seen_ids(viewer, room) == page.panel_ids() == [content_id]
    pass_minutes(world, world.now + LEASE_MS + MINUTE)
    assert mentioning(memory, content_id) == []


def test_after_hours_without_a_reaper_the_rest_is_deleted(world: World, memory: Memory) -> None:
    """And meanwhile nobody could read it."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    let_the_schedule_fire(world)
    content_id = page.shown(room)
    world.clock.advance(5 * HOUR)
    assert seen_ids(viewer, room) == []
    assert mentioning(memory, content_id)
    let_the_schedule_fire(world)
    assert mentioning(memory, content_id) == []


@pytest.mark.parametrize("survived", range(14))
def test_a_closing_that_breaks_off_is_finished_by_the_reaper(world: World, memory: Memory, survived: int) -> None:
    """B3: wherever it breaks off: the tab is open still, or nobody reads its content, which is gone in a minute."""
    page, viewer = Page(world.member()), world.member()
    room = meeting(page.browser, viewer)
    ids = {page.shown(room), page.shown(room)}
    expiry.reap(now=world.now)
    with suppress(Crash), memory.crash_after(survived):
        page.close()
    open_still = page.hear().status == 200
    assert set(seen_ids(viewer, room)) == (ids if open_still else set())
    pass_minutes(world, world.now + MINUTE)
    items = [one for one in memory.items("tabs") if one["kind"]["S"] == "item"]
    assert len(items) == (2 if open_still else 0)


def test_what_is_left_of_a_tab_is_over_in_a_day(world: World) -> None:
    """Nothing but its name: the row lives a day after the lease's end."""
    page = Page(world.member())
    page.staged("https://gone.example/")
    page.close()
    [row] = world.aws.items("tabs")
    assert set(row) == {
        "owner_id", "entry", "kind", "heard_at_ms", "lapses_at_ms", "staged", "closed", "expires_at", "expires_at_ms",
    }  # fmt: skip
    assert int(row["expires_at_ms"]["N"]) == world.now + LEASE_MS + DAY
    assert int(row["expires_at"]["N"]) * SECOND == world.now + LEASE_MS + DAY


def test_a_tab_that_nobody_knows_any_more_brings_no_link_back(world: World, memory: Memory) -> None:
    """B2: not even where the reaper was away for days, and the page wakes up under its old id."""
    page = Page(world.member())
    page.staged("https://gone.example/")
    world.clock.advance(8 * DAY)
    assert page.hear().status == 200
    assert page.panel_ids() == []
    assert mentioning(memory, "gone.example") == []
