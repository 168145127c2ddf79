"""What is shown in a meeting: everyone in it sees it at once, nobody else does, and it goes when it should (B4–B11)."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.content import rules, showing
from chalicelib.lifetimes import AWAY_AFTER_MS, MINUTE
from chalicelib.rooms import ending
from chalicelib.rooms.tabs import BATCH_MAX
from chalicelib.runtime import expiry, meter
from chalicelib.runtime.ids import RoomId
from tests.support import accounts
from tests.support.browser import ORIGIN, Browser
from tests.support.memory import in_memory
from tests.support.pages import LEASE_MS, URL, Page, following, meeting, merge, seen, seen_ids
from tests.support.world import World


@pytest.fixture
def page(world: World) -> Page:
    return Page(world.member())


@pytest.fixture
def viewer(world: World) -> Browser:
    return world.member()


@pytest.fixture
def room(world: World, page: Page, viewer: Browser) -> str:
    """Both are in it, and the viewer's socket follows it, as `viewer`."""
    room = meeting(page.browser, viewer)
    following(viewer, room, "viewer")
    world.pushes.clear()
    return room


def told(world: World, whom: str = "viewer") -> list[tuple[str, str]]:
    """Kinds and ids of the content messages."""
    messages = [one for one in world.pushes.to(whom) if one["type"].startswith("content.")]
    return [(one["type"], one.get("content_id") or one["content"]["content_id"]) for one in messages]


def browser_name(browser: Browser) -> str:
    return str(browser.get("/v1/session").json()["participant_name"])


def me(browser: Browser, room: str) -> str:
    return str(browser.get(f"/v1/rooms/{room}").json()["me"])


def test_who_answers_for_a_link_is_known_while_they_are_away(
    world: World, page: Page, viewer: Browser, room: str
) -> None:
    """B9: for as long as it is shown, also to who opens the page meanwhile."""
    page.shown(room)
    name = browser_name(page.browser)
    world.clock.advance(AWAY_AFTER_MS + MINUTE)
    page_of_the_viewer = Page(viewer)
    page_of_the_viewer.hear()
    expiry.reap(now=world.now)
    answer = viewer.get(f"/v1/rooms/{room}").json()
    assert name not in [one["name"] for one in answer["participants"]]
    assert [one["participant_name"] for one in answer["content"]] == [name]


def test_everyone_in_the_meeting_sees_it_at_once(world: World, page: Page, viewer: Browser, room: str) -> None:
    """B6, B7: pushed, and in the next read, the same; the presenter sees it too."""
    following(page.browser, room, "presenter")
    content_id = page.shown(room, "https://example.org/talk", "The talk", "frame")
    expected = {
        "content_id": content_id,
        "url": "https://example.org/talk",
        "title": "The talk",
        "host": "example.org",
        "as": "frame",
        "participant_id": me(page.browser, room),
        "participant_name": browser_name(page.browser),
        "expires_at_ms": world.now + LEASE_MS,
        "why": "tab-open",
    }
    for whom in ("viewer", "presenter"):
        [pushed] = [one for one in world.pushes.to(whom) if one["type"] == "content.shown"]
        assert pushed["content"] == expected
        assert (pushed["room_id"], pushed["at_ms"]) == (room, world.now)
    answer = viewer.get(f"/v1/rooms/{room}").json()
    assert answer["content"] == seen(page.browser, room) == [expected]
    assert answer["sequence"] == pushed["sequence"]
    assert [(one["shown_in"], one["shown_as"]) for one in page.panel()] == [(room, "frame")]


def test_nobody_outside_sees_it(world: World, page: Page, room: str) -> None:
    """B6: neither a push nor a read."""
    stranger = world.member()
    other = meeting(stranger)
    following(stranger, other, "stranger")
    page.shown(room)
    assert stranger.get(f"/v1/rooms/{room}").status == 404
    assert seen(stranger, other) == []
    assert told(world, "stranger") == []


def test_only_members_show_something(world: World, page: Page, room: str) -> None:
    """A room that is not there and one where I am not answer alike."""
    other = meeting(world.member())
    content_id = page.staged()
    for where in (other, "A" * 22):
        assert page.show(content_id, where).status == 404
    assert page.show(content_id, "elsewhere").status == 422
    assert page.panel()[0]["shown_in"] is None
    assert [one["kind"]["S"] for one in world.aws.items("rooms") if one["kind"]["S"] == "shown"] == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [(f"{ORIGIN}/", rules.OWN_ORIGIN), ("http://example.org/", rules.NOT_SECURE), (ORIGIN.upper(), rules.OWN_ORIGIN)],
)
def test_what_must_not_be_framed_is_shown_as_a_card(world: World, page: Page, room: str, url: str, reason: str) -> None:
    """B6, B8: own origin as frame: 422; http: on an https page never framed. As a card both may be shown."""
    content_id = page.staged(url)
    with patch.object(showing, "settings", lambda: type("Settings", (), {"origin": ORIGIN})):
        answer = page.show(content_id, room, "frame")
        assert (answer.status, answer.json()["errors"]) == (422, [{"at": "$.as", "reason": reason}])
        assert seen(page.browser, room) == []
        assert page.show(content_id, room, "card").status == 200
    assert seen_ids(page.browser, room) == [content_id]


@pytest.mark.parametrize("shown_as", ["window", "", None])
def test_there_are_two_ways_to_show(page: Page, room: str, shown_as: Any) -> None:
    assert page.show(page.staged(), room, shown_as).status == 422


def test_taking_back_leaves_it_staged(world: World, page: Page, viewer: Browser, room: str) -> None:
    """B4: leaves the meeting, stays staged; the viewer is told."""
    content_id = page.shown(room)
    assert page.take_back(content_id).status == 204
    assert told(world) == [("content.shown", content_id), ("content.removed", content_id)]
    assert seen(viewer, room) == []
    assert [(one["content_id"], one["shown_in"], one["shown_as"]) for one in page.panel()] == [(content_id, None, None)]
    assert page.take_back(content_id).status == 204  # twice is once
    assert page.show(content_id, room).status == 200


def test_deleting_removes_it_from_cloud_and_screens(world: World, page: Page, viewer: Browser, room: str) -> None:
    """B4: the viewer gets the push, and the next read is 404."""
    content_id = page.shown(room, "https://gone.example/")
    assert page.delete(content_id).status == 204
    assert told(world) == [("content.shown", content_id), ("content.removed", content_id)]
    assert seen(viewer, room) == page.panel() == []
    assert world.aws.mentions("gone.example") == world.aws.mentions(content_id) == []
    assert (page.delete(content_id).status, page.show(content_id, room).status) == (404, 404)


def test_shown_again_in_another_way_it_is_pushed_again(world: World, page: Page, viewer: Browser, room: str) -> None:
    """The same again changes nothing but brings it to everybody; the other way replaces it."""
    content_id = page.shown(room)
    for shown_as in ("card", "frame", "card"):
        assert page.show(content_id, room, shown_as).status == 200
        assert [(one["content_id"], one["as"]) for one in seen(viewer, room)] == [(content_id, shown_as)]
        assert world.pushes.to("viewer")[-1]["content"]["as"] == shown_as


def test_shown_in_another_meeting_it_moves(world: World, page: Page, viewer: Browser, room: str) -> None:
    """Shown to that room and to no other."""
    content_id = page.shown(room)
    with patch("chalicelib.rooms.codes.rooms.forget_member"):  # who enters by a code leaves the first; here both stay
        second = meeting(page.browser)
    following(page.browser, second, "second")
    assert page.show(content_id, second, "frame").status == 200
    assert told(world) == [("content.shown", content_id), ("content.removed", content_id)]
    assert told(world, "second") == [("content.shown", content_id)]
    assert seen(viewer, room) == []
    assert seen_ids(page.browser, second) == [content_id]


def test_leaving_withdraws_what_i_show(world: World, page: Page, viewer: Browser, room: str) -> None:
    """B5: from the others, at once; it stays staged, and coming back does not bring it back."""
    content_id = page.shown(room)
    theirs = Page(viewer).shown(room)
    assert page.browser.delete(f"/v1/rooms/{room}/participants/me").status == 204
    assert ("content.removed", content_id) in told(world)
    assert seen_ids(viewer, room) == [theirs]
    assert [(one["content_id"], one["shown_in"]) for one in page.panel()] == [(content_id, None)]
    code = viewer.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
    assert page.browser.post(f"/v1/join-codes/{code}", json_body={}).status == 200
    assert seen_ids(page.browser, room) == [theirs]


@pytest.mark.parametrize("act", ["leave", "close", "delete"])
def test_nothing_is_shown_that_goes_while_it_is_shown(world: World, act: str) -> None:
    """B3, B4, B5: between whichever two requests of the showing I leave, close or delete, and come back later."""
    for at in range(12):
        with in_memory() as memory:
            page, viewer = Page(world.member()), world.member()
            room, content_id = meeting(page.browser, viewer), page.staged()
            acts: dict[str, Callable[[], object]] = {
                "leave": partial(page.browser.delete, f"/v1/rooms/{room}/participants/me"),
                "close": page.close,
                "delete": partial(page.delete, content_id),
            }
            with memory.interrupted(at, acts[act]) as happened:
                page.show(content_id, room)
            shown = [one for one in memory.items("rooms") if one["kind"]["S"] == "shown"]
            assert len(shown) == len(seen(viewer, room)) == (0 if happened() else 1), at
    assert not happened()


def test_the_last_one_to_leave_keeps_their_links(page: Page) -> None:
    """B5 before B11: they leave the meeting, and it ends without them in it."""
    room = meeting(page.browser)
    content_id = page.shown(room)
    assert page.browser.delete(f"/v1/rooms/{room}/participants/me").status == 204
    assert page.panel_ids() == [content_id]


def test_the_end_of_a_meeting_deletes_what_it_shows(world: World, page: Page, viewer: Browser, room: str) -> None:
    """B11: from cloud and screens; what is staged and not shown stays."""
    page.shown(room, "https://gone.example/")
    Page(viewer).shown(room, "https://gone.example/")
    kept = page.staged()
    ending.end_room(RoomId(room), now=world.now)
    assert world.aws.mentions("gone.example") == []
    assert page.panel_ids() == [kept]
    assert "room.ended" in world.pushes.kinds("viewer")
    for _ in range(49):
        page.staged()
    assert page.stage().status == 409  # what the end deleted made room for others


def test_what_is_shown_goes_where_the_meeting_goes(world: World, page: Page, viewer: Browser, room: str) -> None:
    """Two rooms that turn out to be one show what both showed, to all."""
    newcomer = Page(world.member())
    world.clock.advance(1)
    younger = meeting(newcomer.browser)
    following(newcomer.browser, younger, "newcomer")
    first = page.shown(room)
    world.clock.advance(1)
    second = newcomer.shown(younger, shown_as="frame")
    merge(world, room, younger)
    for browser in (viewer, newcomer.browser, page.browser):
        assert [(one["content_id"], one["as"]) for one in seen(browser, room)] == [(first, "card"), (second, "frame")]
    assert newcomer.panel()[0]["shown_in"] == room
    assert ("content.shown", second) in told(world)
    assert newcomer.take_back(second).status == 204
    assert seen_ids(viewer, room) == [first]


def test_the_organiser_takes_off_anything(world: World) -> None:
    """B9: of anybody; it stays staged with its owner, and nobody else may do it."""
    organiser, page = accounts.with_account(world), Page(world.member())
    room = meeting(organiser, page.browser)
    content_id = page.shown(room)
    path = f"/v1/rooms/{room}/content/{content_id}"
    assert organiser.request("PUT", f"/v1/rooms/{room}/organiser", json_body={}).status == 200
    following(page.browser, room, "viewer")
    assert page.browser.delete(path).status == 401  # a guest
    other = accounts.with_account(world, "other@example.org")
    assert other.delete(path).status == 404
    code = organiser.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
    assert other.post(f"/v1/join-codes/{code}", json_body={}).status == 200
    assert other.delete(path).status == 403
    assert seen_ids(page.browser, room) == [content_id]
    assert organiser.delete(path).status == 204
    assert told(world) == [("content.removed", content_id)]
    assert seen(page.browser, room) == []
    assert [(one["content_id"], one["shown_in"]) for one in page.panel()] == [(content_id, None)]
    assert organiser.delete(path).status == 404
    assert organiser.delete(f"/v1/rooms/{room}/content/{'A' * 22}").status == 404


def test_a_meeting_shows_at_most_fifty(world: World) -> None:
    """So that the tabs of all are read in one request; a sentence says what to do."""
    with in_memory():
        page, other = Page(world.member()), Page(world.member())
        room = meeting(page.browser, other.browser)
        ids = [page.shown(room) for _ in range(25)] + [other.shown(room) for _ in range(25)]
        more = page.staged()
        refused = page.show(more, room)
        assert (refused.status, refused.json()["type"]) == (409, "/problems/conflict")
        assert page.show(ids[0], room, "frame").status == 200  # shown already
        assert page.take_back(ids[0]).status == 204
        assert page.show(more, room).status == 200
        assert showing.SHOWN_MAX <= BATCH_MAX


def test_floods_of_showing_are_refused(world: World) -> None:
    """Per session and minute, over all its items, without a write more."""
    with in_memory():
        page, other = Page(world.member()), Page(world.member())
        room = meeting(page.browser, other.browser)
        ids = [page.staged(), page.staged()]
        for n in range(showing.SHOWS):
            assert page.show(ids[n % 2], room).status == 200
        refused = page.show(ids[0], room)
        assert (refused.status, refused.headers["retry-after"]) == (429, "60")
        assert page.take_back(ids[0]).status == 204  # always
        assert other.show(other.staged(), room).status == 200
        world.clock.advance(MINUTE)
        assert page.show(ids[0], room).status == 200


def test_showing_is_two_writes_and_the_fan_out(world: World, page: Page, room: str) -> None:
    """Issue, counted: show ≤ 2 writes + the fan-out, in one request, which also checks that I am in the meeting."""
    content_id = page.staged(URL, "A title")
    before = {str(one) for one in (*world.aws.items("tabs"), *world.aws.items("rooms"))}
    with meter.metering() as counted:
        assert page.show(content_id, room).status == 200
    rows = (*world.aws.items("tabs"), *world.aws.items("rooms"))
    changed = [one["kind"]["S"] for one in rows if str(one) not in before]
    assert sorted(changed) == ["item", "sequence", "shown"]  # the sequence is the fan-out's
    writes = [(call.operation, call.table) for call in counted.calls if call.write and call.requests]
    assert writes == [("TransactWriteItems", "tabs"), ("UpdateItem", "rooms")]
    with meter.metering() as counted:
        assert page.take_back(content_id).status == 204
    writes = [(call.operation, call.table) for call in counted.calls if call.write and call.requests]
    when_it_was_shown = ("PutItem", "insights")
    assert writes == [when_it_was_shown, ("TransactWriteItems", "tabs"), ("UpdateItem", "rooms")]


@pytest.mark.parametrize("shown", [0, 1, 12])
def test_a_room_is_read_by_one_query_and_one_batch(world: World, page: Page, viewer: Browser, shown: int) -> None:
    """Issue, counted: room state 1 Query and at most 1 consistent BatchGet of the tabs shown."""
    room = meeting(page.browser, viewer)
    pages = [page, Page(page.browser), Page(viewer)]
    for n in range(shown):
        pages[n % 3].shown(room)
    with meter.metering() as counted:
        assert len(seen(viewer, room)) == shown
    reads = [(call.operation, call.table) for call in counted.calls if call.requests and call.table != "sessions"]
    assert reads == [("Query", "rooms")] + [("BatchGetItem", "tabs")] * bool(shown)
    assert sum(call.units for call in counted.calls if call.table == "tabs") == min(shown, 3)


def test_the_panel_is_one_query(world: World, page: Page, room: str) -> None:
    """DESIGN: what one use case reads together shares a partition."""
    for one in (page, Page(page.browser)):
        one.shown(room)
        one.staged()
    with meter.metering() as counted:
        assert len(page.panel()) == 4
    assert [(call.operation, call.table) for call in counted.calls if call.table != "sessions"] == [("Query", "tabs")]
