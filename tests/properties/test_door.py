"""Whoever may be in the room knocks, and the people in it decide (A7, A12, A13)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, permutations
from unittest.mock import patch

import pytest

from chalicelib.joining import matching, service
from chalicelib.joining.service import Outcome
from chalicelib.rooms import channel, door
from chalicelib.rooms.models import new_organiser
from chalicelib.rooms.record_models import organisers
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
        channel.connect(self.tab, self.session, now=NOW)

    @property
    def participant_id(self) -> ParticipantId:
        return ParticipantId(self.session.participant_id)

    def heard(self, kind: str) -> list[dict[str, object]]:
        return [message for message in self._stage.pushes.to(self.tab) if message["type"] == kind]

    def send(self, clip: Clip, now: int = NOW, room_id: RoomId | None = None) -> Outcome:
        self.clip = clip
        return send(clip, self.session, now=now, room_id=room_id)

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


def test_doubt_between_people_in_no_meeting_tells_both_what_helps() -> None:
    """A7: there is nobody inside to ask; each is told once a clip, by push and by poll, and nothing else follows."""
    with staged() as stage:
        one, two = Person(stage), Person(stage)
        one.send(recorded())
        assert two.send(recorded(doubt=True)).status == "listening"
        for person in (one, two):
            [told] = person.heard("join.changed")
            assert (told["join_id"], told["status"], told["hint"]) == (person.clip.join_id, "listening", "unsure")
            assert service.read_join(person.clip.join_id, person.session, now=NOW).hint == "unsure"
        two.send(two.clip)
        assert len(stage.pushes.sent) == 2
        assert meetings(stage, NOW) == {}
        assert stage.memory.items("rooms") == []


@pytest.mark.parametrize("order", list(permutations(["member", "newcomer", "second newcomer"])))
def test_the_members_are_asked_whichever_clip_comes_last(order: Sequence[str]) -> None:
    """A6, A13: a member who clicks to let others in is asked about the doubtful, however the clips come."""
    with staged() as stage:
        scene = AskingScene(stage, asks=False)
        service.cancel_join(scene.two.clip.join_id, scene.two.session, now=NOW)
        service.cancel_join(scene.one.clip.join_id, scene.one.session, now=NOW)
        newcomers = [Person(stage), Person(stage)]
        people = dict(zip(["newcomer", "second newcomer"], newcomers, strict=True))
        for who in order:
            if who == "member":
                scene.one.send(recorded(), room_id=scene.room_id)
            else:
                people[who].send(recorded(doubt=True))
        assert sorted(asked_about(scene.two)) == sorted(str(one.participant_id) for one in newcomers)
        assert not any(scene.is_in(one) for one in newcomers)


def test_a_clip_in_doubt_with_several_asks_one_meeting_and_tells_one_other() -> None:
    """A7, A14: what a clip costs does not grow with those it leaves in doubt; the meeting of most is asked."""
    with staged() as stage:
        newcomer, others = Person(stage), [Person(stage) for _ in range(3)]
        meetings_of = [[Person(stage) for _ in range(size)] for size in (2, 3, 2)]
        for n, group in enumerate(meetings_of):
            for person in group:
                person.send(new_clip([f"room {n}"], NOW - LENGTH_MS))
        for n, person in enumerate(others):
            person.send(new_clip([f"other {n}"], NOW - LENGTH_MS))
        everything = [*(f"room {n}" for n in range(3)), *(f"other {n}" for n in range(3))]

        newcomer.send(new_clip(everything, NOW - LENGTH_MS, doubt=True))

        asked = [asked_about(group[0]) for group in meetings_of]
        assert asked == [[], [newcomer.participant_id], []]
        told = [person for person in (newcomer, *others) if person.heard("join.changed")]
        assert (len(told), told[0]) == (2, newcomer)


@pytest.mark.parametrize("sure_first", [True, False])
def test_whoever_comes_in_has_those_asked_about_whom_their_own_clip_leaves_a_doubt(sure_first: bool) -> None:
    """A6, A7: somebody just let in by a sure clip is inside, and the doubtful one beside them is not."""
    with staged() as stage:
        scene, [sure, doubtful] = AskingScene(stage, asks=False), [Person(stage), Person(stage)]
        clips = [(sure, new_clip(["kitchen", "hall"], NOW - LENGTH_MS)), (doubtful, in_the_hall())]
        for person, clip in clips if sure_first else reversed(clips):
            person.send(clip)
        assert scene.is_in(sure)
        assert asked_about(scene.one) == [doubtful.participant_id]


def test_in_a_crowd_nobody_is_asked_about_whom_they_see_inside() -> None:
    """A12, A14: a sure clip has seated them before their doubtful one is compared."""
    with staged() as stage:
        scene, newcomer = AskingScene(stage, asks=False), Person(stage)
        with patch.object(matching, "doubt"):
            newcomer.send(recorded(doubt=True))
        doubtful = newcomer.participant_id + newcomer.clip.join_id
        newcomer.send(recorded())
        assert scene.is_in(newcomer)
        inside = scene.one.participant_id + scene.one.clip.join_id

        service.compare_in_crowd(doubtful, [inside], waited=True, now=NOW)
        service.compare_in_crowd(inside, [doubtful], waited=True, now=NOW)

        assert asked_about(scene.two) == []
        assert newcomer.heard("join.changed")[-1]["status"] == "joined"


def test_nobody_is_asked_about_who_has_just_met_others_elsewhere() -> None:
    """A6, A12: also where the look at who is seated comes a moment too early to see it."""
    with staged() as stage:
        scene, [between, other] = AskingScene(stage, asks=False), [Person(stage), Person(stage)]
        for one in (scene.one, scene.two):
            service.cancel_join(one.clip.join_id, one.session, now=NOW)
        between.send(recorded(doubt=True))
        for person in (other, between):
            person.send(new_clip(["hall"], NOW - LENGTH_MS))
        stage.memory.lags = lambda: True
        scene.one.send(recorded(), room_id=scene.room_id)
        assert asked_about(scene.two) == []


def test_whoever_is_seated_while_they_are_compared_is_not_asked_about() -> None:
    """A12, exhaustively at one switch: their sure clip runs whole between any two requests of the doubtful one."""
    for switch in count():
        with staged() as stage:
            scene, newcomer = AskingScene(stage, asks=False), Person(stage)
            knocked = list[bool]()

            def second(stage: Stage = stage, newcomer: Person = newcomer, knocked: list[bool] = knocked) -> None:
                knocked.append(any("knock" in row["entry"]["S"] for row in stage.memory.items("rooms")))
                newcomer.send(recorded())

            with stage.memory.interrupted(switch, second) as reached:
                newcomer.send(recorded(doubt=True))
            if not reached():
                break
            assert scene.is_in(newcomer), switch
            assert bool(asked_about(scene.one)) == any(knocked), switch
    assert switch > 3


class AskingScene:
    """Two people in a meeting that asks everybody to knock, and a newcomer whose clip is surely of their room."""

    def __init__(self, stage: Stage, *, asks: bool = True) -> None:
        self.stage = stage
        self.one, self.two = Person(stage), Person(stage)
        self.one.send(recorded())
        room_id = self.two.send(recorded()).room_id
        assert room_id is not None
        self.room_id = room_id
        organiser = new_organiser(room_id, "an account", NOW, link=False)
        organiser.knock = asks
        organisers.put(organiser)
        self.clip = recorded()

    def is_in(self, who: Person) -> bool:
        return who.participant_id in meetings(self.stage, NOW)[self.room_id]

    def newcomers(self, how_many: int) -> list[Person]:
        """People who come while nobody inside listens, and so find each other only."""
        for one in (self.one, self.two):
            service.cancel_join(one.clip.join_id, one.session, now=NOW)
        found = [Person(self.stage) for _ in range(how_many)]
        for one in found:
            one.send(recorded())
        return found


def in_the_hall() -> Clip:
    """A clip in doubt that none of those in the kitchen overhears."""
    return new_clip(["hall"], NOW - LENGTH_MS, doubt=True)


def asked_about(inside: Person) -> list[str]:
    return [str(message["participant_id"]) for message in inside.heard("participant.knocking")]


def test_nobody_whom_sound_leads_is_in_before_somebody_says_yes() -> None:
    """A12, A13: the clip is sure, and yet the people decide; the newcomer is told what is going on."""
    with staged() as stage:
        scene, newcomer = AskingScene(stage), Person(stage)
        assert newcomer.send(scene.clip).status == "listening"
        assert not scene.is_in(newcomer)
        assert asked_about(scene.one) == [newcomer.participant_id]
        assert service.read_join(scene.clip.join_id, newcomer.session, now=NOW).hint == "knocking"
        assert [one["hint"] for one in newcomer.heard("join.changed")] == ["knocking"]
        newcomer.send(recorded())
        assert len(asked_about(scene.one)) == 1

        scene.one.answer(scene.room_id, newcomer, admit=True)

        assert scene.is_in(newcomer)
        assert newcomer.heard("join.changed")[-1]["room_id"] == scene.room_id
        found = service.read_join(scene.clip.join_id, newcomer.session, now=NOW)
        assert (found.status, found.room_id) == ("joined", scene.room_id)


def test_whoever_sound_led_and_people_refused_is_told() -> None:
    """A12: by push and by poll; a clip within the minute asks nobody."""
    with staged() as stage:
        scene, newcomer = AskingScene(stage), Person(stage)
        newcomer.send(scene.clip)
        scene.two.answer(scene.room_id, newcomer, admit=False)
        told = newcomer.heard("join.changed")[-1]
        found = service.read_join(scene.clip.join_id, newcomer.session, now=NOW)
        assert (told["status"], told["hint"]) == (found.status, found.hint) == ("inconclusive", "refused")
        newcomer.send(recorded())
        with pytest.raises(NotFound):
            scene.one.answer(scene.room_id, newcomer, admit=True)
        assert not scene.is_in(newcomer)
        assert len(asked_about(scene.one)) == 1


def test_a_meeting_that_asks_does_not_merge_and_those_who_hear_it_knock() -> None:
    """A12, A6: people who found each other in the room first; each comes over by a yes of their own."""
    with staged() as stage:
        scene = AskingScene(stage)
        [ann, ben] = scene.newcomers(2)
        theirs = meetings(stage, NOW)
        assert len(theirs) == 2
        scene.one.send(recorded(), room_id=scene.room_id)
        assert meetings(stage, NOW) == theirs
        assert set(asked_about(scene.two)) == {ann.participant_id, ben.participant_id}

        scene.two.answer(scene.room_id, ann, admit=True)

        assert scene.is_in(ann)
        assert not scene.is_in(ben)
        assert sum(ann.participant_id in people for people in meetings(stage, NOW).values()) == 1
        scene.two.answer(scene.room_id, ben, admit=True)
        assert list(meetings(stage, NOW)) == [scene.room_id]


def test_whatever_comes_between_the_door_stays_shut() -> None:
    """A12, exhaustively at one switch: another clip of the room runs whole between any two requests of the first."""
    for switch in count():
        with staged() as stage:
            scene, newcomer, other = AskingScene(stage), Person(stage), Person(stage)

            def second(scene: AskingScene = scene, other: Person = other) -> None:
                other.send(recorded())
                scene.one.send(recorded(), room_id=scene.room_id)

            with stage.memory.interrupted(switch, second) as reached:
                newcomer.send(recorded())
            assert not scene.is_in(newcomer), switch
            assert not scene.is_in(other), switch
        if not reached():
            break
    assert switch > 3
