"""Two rooms of several people are one only on the evidence of several: an ambiguous clip merges nothing (A6, A7)."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.rooms import channel
from chalicelib.rooms.models import new_organiser
from chalicelib.rooms.record_models import organisers
from chalicelib.rooms.service import current_room, leave_room
from chalicelib.runtime.ids import ConnectionId, RoomId, opaque
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash
from tests.support.scenes import LENGTH_MS, Stage, meetings, new_clip, send, staged

NOW = START_MS
LATER = NOW + 2_000  # clips overlap those of NOW by two seconds
MUCH_LATER = NOW + 20_000  # nothing of NOW lives
FAR_LATER = NOW + 40_000  # and a room opened then is no news
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


def sit_alone(stage: Stage, scene: str, now: int, account: str | None) -> tuple[Session, RoomId]:
    """Somebody whom the other has left, in a room which that account runs, if any."""
    one, other = meet(scene, 2, now)
    room_id = room_of(stage, one, now)
    leave_room(room_id, other, now=now)
    run(room_id, account)
    return one, room_id


def run(room_id: RoomId, account: str | None) -> None:
    if account:
        organisers.put(new_organiser(room_id, account, NOW, link=False))


@settings(max_examples=40)
@given(
    size=st.integers(2, 4),
    older=st.booleans(),
    run_by=st.sampled_from([(None, None), ("mallory", None), (None, "ada"), ("ada", "ada")]),
    who_listens=st.permutations(range(5)).flatmap(lambda order: st.integers(2, 5).map(lambda most: order[:most])),
)
def test_whoever_is_alone_comes_to_the_several_and_takes_nothing_over(
    size: int, older: bool, run_by: tuple[str | None, str | None], who_listens: list[int]
) -> None:
    """A6, B12: one pair is enough for the one, in any order; who ran the meeting of the several runs it still."""
    with staged() as stage:
        alone, waited = sit_alone(stage, "kitchen", NOW if older else NOW + 1, run_by[0])
        several = meet("hall", size, NOW + 1 if older else NOW)
        theirs = room_of(stage, several[0], NOW + 1)
        run(theirs, run_by[1])
        everyone = [alone, *several]
        for who in who_listens:
            listen(everyone[who % len(everyone)], BOTH, FAR_LATER)

        heard_each_other = {who % len(everyone) for who in who_listens} > {0}
        inside = {everyone[who].participant_id for who in range(0 if heard_each_other else 1, len(everyone))}
        [(room_id, members)] = [found for found in meetings(stage, FAR_LATER).items() if inside <= found[1]]
        head = current_room(room_id, now=FAR_LATER)
        assert members == inside
        assert head is not None
        assert (head.organiser.account_id if head.organiser else None) == run_by[1]
        if older or run_by[0]:
            assert room_id == theirs
        if run_by[0]:
            kept = current_room(waited, now=FAR_LATER)
            assert kept is not None
            assert (kept.room_id, kept.is_run_by(run_by[0])) == (waited, True)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0)])
def test_an_organiser_and_those_who_click_with_them_meet_in_the_organisers_room(order: tuple[int, ...]) -> None:
    """A6, A13, B12: also where two guests found each other a moment before the organiser's clip came."""
    with staged() as stage:
        organiser, planned = sit_alone(stage, "study", NOW, "ada")
        everyone = [organiser, *people(2)]
        for who in order:
            listen(everyone[who], ["kitchen"], FAR_LATER)
        assert meetings(stage, FAR_LATER)[planned] == {one.participant_id for one in everyone}


def test_whoever_was_alone_is_told_where_they_are_now_and_that_once() -> None:
    """A6, A12: by push and by the answer to their clip; they are not in two meetings."""
    with staged() as stage:
        alone, _ = sit_alone(stage, "kitchen", NOW, "mallory")
        several = meet("hall", 3, NOW + 1)
        tab = ConnectionId(opaque())
        channel.connect(tab, alone, now=FAR_LATER)
        listen(several[0], BOTH, FAR_LATER)
        clip = new_clip(BOTH, FAR_LATER - LENGTH_MS)

        answer = send(clip, alone, now=FAR_LATER)

        theirs = room_of(stage, several[0], FAR_LATER)
        assert (answer.status, answer.room_id) == ("joined", theirs)
        told = [one for one in stage.pushes.to(tab) if one["type"] == "join.changed"]
        assert [(one["join_id"], one["room_id"]) for one in told] == [(clip.join_id, theirs)]
        assert [theirs] == [room for room, found in meetings(stage, FAR_LATER).items() if alone.participant_id in found]


def test_moving_breaks_off_anywhere_and_is_finished_by_the_next_clip() -> None:
    """A6: crash between writes; whoever sat alone is in the meeting of the several, and in no other."""
    for survived in count():
        with staged() as stage:
            alone, waited = sit_alone(stage, "kitchen", NOW, "mallory")
            several = meet("hall", 2, NOW + 1)
            listen(several[0], BOTH, FAR_LATER)
            done = False
            with suppress(Crash), stage.memory.crash_after(survived):
                listen(alone, BOTH, FAR_LATER)
                done = True
            listen(several[1], BOTH, FAR_LATER)
            listen(alone, BOTH, FAR_LATER)
            theirs = room_of(stage, several[0], FAR_LATER)
            found = meetings(stage, FAR_LATER)
            assert alone.participant_id in found[theirs], survived
            assert waited not in found, survived
        if done:
            break
    assert survived > 15


def test_a_meeting_that_becomes_another_while_a_third_hears_one_of_its_people() -> None:
    """A6: wherever the merging comes between: one pair brings nobody to the third, and nobody is in two."""
    for at in count():
        with staged() as stage:
            older, middle, third = (meet(scene, 2, NOW + n) for n, scene in enumerate(("kitchen", "hall", "attic")))
            listen(older[1], ["table", "stove"], FAR_LATER)
            listen(middle[0], ["sink", "stove", "stairs"], FAR_LATER)
            listen(middle[1], ["door"], FAR_LATER)
            merge = partial(listen, older[0], ["table", "sink", "door"], FAR_LATER)
            with stage.memory.interrupted(at, merge) as came:
                listen(third[0], ["stairs"], FAR_LATER)
            if not came():
                break
            assert groups(stage, FAR_LATER) == together([*older, *middle], third), at
    assert at > 14


@pytest.mark.parametrize("first", [0, 1])
def test_whoever_is_alone_and_heard_by_two_meetings_comes_to_one_of_them(first: int) -> None:
    """A6: theirs becomes the older, or they move to the younger, whichever interrupts the other, and wherever."""
    ended = set[bool]()
    for at in count():
        with staged() as stage:
            older = meet("attic", 2, NOW)
            alone, _ = sit_alone(stage, "kitchen", NOW + 1, None)
            younger = meet("hall", 2, NOW + 2)
            listen(alone, ["stairs", "door"], FAR_LATER)
            clips = [partial(listen, older[0], ["stairs"], FAR_LATER), partial(listen, younger[0], ["door"], FAR_LATER)]
            with stage.memory.interrupted(at, clips[1 - first]) as came:
                clips[first]()
            if not came():
                break
            found = groups(stage, FAR_LATER)
            assert found in (together([*older, alone], younger), together(older, [*younger, alone])), at
            ended.add(found == together([*older, alone], younger))
    assert ended == {True, False}


def groups(stage: Stage, now: int) -> set[frozenset[str]]:
    return {frozenset(members) for members in meetings(stage, now).values()}


def together(*companies: Sequence[Session]) -> set[frozenset[str]]:
    return {frozenset(one.participant_id for one in company) for company in companies}
