"""A report too large for one answer: its organiser, who has a link and who is in it get it part after part."""

from typing import Any

import pytest

from chalicelib.insights import report
from tests.support.browser import Browser
from tests.support.insights import Held, assemble, end, hold, send
from tests.support.world import World

MINUTE = 60_000
NAMES = ("Ben", "Cy", "Dot", "Eve", "Fay")


@pytest.fixture
def guests(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Held, dict[str, Browser]]:
    """Five people of whom each talked a second more than the one before, in a report of a part for each."""
    monkeypatch.setattr(report, "PART_MAX", 1)
    held = hold(world)
    held.enter(held.organiser, "Ada")
    found = {name: held.guest(name) for name in NAMES}
    world.clock.advance(10 * MINUTE)
    now = world.now
    for number, guest in enumerate(found.values()):
        talk = ("talk", now - MINUTE, now - MINUTE + said_ms(number))
        assert send(guest, held.room, 1, talk, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    end(held)
    assemble(held)
    return held, found


def said_ms(number: int) -> int:
    return 1_000 * (number + 1)


def pages(reader: Browser, path: str) -> list[dict[str, Any]]:
    """All of them, each under the `next` of the one before."""
    found, after = list[dict[str, Any]](), ""
    while not found or found[-1]["next"]:
        answer = reader.get(f"{path}{after}")
        assert answer.status == 200, answer.body
        found.append(answer.json())
        after = f"?after={found[-1]['next']}"
    return found


def test_every_part_is_read_once_and_together_they_are_the_report(guests: tuple[Held, dict[str, Browser]]) -> None:
    """D4, D13: figures of the meeting and tips are in the first, people in the order of their ids over all."""
    held, _ = guests
    path = f"/v1/meetings/{held.room}/report"
    found = [one["report"] for one in pages(held.organiser, path)]
    assert [len(one["people"]) for one in found] == [1] * len(NAMES)
    assert [one["summary"] is None for one in found] == [False, True, True, True, True]
    assert [one["tips"] for one in found[1:]] == [[]] * 4
    people = [person for one in found for person in one["people"]]
    ids = [one["figures"]["participant_id"] for one in people]
    assert ids == sorted(held.ids[name] for name in NAMES)
    talked = {one["name"]: one["figures"]["talk_ms"] for one in people}
    assert talked == {name: said_ms(number) for number, name in enumerate(NAMES)}
    assert held.organiser.get(f"{path}?after={len(NAMES)}").status == 422


def test_a_link_leads_to_every_part(guests: tuple[Held, dict[str, Browser]]) -> None:
    """D7: with nothing in any of them that the first would not tell."""
    held, _ = guests
    made = held.organiser.post(f"/v1/meetings/{held.room}/report/shares", json_body={}).json()
    found = pages(held.world.browser(), f"/v1/shared-reports/{made['link'].partition('#token=')[2]}")
    people = [person for one in found for person in one["report"]["people"]]
    assert sorted(one["figures"]["talk_ms"] for one in people) == [said_ms(number) for number, _ in enumerate(NAMES)]
    assert {one["name"] for one in people} == {None}
    assert not {one["figures"]["participant_id"] for one in people} & set(held.ids.values())


def test_everybody_finds_their_own_figures_whichever_part_has_them(guests: tuple[Held, dict[str, Browser]]) -> None:
    """D10: and who was not measured finds none."""
    held, found = guests
    mine = f"/v1/rooms/{held.room}/insights/mine"
    talked = [guest.get(mine).json()["figures"]["talk_ms"] for guest in found.values()]
    assert talked == [said_ms(number) for number, _ in enumerate(NAMES)]
    assert held.organiser.get(mine).json()["figures"] is None
