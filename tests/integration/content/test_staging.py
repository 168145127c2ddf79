"""Links that are staged: what the panel shows is what the cloud holds, and nobody else sees it (B1)."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.content import rules
from chalicelib.content.models import ITEMS_A_TAB
from chalicelib.content.staging import OPENED, STAGED, TABS_MAX
from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.rooms.tabs import TAB_OF
from tests.support import accounts
from tests.support.browser import Answer
from tests.support.memory import Memory, in_memory
from tests.support.pages import LEASE_MS, Page, meeting, seen
from tests.support.world import World


@pytest.fixture
def memory(world: World) -> Iterator[Memory]:
    """What the application stores goes into a dictionary: quicker, for floods."""
    with in_memory() as found:
        yield found


def refused(answer: Answer, status: int, kind: str) -> dict[str, Any]:
    assert (answer.status, answer.json()["type"]) == (status, f"/problems/{kind}"), answer
    problem: dict[str, Any] = answer.json()
    return problem


def test_a_link_is_staged_for_its_tab(world: World) -> None:
    """B1, B7: it lives until its tab's lease ends, and says so."""
    page = Page(world.member())
    answer = page.stage("https://Example.org/talk", " The  talk ")
    assert answer.status == 201
    assert answer.json() == page.panel()[0]
    assert {**answer.json(), "content_id": None} == {
        "content_id": None,
        "url": "https://example.org/talk",
        "title": "The talk",
        "host": "example.org",
        "tab_id": page.tab_id,
        "shown_in": None,
        "shown_as": None,
        "expires_at_ms": world.now + LEASE_MS,
        "why": "tab-open",
    }


def test_what_is_staged_is_invisible_to_everyone_else(world: World) -> None:
    """B1: also to those in the same meeting, and to other sessions of other people."""
    page, other = Page(world.member()), Page(world.member())
    room = meeting(page.browser, other.browser)
    content_id = page.staged()
    assert other.panel() == []
    assert seen(other.browser, room) == []
    for answer in (other.delete(content_id), other.take_back(content_id), other.show(content_id, room)):
        refused(answer, 404, "not-found")
    assert page.panel_ids() == [content_id]
    assert seen(page.browser, room) == []


def test_the_panel_shows_all_tabs_of_mine_the_oldest_first(world: World) -> None:
    """B1: each with the tab that it belongs to, whether before a meeting or in one."""
    first = Page(world.member())
    second = Page(first.browser)
    staged = []
    for page in (first, second, first):
        staged.append((page.staged(), page.tab_id))
        world.clock.advance(1)
    assert [(one["content_id"], one["tab_id"]) for one in second.panel()] == staged


def test_the_panel_shows_what_the_cloud_holds(world: World) -> None:
    """B1: read from the table itself."""
    page = Page(world.member())
    kept, deleted = page.staged(), page.staged()
    assert page.delete(deleted).status == 204
    items = [one["entry"]["S"] for one in world.aws.items("tabs") if not one["entry"]["S"].startswith(TAB_OF)]
    assert items == [f"item#{kept}"]
    assert page.panel_ids() == [kept]
    assert world.aws.mentions(deleted) == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://ada:secret@example.org/", "https://", "http://a\u0000b/"]
)
def test_a_refused_link_leaves_nothing(world: World, url: str) -> None:
    """B8: 422, with its reason, and nothing of it is repeated or stored."""
    page = Page(world.member())
    problem = refused(page.stage(url), 422, "invalid")
    assert [error["at"] for error in problem["errors"]] == ["$.url"]
    assert "secret" not in str(problem)
    assert world.aws.items("tabs") == []


def test_a_title_that_is_too_long_is_refused(world: World) -> None:
    """Issue: at most 200 characters, with its reason."""
    page = Page(world.member())
    problem = refused(page.stage(title="a" * 201), 422, "invalid")
    assert problem["errors"] == [{"at": "$.title", "reason": rules.TITLE_LONG}]
    assert page.stage(title="a" * 200).json()["title"] == "a" * 200
    assert page.stage(title="  ").json()["title"] is None


@pytest.mark.parametrize("tab", [None, "", "7", "not-a-uuid"])
def test_a_tab_has_a_name(world: World, tab: str | None) -> None:
    answer = world.member().post("/v1/content", json_body={"url": "https://example.org/"}, headers={"Earshot-Tab": tab})
    assert refused(answer, 422, "invalid")["errors"] == [{"at": "Earshot-Tab", "reason": "not a UUID"}]


def test_fifty_items_a_tab(world: World, memory: Memory) -> None:
    """Issue: 50 items a tab; the 51st has to wait for room, another tab has its own."""
    page = Page(world.member())
    ids = [page.staged() for _ in range(ITEMS_A_TAB)]
    refused(page.stage(), 409, "conflict")
    assert Page(page.browser).stage().status == 201
    assert page.delete(ids[7]).status == 204
    page.staged()
    refused(page.stage(), 409, "conflict")
    assert len(page.panel()) == ITEMS_A_TAB + 1


def test_floods_of_items_are_refused(world: World, memory: Memory) -> None:
    """Per session: somebody else stages on."""
    page = Page(world.member())
    for count in range(STAGED):
        if count % 40 == 0:
            page = Page(page.browser)
        page.staged()
    answer = page.stage()
    refused(answer, 429, "too-many")
    assert int(answer.headers["retry-after"]) <= 60
    assert Page(world.member()).stage().status == 201
    world.clock.advance(MINUTE)
    assert page.stage().status == 201


def test_nobody_fills_the_table_with_tabs(world: World, memory: Memory) -> None:
    """At most 20 at a time; one that closes makes room."""
    browser = world.member()
    pages = [Page(browser) for _ in range(TABS_MAX)]
    assert [page.hear().status for page in pages] == [200] * TABS_MAX
    refused(Page(browser).hear(), 409, "conflict")
    assert pages[0].close().status == 204
    assert Page(browser).hear().status == 200
    refused(Page(browser).stage(), 409, "conflict")


def test_floods_of_tabs_are_refused(world: World, memory: Memory) -> None:
    """Opened or closed, known or not: what is left of each keeps a day."""
    browser = world.member()
    statuses = [(Page(browser).hear() if n % 2 else Page(browser).close()).status for n in range(2 * TABS_MAX)]
    assert set(statuses) == {200, 204}
    statuses = [Page(browser).close().status for _ in range(OPENED)]
    assert statuses == [204] * (OPENED - 2 * TABS_MAX) + [429] * 2 * TABS_MAX
    world.clock.advance(HOUR)
    assert Page(browser).close().status == 204


def test_content_needs_a_session(world: World) -> None:
    page = Page(world.browser())
    for answer in (page.stage(), page.hear(), page.close(), page.browser.get("/v1/content")):
        refused(answer, 401, "session-required")


def test_the_end_of_a_session_deletes_what_it_staged(world: World) -> None:
    """C2, B11: explicit acts delete at once, tabs and what is shown included."""
    page, other = Page(world.member()), Page(world.member())
    room = meeting(page.browser, other.browser)
    page.shown(room, "https://mine.example/")
    page.staged("https://mine.example/")
    Page(page.browser).staged("https://mine.example/")
    theirs = other.staged()
    assert page.browser.delete("/v1/session").status == 204
    assert world.aws.mentions("mine.example") == []
    assert seen(other.browser, room) == []
    assert other.panel_ids() == [theirs]
    assert [one["owner_id"] for one in world.aws.items("tabs")] == [world.aws.items("tabs")[0]["owner_id"]] * 2


def test_a_log_in_keeps_what_is_staged_and_shown(world: World) -> None:
    """The same person under a new session id: nothing is lost."""
    page = Page(accounts.with_account(world))
    room = meeting(page.browser)
    content_id = page.shown(room)
    assert accounts.log_in(page.browser).status == 200
    assert page.panel_ids() == [content_id]
    assert page.hear().status == 200
    assert [one["content_id"] for one in seen(page.browser, room)] == [content_id]
