"""A tab is there until 30 minutes after its last heartbeat, or until it is closed, and never again (B2, B3)."""

import uuid

import pytest

from chalicelib.lifetimes import DAY, MINUTE, SECOND
from chalicelib.rooms import tabs
from chalicelib.runtime import meter
from tests.support.pages import LEASE_MS, Page, following, meeting, pass_minutes, seen_ids
from tests.support.world import World


def test_content_is_gone_when_its_tab_misses_the_lease(world: World) -> None:
    """B2: last heartbeat t0: readable at 29:59.999, gone at 30:00, for owner and meeting alike."""
    page, other = Page(world.member()), world.member()
    room = meeting(page.browser, other)
    world.clock.advance(7 * MINUTE)
    content_id = page.shown(room)
    world.clock.advance(LEASE_MS - 1)
    assert seen_ids(other, room) == page.panel_ids() == [content_id]
    world.clock.advance(1)
    assert seen_ids(other, room) == page.panel_ids() == []
    for answer in (page.delete(content_id), page.take_back(content_id), page.show(content_id, room)):
        assert answer.status == 404


def test_it_lives_from_heartbeat_to_heartbeat(world: World) -> None:
    """B2: the lease is renewed by presence; B7: what is said equals what holds."""
    page, other = Page(world.member()), world.member()
    room = meeting(page.browser, other)
    content_id = page.shown(room)
    for _ in range(5):
        world.clock.advance(LEASE_MS - 1)
        answer = page.hear()
        assert (answer.status, answer.json()) == (200, {"expires_at_ms": world.now + LEASE_MS})
        for item in (*page.panel(), *other.get(f"/v1/rooms/{room}").json()["content"]):
            assert (item["content_id"], item["expires_at_ms"], item["why"]) == (
                content_id, world.now + LEASE_MS, "tab-open",
            )  # fmt: skip
    world.clock.advance(LEASE_MS)
    assert seen_ids(other, room) == []


@pytest.mark.parametrize("late_ms", [0, 1, MINUTE, 3 * DAY // 4])
def test_a_late_heartbeat_revives_nothing(world: World, late_ms: int) -> None:
    """B2: not even while the rows are still stored."""
    page, other = Page(world.member()), world.member()
    room = meeting(page.browser, other)
    page.shown(room)
    stored = len(world.aws.items("tabs"))
    world.clock.advance(LEASE_MS + late_ms)
    assert len(world.aws.items("tabs")) == stored
    assert page.hear().status == 410
    assert page.stage().status == 410
    assert page.panel_ids() == seen_ids(other, room) == []


def test_nor_when_the_reaper_was_there_before(world: World) -> None:
    """B2: and another tab goes on."""
    page = Page(world.member())
    page.staged()
    other = Page(page.browser)
    other.staged()
    pass_minutes(world, world.now + LEASE_MS - MINUTE)
    assert other.hear().status == 200
    pass_minutes(world, world.now + 3 * MINUTE)
    assert page.hear().status == 410
    assert [one["tab_id"] for one in page.panel()] == [other.tab_id]


def test_closing_a_tab_deletes_what_it_staged_and_no_more(world: World) -> None:
    """B3: at once, from cloud and screens; another tab's stays."""
    page, viewer = Page(world.member()), world.member()
    other = Page(page.browser)
    room = meeting(page.browser, viewer)
    following(viewer, room, "viewer")
    gone, kept = page.shown(room, "https://gone.example/"), other.shown(room)
    page.staged("https://gone.example/")
    assert page.close().status == 204
    assert world.aws.mentions("gone.example") == []
    assert seen_ids(viewer, room) == page.panel_ids() == [kept]
    removed = [one for one in world.pushes.to("viewer") if one["type"] == "content.removed"]
    assert [one["content_id"] for one in removed] == [gone]
    assert other.hear().status == 200


def test_a_closed_id_is_never_revived(world: World) -> None:
    """B3: neither by a heartbeat nor by staging, nor after the lease would have ended."""
    page, unknown = Page(world.member()), Page(world.member())
    page.staged()
    assert (page.close().status, unknown.close().status) == (204, 204)
    for wait_ms in (0, MINUTE, LEASE_MS, DAY - LEASE_MS):
        world.clock.advance(wait_ms)
        for one in (page, unknown):
            assert (one.hear().status, one.stage().status) == (410, 410)
    assert page.close().status == 204


def test_a_tab_of_somebody_else_is_not_mine(world: World) -> None:
    """The same name is another tab: closing it closes nothing of theirs."""
    page = Page(world.member())
    content_id = page.staged()
    stranger = Page(world.member(), page.tab_id)
    assert stranger.close().status == 204
    assert page.panel_ids() == [content_id]
    assert page.hear().status == 200
    assert stranger.hear().status == 410


@pytest.mark.parametrize("tab", ["7", "%00", "..", "A" * 36])
def test_a_tab_is_a_uuid(world: World, tab: str) -> None:
    browser = world.member()
    assert browser.request("PUT", f"/v1/tabs/{tab}/lease").status == 422
    assert browser.post(f"/v1/tabs/{tab}/closed", json_body={}).status == 422
    assert world.aws.items("tabs") == []


def test_a_tab_has_one_name_however_it_is_written(world: World) -> None:
    page = Page(world.member())
    page.staged()
    assert Page(page.browser, page.tab_id.upper()).close().status == 204
    assert page.hear().status == 410


def test_the_socket_renews_the_lease_of_its_tab(world: World) -> None:
    """B2, DESIGN: over the socket, and the answer says until when."""
    page = Page(world.member())
    room = meeting(page.browser)
    content_id = page.shown(room)
    socket = page.browser.connect("own", tab=page.tab_id)
    world.clock.advance(LEASE_MS - 1)
    socket.send({"action": "heartbeat", "lease": True})
    assert world.pushes.to("own")[-1] == {
        "type": "heartbeat",
        "at_ms": world.now,
        "expires_at_ms": world.now + LEASE_MS,
    }
    world.clock.advance(LEASE_MS - 1)
    assert page.panel_ids() == [content_id]
    world.clock.advance(1)
    socket.send({"action": "heartbeat", "lease": True})
    assert world.pushes.to("own")[-1] == {"type": "heartbeat", "at_ms": world.now, "expires_at_ms": 0}
    assert page.panel_ids() == []


@pytest.mark.parametrize("tab", [None, "", "no-uuid", str(uuid.UUID(int=7))])
def test_a_socket_without_a_living_tab_renews_nothing(world: World, tab: str | None) -> None:
    browser = world.member()
    socket = browser.connect("own") if tab is None else browser.connect("own", tab=tab)
    assert socket.status == 200
    socket.send({"action": "heartbeat", "lease": True})
    assert world.pushes.to("own") == [{"type": "heartbeat", "at_ms": world.now, "expires_at_ms": 0}]
    assert world.aws.items("tabs") == []


def test_a_ping_writes_nothing(world: World) -> None:
    """DESIGN: socket ping every 60 s, answered, no write; it renews no lease."""
    page = Page(world.member())
    page.staged()
    socket = page.browser.connect("own", tab=page.tab_id)
    world.clock.advance(LEASE_MS - 1)
    with meter.metering() as counted:
        socket.send({"action": "heartbeat"})
    assert counted.calls == []
    assert world.pushes.to("own") == [{"type": "heartbeat", "at_ms": world.now}]
    world.clock.advance(1)
    assert page.panel() == []


def test_a_heartbeat_is_one_conditional_write_of_one_unit(world: World) -> None:
    """Issue, counted: 1 conditional write, 1 unit, indexes included, whatever is staged and however."""
    page = Page(world.member())
    room = meeting(page.browser)
    for n in range(20):
        page.shown(room, "https://example.org/" + "a" * 2_000, f"{n}" * 100)
    socket = page.browser.connect("own", tab=page.tab_id)
    world.clock.advance(2 * MINUTE)
    with meter.metering() as by_http:
        assert page.hear().status == 200
    with meter.metering() as by_socket:
        socket.send({"action": "heartbeat", "lease": True})
    for counted in (by_http, by_socket):
        writes = [(call.operation, call.table, call.units, call.requests) for call in counted.calls if call.write]
        assert writes == [("UpdateItem", "tabs", 1, 1)]
        assert {call.operation for call in counted.calls if not call.write} == {"GetItem"}  # session; connection


def test_a_heartbeat_that_was_overtaken_does_not_shorten_the_lease(world: World) -> None:
    """Two at the same time, the earlier one written last."""
    page = Page(world.member())
    page.staged()
    owner = world.aws.items("tabs")[0]["owner_id"]["S"]
    world.clock.advance(MINUTE)
    later = tabs.renew_lease(owner, page.tab_id, now=world.now)
    assert later == world.now + LEASE_MS
    assert tabs.renew_lease(owner, page.tab_id, now=world.now - 5 * SECOND) == later
    assert page.panel()[0]["expires_at_ms"] == later
