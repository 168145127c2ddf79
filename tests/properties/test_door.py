"""Whoever may be in the room knocks, and the people in it decide (A7, A12, A13)."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest

from chalicelib.joining import service
from chalicelib.joining.service import Outcome
from chalicelib.rooms import door
from chalicelib.rooms import service as rooms
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ConnectionId, ParticipantId, RoomId, opaque
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import open_session
from tests.support.hand_clock import START_MS
from tests.support.scenes import LENGTH_MS, Clip, Stage, meetings, new_clip, send, staged

NOW = START_MS


class Person:
    """A browser with one tab open."""

    def __init__(self, stage: Stage) -> None:
        self.session: Session = open_session(now=NOW)
        self.tab = ConnectionId(opaque())
        self._stage = stage
        rooms.connect(self.tab, self.session, now=NOW)

    @property
    def participant_id(self) -> ParticipantId:
        return ParticipantId(self.session.participant_id)

    def heard(self, kind: str) -> list[dict[str, object]]:
        return [message for message in self._stage.pushes.to(self.tab) if message["type"] == kind]

    def send(self, clip: Clip, now: int = NOW) -> Outcome:
        return send(clip, self.session, now=now)

    def status(self, clip: Clip, now: int = NOW) -> str:
        return service.read_join(clip.join_id, self.session, now=now).status

    def answer(self, room_id: RoomId, who: "Person", *, admit: bool, now: int = NOW) -> None:
        door.answer_knock(room_id, who.participant_id, self.session, admit=admit, now=now)


def recorded(*, doubt: bool = False, now: int = NOW) -> Clip:
    return new_clip(["kitchen"], now - LENGTH_MS, doubt=doubt)


class Scene:
    """Two people in a meeting, and a newcomer whose clip leaves a doubt."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.one, self.two, self.newcomer = (Person(stage) for _ in range(3))
        self.one.send(recorded())
        room_id = self.two.send(recorded()).room_id
        assert room_id is not None
        self.room_id: RoomId = room_id
        self.clip = recorded(doubt=True)
        self.first_answer = self.newcomer.send(self.clip)

    def is_in(self, who: Person) -> bool:
        return who.participant_id in meetings(self.stage, NOW)[self.room_id]


@pytest.fixture
def scene() -> Iterator[Scene]:
    with staged() as stage:
        yield Scene(stage)


def test_the_members_are_asked_once_and_the_newcomer_goes_on_listening(scene: Scene) -> None:
    """A7: doubt is the people's to settle; clip after clip is one question."""
    scene.newcomer.send(recorded(doubt=True))
    scene.newcomer.send(scene.clip)
    for member in (scene.one, scene.two):
        [asked] = member.heard("participant.knocking")
        assert (asked["room_id"], asked["participant_id"]) == (scene.room_id, scene.newcomer.participant_id)
        assert asked["name"] == scene.newcomer.session.participant_name
    assert scene.first_answer.status == scene.newcomer.status(scene.clip) == "listening"
    assert scene.newcomer.heard("participant.knocking") == []
    assert not scene.is_in(scene.newcomer)


def test_whoever_is_let_in_is_a_member_and_told(scene: Scene) -> None:
    """A12: membership follows the confirmation, by push and by poll."""
    scene.one.answer(scene.room_id, scene.newcomer, admit=True)

    assert scene.is_in(scene.newcomer)
    found = service.read_join(scene.clip.join_id, scene.newcomer.session, now=NOW)
    assert (found.status, found.room_id) == ("joined", scene.room_id)
    [told] = scene.newcomer.heard("join.changed")
    assert (told["join_id"], told["status"], told["room_id"]) == (scene.clip.join_id, "joined", scene.room_id)
    for member in (scene.one, scene.two):
        newest = member.heard("participant.joined")[-1]["participant"]
        assert isinstance(newest, dict)
        assert newest["participant_id"] == scene.newcomer.participant_id


def test_a_refusal_changes_nothing_and_only_a_new_clip_asks_again(scene: Scene) -> None:
    """A12: no membership, no message; the same clip sent again does not ask."""
    scene.one.answer(scene.room_id, scene.newcomer, admit=False)
    scene.newcomer.send(scene.clip)
    assert not scene.is_in(scene.newcomer)
    assert scene.newcomer.heard("join.changed") == []
    assert len(scene.two.heard("participant.knocking")) == 1

    scene.newcomer.send(recorded(doubt=True))

    assert len(scene.two.heard("participant.knocking")) == 2


def test_strangers_have_no_say(scene: Scene) -> None:
    """A12: neither the newcomer nor anyone else outside."""
    stranger = Person(scene.stage)
    for outsider in (stranger, scene.newcomer):
        with pytest.raises(NotFound):
            outsider.answer(scene.room_id, scene.newcomer, admit=True)
    assert not scene.is_in(scene.newcomer)


def test_nobody_is_let_in_who_did_not_knock(scene: Scene) -> None:
    """A12: an admission answers a question."""
    with pytest.raises(NotFound):
        scene.one.answer(scene.room_id, Person(scene.stage), admit=True)


@pytest.mark.parametrize(("after_ms", "open_"), [(59_999, True), (60_000, False)])
def test_a_knock_can_be_answered_for_a_minute(scene: Scene, after_ms: int, open_: bool) -> None:
    """The four lifetimes: exact to the millisecond."""
    with suppress(NotFound):
        scene.one.answer(scene.room_id, scene.newcomer, admit=True, now=NOW + after_ms)
    assert scene.is_in(scene.newcomer) is open_


def test_two_answers_at_once_have_one_effect() -> None:
    """A12: the second runs whole between any two requests of the first; once let in is let in once."""
    for switch in count():
        with staged() as stage:
            scene = Scene(stage)

            def second(scene: Scene = scene) -> None:
                with suppress(NotFound):
                    scene.two.answer(scene.room_id, scene.newcomer, admit=True)

            with stage.memory.interrupted(switch, second) as reached, suppress(NotFound):
                scene.one.answer(scene.room_id, scene.newcomer, admit=True)
            assert scene.is_in(scene.newcomer)
            assert len(scene.newcomer.heard("join.changed")) == 1, switch
            arrivals = [one["participant"] for one in scene.one.heard("participant.joined")]
            ids = [one["participant_id"] for one in arrivals if isinstance(one, dict)]
            assert ids.count(scene.newcomer.participant_id) == 1, switch
        if not reached():
            break
    assert switch > 3


def test_doubt_between_people_in_no_meeting_asks_nobody() -> None:
    """A7: there is nobody inside to ask, and nothing follows."""
    with staged() as stage:
        one, two = Person(stage), Person(stage)
        one.send(recorded())
        assert two.send(recorded(doubt=True)).status == "listening"
        assert stage.pushes.sent == []
        assert meetings(stage, NOW) == {}
        assert stage.memory.items("rooms") == []
