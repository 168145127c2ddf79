"""Grouping converges: two scenes give two meetings, whatever the order, the repetitions and the moment (A6)."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.joining import census, crowd, service
from chalicelib.joining.census import BOUND
from chalicelib.joining.places import places
from chalicelib.joining.rules import Span
from chalicelib.joining.seat_models import find_seat
from chalicelib.joining.service import Outcome
from chalicelib.rooms.models import members_of
from chalicelib.rooms.service import current_room, leave_room
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, Memory
from tests.support.scenes import LENGTH_MS, NOWHERE, meetings, new_clip, send, staged


@contextmanager
def scenes() -> Iterator[Memory]:
    """The joining service over a Memory, its ears replaced by an oracle, threads and all."""
    with staged(threads=True) as stage:
        yield stage.memory


class Device:
    """One browser in a scene with one clip to submit."""

    def __init__(self, scene: str) -> None:
        self.scene = scene
        self.session: Session = open_session(now=START_MS)
        self._clip = new_clip([scene], START_MS - LENGTH_MS)

    def submit(self, now: int, recorded_at_ms: int = START_MS - LENGTH_MS) -> Outcome:
        return send(replace(self._clip, recorded_at_ms=recorded_at_ms), self.session, now=now)

    def room(self, now: int) -> RoomId | None:
        """Where this device's join leads by now."""
        seat = find_seat(self.session.participant_id, now=now)
        room = current_room(seat, now=now) if seat else None
        return room.room_id if room else None


def assert_two_meetings(devices: Sequence[Device], now: int) -> None:
    """Everybody of one scene in one room, nobody else in it."""
    rooms = {scene: {device.room(now) for device in devices if device.scene == scene} for scene in ("one", "two")}
    assert all(len(found) == 1 and None not in found for found in rooms.values()), rooms
    assert rooms["one"] != rooms["two"]
    for scene, [room] in ((scene, list(found)) for scene, found in rooms.items()):
        assert room is not None
        expected = {device.session.participant_id for device in devices if device.scene == scene}
        assert {member.participant_id for member in members_of(room, now=now)} == expected


@settings(max_examples=25)
@given(data=st.data())
def test_five_and_four_devices_of_two_scenes_give_exactly_two_meetings(data: st.DataObject) -> None:
    """A6: any order, any repetition, over any of the ten seconds."""
    with scenes():
        devices = [Device("one") for _ in range(5)] + [Device("two") for _ in range(4)]
        again = data.draw(st.lists(st.integers(0, 8), max_size=5), label="sent twice")
        order = data.draw(st.permutations([*range(9), *again]), label="order")
        step_ms = data.draw(st.integers(0, 9_999 // len(order)), label="ms between two")
        for n, who in enumerate(order):
            devices[who].submit(START_MS + n * step_ms)
        assert_two_meetings(devices, START_MS + 10_000)


@pytest.mark.parametrize("number", [2, 5, 30])
def test_devices_of_one_scene_form_one_meeting(number: int) -> None:
    """A2: however many, their clips a fifth of a second apart."""
    with staged() as stage:
        people = [open_session(now=START_MS) for _ in range(number)]
        for n, one in enumerate(people):
            send(new_clip(["one"], START_MS - LENGTH_MS), one, now=START_MS + 200 * n)
        [members] = meetings(stage, START_MS + 6_000).values()
        assert members == {one.participant_id for one in people}


@settings(max_examples=20)
@given(order=st.permutations([0, 1, 2, 3]))
def test_a_late_clip_that_hears_both_makes_two_meetings_one(order: list[int]) -> None:
    """A6: two provisional meetings merge into the older, and everybody is in it."""
    with scenes():
        devices = [Device("one") for _ in range(4)]
        starts = [START_MS - LENGTH_MS, START_MS - LENGTH_MS, START_MS, START_MS]  # the pairs do not overlap
        bridge = Device("one")
        for who in order:
            devices[who].submit(START_MS + LENGTH_MS, starts[who])
        apart = {device.room(START_MS + LENGTH_MS) for device in devices}
        bridge.submit(START_MS + LENGTH_MS, START_MS - LENGTH_MS // 2)

        together = {device.room(START_MS + LENGTH_MS) for device in [*devices, bridge]}

        assert len(apart) == 2
        assert len(together) == 1
        [room] = together
        assert room is not None
        assert len(members_of(room, now=START_MS)) == 5


@settings(max_examples=24)
@given(order=st.permutations(range(3)))
def test_in_a_crowd_the_clip_that_began_first_is_compared_first(order: list[int]) -> None:
    """A6: of those who come half a beat later one may share two seconds with those who met: through it all do."""
    with staged() as stage:
        met = [open_session(now=START_MS) for _ in range(2)]
        for one in met:
            send(new_clip(["early"], START_MS - LENGTH_MS), one, now=START_MS)
        later, begun_ms = START_MS + 1_900, START_MS - 2_100
        for [name] in places(NOWHERE, Span(begun_ms, later), SECRET):
            census.report_crowd(name, later)
        people = [open_session(now=later) for _ in range(3)]
        heard = [["early", "late"], ["late"], ["late"]]
        clips = [new_clip(scenes, begun_ms + 100 * n) for n, scenes in enumerate(heard)]
        for one, clip in zip(people, clips, strict=True):
            send(clip, one, now=later)
        tags = [one.participant_id + clip.join_id for one, clip in zip(people, clips, strict=True)]
        tags += [row["e"]["S"] for row in stage.memory.items("clips") if "s" in row and row["p"]["S"] == name]
        stage.take(crowd.QUEUE)
        for who in order:
            service.compare_in_crowd(tags[who], [tag for tag in tags if tag != tags[who]], waited=False, now=later)
        for message in stage.take(crowd.QUEUE):
            for tag, *likeliest in message["compare"]:
                service.compare_in_crowd(tag, likeliest, waited=True, now=later)

        assert list(map(len, meetings(stage, later).values())) == [5]


def test_a_submission_that_dies_between_two_writes_is_finished_by_its_retry() -> None:
    """Crash between writes: no lost device, wherever it happens."""
    lost = []
    for survived in range(26):
        with scenes() as memory:
            first, second = Device("one"), Device("one")
            first.submit(START_MS)
            with suppress(Crash), memory.crash_after(survived):
                second.submit(START_MS)
            second.submit(START_MS)
            met = first.room(START_MS) is not None and first.room(START_MS) == second.room(START_MS)
            lost += [] if met and len(members_of(first.room(START_MS) or RoomId(""), now=START_MS)) == 2 else [survived]
    assert lost == []


def test_a_process_that_dies_leaves_nobody_in_a_second_meeting() -> None:
    """Crash between writes, wherever it happens: who has a seat that was not seen yet is in one meeting only."""
    for survived in itertools.count():
        with staged() as stage:
            people = [open_session(now=START_MS) for _ in range(3)]
            for one in people[:2]:
                send(new_clip(["one"], START_MS - LENGTH_MS), one, now=START_MS)
            stage.memory.lags = lambda: True
            try:
                with stage.memory.crash_after(survived):
                    send(new_clip(["one"], START_MS - LENGTH_MS), people[2], now=START_MS)
            except Crash:
                members = [who for found in meetings(stage, START_MS).values() for who in found]
                assert sorted(members) == sorted(set(members)), survived
            else:
                break
    assert survived > 15


@pytest.mark.parametrize("devices", [2, 3])
def test_clips_submitted_at_the_same_moment_see_each_other(devices: int) -> None:
    """Of two clips written at the same moment at least one sees the other."""
    for _ in range(15):
        with scenes():
            people = [Device("one") for _ in range(devices)]
            submit_together(people)
            rooms = {person.room(START_MS) for person in people}
            assert len(rooms) == 1
            [room] = rooms
            assert room is not None
            assert len(members_of(room, now=START_MS)) == devices


def submit_together(people: Sequence[Device]) -> None:
    """Each in a thread of its own, let go by one barrier; a thread's error is the test's."""
    barrier, errors = threading.Barrier(len(people)), list[BaseException]()

    def run(person: Device) -> None:
        try:
            barrier.wait()
            person.submit(START_MS)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_whichever_request_of_two_comes_first_they_meet() -> None:
    """exhaustively at one switch: the second runs whole between any two requests of the first."""
    for switch in itertools.count():
        with scenes() as memory:
            first, second = Device("one"), Device("one")
            with memory.interrupted(switch, partial(second.submit, START_MS)) as reached:
                first.submit(START_MS)
            if not reached():
                break
            assert first.room(START_MS) == second.room(START_MS) is not None, switch
            assert len(members_of(first.room(START_MS) or RoomId(""), now=START_MS)) == 2, switch
    assert switch > 3


def test_clips_that_nobody_deleted_yet_hide_nobody() -> None:
    """A6: people meet where the queue that deletes clips is late and hundreds of expired ones lie in the place."""
    with staged():
        passers_by = [open_session(now=START_MS) for _ in range(40)]
        for number in range(BOUND):
            now = START_MS + number * 1_000
            send(new_clip(["street"], now - LENGTH_MS), passers_by[number % 40], now=now)
        later = START_MS + BOUND * 1_000 + 60_000

        for kitchen in map(str, range(12)):  # some of them come late in the order of the place's listings
            found = [send(new_clip([kitchen], later - LENGTH_MS), open_session(now=later), now=later) for _ in "ab"]
            assert found[-1].status == "joined"


def test_two_clips_of_one_device_at_the_same_moment_open_one_room() -> None:
    """A6, exhaustively at one switch: the second clip runs whole between any two requests of the first."""
    for switch in itertools.count():
        with staged() as stage:
            other, twice = open_session(now=START_MS), open_session(now=START_MS)
            clips = [new_clip(["kitchen"], START_MS - LENGTH_MS) for _ in range(3)]
            send(clips[0], other, now=START_MS)
            with stage.memory.interrupted(switch, partial(send, clips[1], twice, now=START_MS)) as reached:
                send(clips[2], twice, now=START_MS)
            everyone = {other.participant_id, twice.participant_id}
            assert list(meetings(stage, START_MS).values()) == [everyone], switch
        if not reached():
            break
    assert switch > 3


def test_whoever_leaves_while_their_clip_is_on_its_way_takes_it_along() -> None:
    """A4, exhaustively at one switch: nothing of the clip is left, and it leads nobody back."""
    for switch in itertools.count():
        with staged() as stage:
            other, leaver = open_session(now=START_MS), open_session(now=START_MS)
            for one in (other, leaver):
                send(new_clip(["kitchen"], START_MS - LENGTH_MS), one, now=START_MS)
            [room_id] = meetings(stage, START_MS)
            leave = partial(leave_room, room_id, leaver, now=START_MS + 1)
            with stage.memory.interrupted(switch, leave) as reached:
                send(new_clip(["kitchen"], START_MS - LENGTH_MS), leaver, now=START_MS)
            if not reached():
                break
            assert meetings(stage, START_MS + 1) == {room_id: {other.participant_id}}, switch
            kept = [row["e"]["S"] for row in stage.memory.items("clips") if leaver.participant_id in str(row)]
            assert {entry.split("#")[0] for entry in kept} <= {"verdict", "seat"}, switch
    assert switch > 3
