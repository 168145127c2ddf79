"""Tabs that are over, deleted by the page: floods of them are gone in time, keep nothing waiting, lose nothing (B2)."""

import uuid
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from chalicelib.content.models import new_item, stored_items, write_staged
from chalicelib.content.reaping import reap_tabs
from chalicelib.content.staging import EXPIRY_KIND
from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import tabs
from chalicelib.runtime import expiry
from chalicelib.runtime.ids import ParticipantId, TabId
from chalicelib.runtime.meter import metering
from tests.support.memory import Memory, in_memory
from tests.support.pages import LEASE_MS
from tests.support.world import World

LINK = "https://gone.example/"


@pytest.fixture
def memory(world: World) -> Iterator[Memory]:
    """Over a dictionary, which forgets nothing by itself."""
    with in_memory() as found:
        yield found


def open_tab(owner: str, now: int, links: int = 0) -> str:
    """A tab of theirs, heard of now; what the reaper calls it."""
    tab = TabId(str(uuid.uuid4()))
    tabs.open_lease(owner, tab, now=now)
    for _ in range(links):
        assert write_staged(new_item(ParticipantId(owner), tab, LINK, None, now), now=now)
    return f"{owner}/{tab}"


def left(memory: Memory) -> list[str]:
    """Whose links lie there."""
    return sorted(row["owner_id"]["S"] for row in memory.items("tabs") if row["kind"]["S"] == "item")


def test_of_a_page_what_is_over_goes_and_what_is_there_stays(world: World, memory: Memory) -> None:
    """B2, B3: run out, closed, unknown, renewed, and two of one participant."""
    now = world.now
    names = {owner: open_tab(owner, now, links=3) for owner in ("over", "closed", "renewed", "both")}
    other = open_tab("both", now + MINUTE, links=1)
    tabs.close_lease("closed", names["closed"].partition("/")[2], now=now)
    tabs.renew_lease("renewed", names["renewed"].partition("/")[2], now=now + MINUTE)
    again = reap_tabs([*names.values(), other, "nobody/tab"], now + LEASE_MS)
    assert again == {names["renewed"]: now + MINUTE + LEASE_MS, other: now + MINUTE + LEASE_MS}
    assert left(memory) == ["both", "renewed", "renewed", "renewed"]


def test_what_staged_nothing_costs_next_to_nothing(world: World, memory: Memory) -> None:
    """A hundred tabs without a link: one look, one transaction."""
    names = [open_tab(f"owner-{number}", world.now) for number in range(100)]
    with metering() as metered:
        assert reap_tabs(names, world.now + LEASE_MS) == {}
    assert metered.requests == 2
    assert all("closed" in row for row in memory.items("tabs"))


@pytest.mark.parametrize("at", range(12))
def test_a_heartbeat_or_a_link_in_between_loses_and_leaves_nothing(world: World, memory: Memory, at: int) -> None:
    """B2: somebody, held up, writes with the clock of before; ahead of each of the requests of a look at two tabs."""
    now = world.now
    heard, staged = open_tab("heard", now, links=1), open_tab("staged", now, links=1)
    late_ms = now + LEASE_MS - 1

    def act() -> None:
        tabs.renew_lease("heard", heard.partition("/")[2], now=late_ms)
        write_staged(new_item(ParticipantId("staged"), TabId(staged.partition("/")[2]), LINK, None, now), now=late_ms)

    with memory.interrupted(at, act):
        again = reap_tabs([heard, staged], now + LEASE_MS)
    for name in (heard, staged):
        owner, _, tab = name.partition("/")
        lease = tabs.find_lease(owner, tab, now=now + LEASE_MS)
        assert lease is not None
        assert name in again or (lease.closed and not stored_items(owner, now=now + LEASE_MS))
    if at < 2:  # ahead of what closes them
        assert heard in again
        assert left(memory).count("heard") == 1
    reap_tabs(list(again), now + 2 * LEASE_MS)
    assert left(memory) == []


def test_nothing_waits_behind_a_flood_of_tabs(world: World, memory: Memory) -> None:
    """F4: more tabs run out than a run takes; an erasure is seen to by the next all the same, and the tabs in turn."""
    now, looked = world.now, list[str]()
    expiry.reap(now=now)
    few = tuple(type(one)(one.name, 100, one.pace, one.shards) for one in expiry.TABS)
    for number in range(1_000):
        expiry.file(EXPIRY_KIND, open_tab(f"owner-{number}", now), now + LEASE_MS, now=now)
    expiry.file("thing", "due", now + LEASE_MS, now=now)
    world.clock.advance(LEASE_MS)
    with patch.dict(expiry._handlers, {"thing": lambda name, _: looked.append(name)}):
        done = expiry.reap(now=world.now, lanes=(*few, *expiry.TOGETHER))
    assert looked == ["due"]
    assert done.handled <= 4 * 200 + 1
    assert expiry.reap(now=world.now + MINUTE).handled == 1_001 - done.handled
