"""Any history of joining by sound: whatever is sent, lost, repeated or broken off, the meetings end as the rooms are.

After Signal's fuzz targets: devices in a few rooms take turns at everything a browser or a network may do, and now
and then everyone settles: each device sends one more clip and asks what became of it (A3, A4, A6, A11).
"""

import os
import random
from collections.abc import Callable
from contextlib import ExitStack, nullcontext, suppress
from functools import partial
from typing import Any
from unittest.mock import patch

from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.joining import census, company, crowd, service
from chalicelib.joining.models import ClipId, find_sound, listings
from chalicelib.joining.places import places
from chalicelib.joining.rules import Span
from chalicelib.lifetimes import MINUTE
from chalicelib.rooms import service as rooms
from chalicelib.rooms.models import find_member, new_organiser
from chalicelib.rooms.record_models import organisers
from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.ids import ParticipantId, RoomId, SessionId, opaque
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.service import end_session, open_session
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash
from tests.support.scenes import LENGTH_MS, NOWHERE, Clip, meetings, new_clip, send, staged

SCENES = ("kitchen", "hall")
GRID_MS = 2_000
CROWDED = 3  # clips that make a crowd
LAG_MS = 1_000  # after which no read misses a write: replicas of DynamoDB catch up within a second
PEOPLE = 6
WHO = st.integers(0, 2 * PEOPLE - 1)  # half the time whoever acted last goes on: a history of one device has length
BACK = st.sampled_from([1, 1, 1, 2, 3])
WHEN = st.integers(0, 30)  # before which request of an act something else happens


class Device:
    """A browser that stays in one room."""

    def __init__(self, scene: str, now: int) -> None:
        self.scene = scene
        self.session: Session = open_session(now=now)
        self.on_the_way: list[Clip] = []  # recorded, not sent yet
        self.sent: list[Clip] = []
        self.cancelled: set[str] = set()
        self.ended = False
        self.own_room: RoomId | None = None  # that they have opened and entered alone
        self.silent_since_leaving = False

    @property
    def participant_id(self) -> ParticipantId:
        return ParticipantId(self.session.participant_id)

    def record(self, now: int) -> Clip:
        """The clip that ended at the latest point of the common grid."""
        return new_clip([self.scene], now // GRID_MS * GRID_MS - LENGTH_MS)

    def send(self, clip: Clip, now: int) -> None:
        if clip not in self.sent:
            self.silent_since_leaving = False
            self.sent.append(clip)
        own = self.own_room if self.own_room and find_member(self.own_room, self.participant_id, now=now) else None
        send(clip, self.session, now=now, room_id=own)

    def poll(self, now: int) -> service.Outcome | None:
        if not self.sent:
            return None
        with suppress(NotFound):
            return service.read_join(self.sent[-1].join_id, self.session, now=now)
        return None

    def stop(self, now: int) -> None:
        """As every page does that goes elsewhere while it listens."""
        self.on_the_way.clear()
        for clip in self.sent:
            if now < clip.over_at_ms:
                self.cancel(clip, now)

    def cancel(self, clip: Clip, now: int) -> None:
        service.cancel_join(clip.join_id, self.session, now=now)
        if now < clip.over_at_ms:  # what is over is the queue's to delete
            self.cancelled.add(clip.join_id)


class Joining(RuleBasedStateMachine):
    """The truth: who is in which scene. The machine under test never sees it but through the oracle's ears."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.stage = self._stack.enter_context(staged())
        self._stack.enter_context(patch.object(service, "CLIPS_ALLOWED", 1_000))  # the limiter has its own tests
        self.now = START_MS
        self.devices: list[Device] = []
        self.last = 0

    def teardown(self) -> None:
        try:
            if self.devices:
                self.everyone_settles(reverse=False, pause_ms=GRID_MS)
        finally:
            self._stack.close()

    @initialize(
        scenes=st.lists(st.sampled_from(SCENES), min_size=PEOPLE, max_size=PEOPLE),
        ids=st.integers(0, 2**64 - 1),
        crowded=st.booleans(),
    )
    def people_come(self, scenes: list[str], ids: int, crowded: bool) -> None:
        """Into a place of their own, or one with so many clips that a matcher serves them all."""
        random.seed(ids)  # who has the least identifier is part of a history, and so is which read lags behind
        self.stage.memory.lags = lambda: random.random() < 0.5
        for module in (census, company) if crowded else ():
            self._stack.enter_context(patch.object(module, "BOUND", CROWDED))
        self.devices = [Device(scene, self.now) for scene in scenes]

    def device(self, who: int) -> Device:
        """That device, or the one its owner took instead of it after logging out; a millisecond later."""
        self.now += 1
        self.last = who = who if who < PEOPLE else self.last
        if self.devices[who].ended:
            self.devices[who] = Device(self.devices[who].scene, self.now)
        return self.devices[who]

    @rule(ms=st.sampled_from([1, 500, 1_000, 1_000, 2_000, 3_999, 9_999, 61_000]))
    def time_passes(self, ms: int) -> None:
        """Whoever has sent a clip asks what became of it before a minute is over."""
        for device in self.devices if ms > MINUTE else ():
            device.poll(self.now)
        self.now += ms
        if ms >= LAG_MS:
            self.stage.memory.catch_up()

    @rule(who=WHO)
    def record(self, who: int) -> None:
        """Reordered and delayed: sent later by `send_late`, in any order."""
        device = self.device(who)
        device.on_the_way.append(device.record(self.now))

    @rule(who=WHO)
    def submit(self, who: int) -> None:
        device = self.device(who)
        device.send(device.record(self.now), self.now)

    @rule(who=WHO, which=st.integers(0, 9))
    def send_late(self, who: int, which: int) -> None:
        device = self.device(who)
        if device.on_the_way:
            device.send(device.on_the_way.pop(which % len(device.on_the_way)), self.now)

    @rule(who=WHO, back=BACK)
    def send_again(self, who: int, back: int) -> None:
        """A11: the same clip twice has one effect."""
        device = self.device(who)
        if len(device.sent) >= back:
            device.send(device.sent[-back], self.now)

    @rule(who=WHO, survived=WHEN, retried=st.booleans())
    def submit_and_die(self, who: int, survived: int, retried: bool) -> None:
        """The process dies between two requests; the browser tries again, or goes on with its next clip."""
        device = self.device(who)
        clip = device.record(self.now)
        with suppress(Crash), self.stage.memory.crash_after(survived):
            device.send(clip, self.now)
        if retried:
            device.send(clip, self.now)

    @rule(who=WHO, other=WHO, at=WHEN, act=st.sampled_from(["submit", "again", "poll", "cancel", "leave", "expire"]))
    def submit_while(self, who: int, other: int, at: int, act: str) -> None:
        """Something else happens, whole, between two requests of a submission."""
        device, second, began = self.device(who), self.device(other), self.now
        acts: dict[str, Callable[[], object]] = {
            "submit": partial(self.submit, other),
            "again": partial(self.send_again, other, 1),
            "poll": partial(second.poll, self.now),
            "cancel": partial(self.cancel, other, 1),
            "leave": partial(self.leave, other),
            "expire": partial(self.queue_delivers, late=True, twice=False),
        }
        self.now += 1  # what comes between began later
        gone = suppress(NotFound) if act == "leave" else nullcontext()  # out of the meeting whose door it was to open
        with gone, self.stage.memory.interrupted(at, acts[act]):
            device.send(device.record(began), began)

    @rule(who=WHO)
    def poll(self, who: int) -> None:
        self.device(who).poll(self.now)

    @rule(who=WHO, back=BACK)
    def cancel(self, who: int, back: int) -> None:
        device = self.device(who)
        if len(device.sent) >= back:
            device.cancel(device.sent[-back], self.now)

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        device = self.device(who)
        for room_id in self.rooms_of(device):
            with suppress(NotFound):
                rooms.leave_room(room_id, _stored(device.session, self.now), now=self.now)
                device.silent_since_leaving = True
                device.on_the_way.clear()

    @rule(who=WHO)
    def open_a_room(self, who: int) -> None:
        """B12: and sit in it, as whoever runs it and lets others join does; all rooms are of one account."""
        self.leave(who)
        device = self.device(self.last)
        device.stop(self.now)
        device.own_room = RoomId(opaque())
        rooms.open_room(device.own_room, now=self.now)
        organisers.put(new_organiser(device.own_room, "ada", self.now, link=False))
        rooms.enter_room(device.own_room, _stored(device.session, self.now), via="link", now=self.now)
        device.silent_since_leaving = False

    @rule(who=WHO)
    def log_out(self, who: int) -> None:
        device = self.device(who)
        end_session(SessionId(device.session.session_id), now=self.now)
        device.ended = True

    @rule(late=st.booleans(), twice=st.booleans())
    def queue_delivers(self, late: bool, twice: bool) -> None:
        """The delay queue calls for what is due; a late one for all but the newest."""
        for message in self.stage.take(service.EXPIRY_QUEUE):
            due = self.now >= self._over_at(message)
            if due and not late:
                for _ in range(1 + twice):
                    service.expire_clip(message["clip"], message["listed"])
            else:
                self.stage.waiting.append(message)

    @rule(twice=st.booleans())
    def matchers_run(self, twice: bool) -> None:
        """The rounds of a crowd and the comparisons that follow from them, each once or twice (A14)."""
        while messages := self.stage.take(crowd.QUEUE):
            for message in messages:
                for _ in range(1 + twice):
                    self._match(message)

    @rule(survived=WHEN, which=st.integers(0, 9))
    def a_matcher_dies(self, survived: int, which: int) -> None:
        """Between two requests of a round or a comparison; the queue delivers its message again later."""
        waiting = self.stage.take(crowd.QUEUE)
        self.stage.waiting += waiting
        if waiting:
            with suppress(Crash), self.stage.memory.crash_after(survived):
                self._match(waiting[which % len(waiting)])

    def _match(self, message: dict[str, Any]) -> None:
        if "round" in message:
            crowd.run_round(message["round"], now=self.now)
        for tag, *likeliest in message.get("compare", ()):
            service.compare_in_crowd(tag, likeliest, waited=message.get("waited", False), now=self.now)

    @rule(reverse=st.booleans(), pause_ms=st.sampled_from([GRID_MS, 10_000, 70_000]))
    def everyone_settles(self, reverse: bool, pause_ms: int) -> None:
        """One more clip of every device that still wants to be in, then one question each."""
        self.time_passes(pause_ms)
        self.now = self.now // GRID_MS * GRID_MS
        present = [one for one in self.devices if not one.ended and not one.silent_since_leaving]
        for device in reversed(present) if reverse else present:
            device.on_the_way.clear()
            device.send(device.record(self.now), self.now)
        self.matchers_run(twice=False)
        answers = {device.participant_id: device.poll(self.now) for device in present}
        found = meetings(self.stage, self.now)
        for scene in SCENES:
            self._check_room([one for one in present if one.scene == scene], answers, found)

    def _check_room(
        self,
        present: list[Device],
        answers: dict[ParticipantId, service.Outcome | None],
        found: dict[RoomId, set[ParticipantId]],
    ) -> None:
        """A6: the scene's people, all of them and nobody else, are in one meeting, and each was told so."""
        if len(present) < 2:
            return
        everyone = {one.participant_id for one in present}
        theirs = {room_id: members for room_id, members in found.items() if members & everyone}
        assert list(theirs.values()) == [everyone], "the meetings are not the true rooms"
        [room_id] = theirs
        for who in everyone:
            answer = answers[who]
            assert answer is not None
            assert (answer.status, answer.room_id) == ("joined", room_id), "a member was not told"

    @precondition(lambda self: bool(self.devices))
    @invariant()
    def two_scenes_never_share_a_meeting(self) -> None:
        """A6."""
        scene_of = {one.participant_id: one.scene for one in self.devices}
        for members in meetings(self.stage, self.now).values():
            assert len({scene_of[who] for who in members if who in scene_of}) <= 1

    @precondition(lambda self: bool(self.devices))
    @invariant()
    def whoever_left_stays_away_until_a_clip_of_theirs(self) -> None:
        """A4: no late message, retry or merge brings anyone back."""
        away = {one.participant_id for one in self.devices if one.silent_since_leaving or one.ended}
        for members in meetings(self.stage, self.now).values():
            assert not members & away, "brought back"

    @precondition(lambda self: bool(self.devices))
    @invariant()
    def nothing_of_a_clip_can_be_read_after_its_ten_seconds(self) -> None:
        """A3: to the millisecond, whether or not the queue has called."""
        for device, clip in self._over():
            assert find_sound(ClipId(device.participant_id, clip.join_id), now=self.now) is None
        over = {clip.join_id for _, clip in self._over()}
        span = Span(self.now - LENGTH_MS, self.now)
        for [name] in places(NOWHERE, span, SECRET):
            assert not {one.clip_id.join_id for one in listings.query(name, now=self.now)} & over

    @precondition(lambda self: bool(self.devices))
    @invariant()
    def a_cancelled_clip_is_gone(self) -> None:
        """A4: deleted on cancel, so it can match nobody."""
        self._assert_gone({join_id for device in self.devices for join_id in device.cancelled})

    @precondition(lambda self: bool(self.devices))
    @invariant()
    def what_the_queue_called_for_is_gone(self) -> None:
        """A4: physically, by the delay queue alone: no sweeper here."""
        called = {message["clip"] for message in self.stage.waiting if "clip" in message}
        self._assert_gone(
            {clip.join_id for device, clip in self._over() if device.participant_id + clip.join_id not in called}
        )

    def _assert_gone(self, join_ids: set[str]) -> None:
        for row in self.stage.memory.items("clips"):
            entry = row["e"]["S"]
            assert entry.startswith("verdict#") or entry[-36:] not in join_ids, entry

    def _over(self) -> list[tuple[Device, Clip]]:
        return [(device, clip) for device in self.devices for clip in device.sent if clip.over_at_ms <= self.now]

    def _over_at(self, message: dict[str, str]) -> int:
        [at] = [c.over_at_ms for d in self.devices for c in d.sent if message["clip"].endswith(c.join_id)] or [0]
        return at

    def rooms_of(self, device: Device) -> list[RoomId]:
        return [
            room_id for room_id, members in meetings(self.stage, self.now).items() if device.participant_id in members
        ]


def _stored(session: Session, now: int) -> Session:
    return find(session.session_id, now=now) or session


THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
Joining.TestCase.settings = settings(
    max_examples=500 if THOROUGH else 50,
    stateful_step_count=40,
    deadline=None,
    phases=set(Phase)
    - {Phase.shrink, Phase.explain},  # a failure is shown as it was found: shortening it takes minutes
)
TestJoining = Joining.TestCase
