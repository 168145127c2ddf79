"""Two rooms of several people are one only on the evidence of several: an ambiguous clip merges nothing (A6, A7)."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.rooms.models import new_organiser
from chalicelib.rooms.record_models import organisers
from chalicelib.rooms.service import leave_room
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.scenes import LENGTH_MS, Stage, meetings, new_clip, send, staged

NOW = START_MS
LATER = NOW + 2_000  # clips overlap those of NOW by two seconds
MUCH_LATER = NOW + 20_000  # nothing of NOW lives
BOTH = ["kitchen", "hall"]


def listen(person: Session, scenes: Sequence[str], now: int) -> None:
    send(new_clip(scenes, now - LENGTH_MS), person, now=now)


def people(number: int) -> list[Session]:
    return [open_session(now=NOW) for _ in range(number)]


def meet(scene: str, number: int, now: int) -> list[Session]:
    """People who have just met in a scene."""
    found = people(number)
    for person in found:
        listen(person, [scene], now)
    return found


def room_of(stage: Stage, person: Session, now: int) -> RoomId:
    """The one meeting that a person is in."""
    [found] = [room for room, members in meetings(stage, now).items() if person.participant_id in members]
    return found


@settings(max_examples=25)
@given(
    sizes=st.tuples(st.integers(2, 4), st.integers(2, 4)),
    who_follows=st.permutations(range(4)),
    clips=st.integers(1, 2),
)
def test_someone_between_two_rooms_ends_in_one_of_them(
    sizes: tuple[int, int], who_follows: list[int], clips: int
) -> None:
    """A6: however many clips of theirs hear both, and whoever's clips come after: two rooms stay two."""
    with staged() as stage:
        kitchen, hall = meet("kitchen", sizes[0], NOW), meet("hall", sizes[1], NOW)
        [between] = people(1)
        for n in range(clips):
            listen(between, BOTH, NOW + n * 2_000)
        for who in who_follows:
            group, scene = [(kitchen, "kitchen"), (hall, "hall")][who % 2]
            listen(group[who // 2], [scene], LATER)

        rooms = [{room_of(stage, one, LATER) for one in group} for group in (kitchen, hall)]
        assert [len(found) for found in rooms] == [1, 1]
        assert rooms[0] != rooms[1]
        assert room_of(stage, between, LATER) in rooms[0] | rooms[1]


@settings(max_examples=15)
@given(order=st.permutations(range(4)))
def test_two_pairs_that_agree_make_two_rooms_one(order: list[int]) -> None:
    """A6: the younger becomes the older, and everybody is in it."""
    with staged() as stage:
        first, second = meet("kitchen", 2, NOW), meet("kitchen", 2, MUCH_LATER)
        everyone = [*first, *second]
        older = room_of(stage, first[0], MUCH_LATER)
        assert room_of(stage, second[0], MUCH_LATER) != older
        for who in order:
            listen(everyone[who], ["kitchen"], MUCH_LATER + 8_000)

        assert {room_of(stage, one, MUCH_LATER) for one in everyone} == {older}


def test_one_pair_that_agrees_does_not() -> None:
    """A6: where several are in each room, one person's clip of each is not enough."""
    with staged() as stage:
        first, second = meet("kitchen", 2, NOW), meet("kitchen", 2, MUCH_LATER)
        for person in (first[0], second[0]):
            listen(person, ["kitchen"], MUCH_LATER + 8_000)
        assert room_of(stage, first[0], MUCH_LATER) != room_of(stage, second[0], MUCH_LATER)


@pytest.mark.parametrize("heard_by_both", [0, 1])
def test_two_pairs_without_a_person_in_common_are_found_in_any_order(heard_by_both: int) -> None:
    """A6: whoever could testify with several people leaves to another the one whom only that other hears."""
    with staged() as stage:
        first, second = meet("kitchen", 2, NOW), meet("hall", 2, MUCH_LATER)
        later = MUCH_LATER + 20_000
        listen(first[1], ["table", "stove"], later)
        listen(second[heard_by_both], ["sink", "stove"], later)
        listen(second[1 - heard_by_both], ["door"], later)
        assert room_of(stage, first[0], later) != room_of(stage, second[0], later)

        listen(first[0], ["table", "sink", "door"], later)

        assert len({room_of(stage, one, later) for one in (*first, *second)}) == 1


@pytest.mark.parametrize("alone", [1, 2])
def test_meetings_that_two_accounts_run_stay_two(alone: int) -> None:
    """A6, B12: nobody takes over whom another has gathered by waiting in an older room of their own."""
    with staged() as stage:
        waiting, gathered = meet("kitchen", 2, NOW), meet("hall", 4, NOW + 1)
        rooms = [room_of(stage, group[0], NOW + 1) for group in (waiting, gathered)]
        for room, account in zip(rooms, ("mallory", "ada"), strict=True):
            organisers.put(new_organiser(room, account, NOW, link=False))
        for person in waiting[alone:]:
            leave_room(rooms[0], person, now=NOW + 1)
        for person in (*waiting[:alone], *gathered):
            listen(person, BOTH, LATER)
        inside = {room: set(members) for room, members in meetings(stage, LATER).items()}
        assert {person.participant_id for person in gathered} <= inside[rooms[1]]
        assert inside[rooms[0]] == {person.participant_id for person in waiting[:alone]}
