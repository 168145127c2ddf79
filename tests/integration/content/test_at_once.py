"""Two acts on one item at once, one of them between whichever two requests of the other: never half of a showing."""

from collections.abc import Callable
from functools import partial
from itertools import count, product

import pytest

from chalicelib.content import showing, staging
from chalicelib.rooms import service
from chalicelib.runtime.errors import Problem
from chalicelib.runtime.ids import RoomId, TabId, opaque
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import Memory, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.staged import name_of, rows

TAB = TabId("0f8fad5b-d9cb-469f-a165-70867728950e")
ACTS = ("show", "show elsewhere", "take back", "delete", "close")
Run = Callable[[], object]


def begun(shown: bool) -> dict[str, Run]:
    """Somebody in two rooms with one item, shown in the first or not; what they can do about it."""
    session, now = open_session(now=START_MS), START_MS
    here, there = RoomId(opaque()), RoomId(opaque())
    for room_id in (here, there):
        service.open_room(room_id, now=now)
        service.enter_room(room_id, session, via="link", now=now)
    item, _ = staging.stage_content("https://example.org/", None, TAB, session, now=now)
    if shown:
        showing.show(item.content_id, here, "card", session, now=now)
    return {
        "show": partial(showing.show, item.content_id, here, "frame", session, now=now),
        "show elsewhere": partial(showing.show, item.content_id, there, "card", session, now=now),
        "take back": partial(showing.take_back, item.content_id, session, now=now),
        "delete": partial(staging.delete_content, item.content_id, session, now=now),
        "close": partial(staging.close_tab, TAB, session, now=now),
    }


def attempted(act: Run) -> bool:
    try:
        act()
    except Problem:
        return False
    return True


def shown_pairs(memory: Memory) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    """Room, item and manner, as the owner's rows have it and as the rooms' rows do."""
    owned = {(row["shown_in"], name_of(row), row["shown_as"]) for row in rows(memory, "item") if "shown_in" in row}
    return owned, {(row["room_id"], name_of(row), row["shown_as"]) for row in rows(memory, "shown")}


def test_a_link_is_staged_whatever_opens_its_tab_meanwhile() -> None:
    """B1, exhaustively at one switch: the first heartbeat runs whole between any two requests of the staging."""
    for switch in count():
        with in_memory() as memory:
            session = open_session(now=START_MS)
            opening = partial(staging.hold_tab, TAB, session, now=START_MS)
            with memory.interrupted(switch, opening) as reached:
                item, lease = staging.stage_content("https://example.org/", None, TAB, session, now=START_MS)
            assert [name_of(row) for row in rows(memory, "item")] == [item.content_id], switch
            assert lease.tab_id == TAB
        if not reached():
            break
    assert switch > 3


@pytest.mark.parametrize("shown", [False, True], ids=["staged", "shown"])
@pytest.mark.parametrize(("first", "second"), list(product(("show", "take back", "delete"), ACTS)))
def test_an_item_and_what_is_shown_of_it_never_differ(first: str, second: str, shown: bool) -> None:
    """B4: what is deleted or closed is gone, whatever the order; nothing is shown that its owner does not see."""
    import app  # noqa: F401 - subscribes the subjects to one another's events

    for at in range(1, 5):  # after the reading, around the writing
        with in_memory() as memory, recorded_pushes():
            acts = begun(shown)
            done: list[str] = []
            with memory.interrupted(at, lambda: done.append(second) if attempted(acts[second]) else None):  # noqa: B023
                done += [first] if attempted(acts[first]) else []
            owned, seen = shown_pairs(memory)
            assert owned == seen, at
            if {"delete", "close"} & set(done):
                assert rows(memory, "item") == [], at
