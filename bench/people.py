"""People in generated rooms with a browser each, which records and sends as chalicelib/web/static/js does."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.rooms import RATE, Rooms
from bench.simulation import Simulation
from chalicelib.joining import census, fingerprint, quality
from chalicelib.joining.keys import keys_between
from chalicelib.joining.routes import FINGERPRINT
from tests.support.browser import Browser
from tests.support.environment import SECRET

LISTEN_MS, CLIP_MS, BEAT_MS, SHORTEST_MS, SETTLE_MS = 20_000, 4_000, 3_800, 2_500, 100  # as listening.js, grid.js
SHARED_MS, STEP_MS = CLIP_MS - BEAT_MS, BEAT_MS // 2
CLOCK_ERROR_MS = 60  # claimed; the residual error is anywhere within it
NOTICE_MS = 1_500  # until somebody inside sees that somebody is missing
ATTENTIVE = 2  # people of a meeting who do something about it


@dataclass(eq=False)
class Person:
    town: "Town"
    room: int
    seat: int
    address: str
    click_ms: float
    joined_at_ms: float = 0.0
    room_id: str | None = None
    participant_id: str = ""
    _until_ms: float = 0.0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([6, self.room, self.seat])
        self._error_ms = self._rng.uniform(-CLOCK_ERROR_MS, CLOCK_ERROR_MS)
        self._browser = Browser(self.town.simulated.app, self.address)

    def click(self) -> None:
        """Listens for 20 s from now."""
        if not self.participant_id:
            assert self._browser.open_session().status == 201
            *_, session = self.town.simulated.memory.items("sessions")
            self.participant_id = session["participant_id"]["S"]
            self.town.connected[self._browser.connect().id] = self
        now = self.town.simulated.now
        self._until_ms = now + LISTEN_MS
        sound_from = now + SETTLE_MS
        end = -(-(sound_from + SHORTEST_MS - SHARED_MS) // STEP_MS) * STEP_MS + SHARED_MS
        self._record(max(sound_from, end - CLIP_MS), end)

    def joined(self, room_id: str) -> None:
        self.room_id = room_id
        if not self.joined_at_ms:
            self.joined_at_ms = self.town.simulated.now
        if self.town.clicks_again(self):
            self.town.simulated.at(self.town.simulated.now + NOTICE_MS, "click", self._click_again)

    def _click_again(self) -> None:
        if self.town.misses_somebody(self):
            self.click()

    def _record(self, start_ms: float, end_ms: float) -> None:
        """The clip is sent when it is complete, if the person still listens then."""
        upload_ms = float(np.clip(self._rng.lognormal(np.log(150), 0.7), 40, 2_000))
        self.town.simulated.at(end_ms + upload_ms, "clip", lambda: self._send(start_ms, end_ms))

    def _send(self, start_ms: float, end_ms: float) -> None:
        if self._until_ms < end_ms or (self.joined_at_ms and not self._listens_inside(start_ms)):
            return
        begin = end_ms // BEAT_MS * BEAT_MS
        self._record(begin, begin + CLIP_MS)
        self.town.clips += 1
        answer = self._browser.post(
            "/v1/joins", body=self._fingerprint(start_ms, end_ms), headers=self._headers(start_ms)
        )
        found = answer.json()
        assert answer.status == 202, found
        if found["status"] == "joined" and not self.joined_at_ms:
            self.joined(found["room_id"])

    def _listens_inside(self, start_ms: float) -> bool:
        """Somebody inside records only what began after they clicked again, and while somebody is missing."""
        again = self in self.town.attentive and self.town.misses_somebody(self)
        return again and start_ms >= self._until_ms - LISTEN_MS >= self.joined_at_ms

    def _fingerprint(self, start_ms: float, end_ms: float) -> bytes:
        from_s = (start_ms - self._error_ms - self.town.began_ms) / 1e3
        heard = self.town.rooms.hear(self.room, self.seat, from_s, (end_ms - start_ms) / 1e3)
        keys = keys_between(SECRET, start_ms, end_ms)
        made = fingerprint.compute(
            heard, RATE, start_ms, keys, clock_error_ms=CLOCK_ERROR_MS, processing=quality.OFF
        )  # fmt: skip
        return made.to_bytes()

    def _headers(self, start_ms: float) -> dict[str, str | None]:
        join_id = str(uuid.UUID(bytes=self._rng.bytes(16), version=4))
        inside = self.room_id if self.joined_at_ms else None
        return {
            "Content-Type": FINGERPRINT,
            "Earshot-Join": join_id,
            "Earshot-Recorded-At": str(start_ms),
            "Earshot-Processing": "off",
            "Earshot-Room": inside,
        }


@dataclass
class Town:
    """All rooms and people."""

    simulated: Simulation
    rooms: Rooms
    people: list[Person] = field(default_factory=list)
    connected: dict[str, Person] = field(default_factory=dict)
    attentive: list[Person] = field(default_factory=list)
    clips: int = 0

    def __post_init__(self) -> None:
        self.began_ms = self.simulated.now
        self.simulated.pushed = self._pushed

    def settle(self, person: Person) -> None:
        self.people.append(person)
        self.simulated.at(person.click_ms, "click", person.click)

    def by_room(self) -> dict[int, list[Person]]:
        found = defaultdict[int, list[Person]](list)
        for person in self.people:
            found[person.room].append(person)
        return found

    def clicks_again(self, person: Person) -> bool:
        """Whether they are among the first who look who is in their meeting."""
        others = [one for one in self.attentive if one.room_id == person.room_id and one is not person]
        if len(others) < ATTENTIVE and person not in self.attentive:
            self.attentive.append(person)
        return person in self.attentive

    def misses_somebody(self, person: Person) -> bool:
        """What a person can see: somebody of their room is not in their meeting."""
        return any(one.room_id != person.room_id for one in self.people if one.room == person.room)

    def _pushed(self, connection_id: str, message: dict[str, Any]) -> None:
        person = self.connected[connection_id]
        if message["type"] == "join.changed" and message["status"] == "joined":
            person.joined(message["room_id"])
        elif message["type"] == "room.changed" and message.get("merged_into"):
            person.room_id = message["merged_into"]


@contextmanager
def bound(clips: int | None) -> Iterator[None]:
    """Places are crowded from that many clips on."""
    from chalicelib.joining import company

    value = clips or census.BOUND
    with patch.object(census, "BOUND", value), patch.object(company, "BOUND", value):
        yield
