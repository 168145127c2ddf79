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
LAST_CLIPS = 2  # as listening.js: of whoever is in
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
    _clicked_ms: float = 0.0
    _clicks: int = 0
    _inside: frozenset[str] | None = None  # at the last click: who was in the meeting with them, if they were in one
    _last_clips: int = 0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([6, self.room, self.seat])
        self._error_ms = self._rng.uniform(-CLOCK_ERROR_MS, CLOCK_ERROR_MS)
        self.browser = Browser(self.town.simulated.app, self.address)
        self.tab = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.room}/{self.seat}"))

    def click(self) -> None:
        """Listens for 20 s from now."""
        if not self.participant_id:
            assert self.browser.open_session().status == 201
            *_, session = self.town.simulated.memory.items("sessions")
            self.participant_id = session["participant_id"]["S"]
            self.town.connected[self.browser.connect(tab=self.tab).id] = self
        now = self.town.simulated.now
        self._clicked_ms, self._clicks, self._last_clips = now, self._clicks + 1, 0
        self._inside = frozenset(one.participant_id for one in self._met()) if self.room_id else None
        sound_from = now + SETTLE_MS
        end = -(-(sound_from + SHORTEST_MS - SHARED_MS) // STEP_MS) * STEP_MS + SHARED_MS
        self._record(max(sound_from, end - CLIP_MS), end)

    def joined(self, room_id: str) -> None:
        self.room_id = room_id
        if not self.joined_at_ms:
            self.joined_at_ms = self.town.simulated.now

    def _record(self, start_ms: float, end_ms: float) -> None:
        clicks = self._clicks
        self.town.simulated.at(end_ms, "cut", lambda: self._cut(start_ms, end_ms) if clicks == self._clicks else None)

    def _cut(self, start_ms: float, end_ms: float) -> None:
        """A clip is complete: it is sent, and the next begun, if the person listens still."""
        has_met = self._met_at_ms() <= min(end_ms, self._clicked_ms + LISTEN_MS)
        if not has_met and self._clicked_ms + LISTEN_MS < end_ms:
            return
        self._last_clips += has_met
        if self._last_clips < LAST_CLIPS:
            begin = end_ms // BEAT_MS * BEAT_MS
            self._record(begin, begin + CLIP_MS)
        elif self.town.clicks_again(self):
            self.town.simulated.at(end_ms + NOTICE_MS, "click", self._click_again)
        upload_ms = float(np.clip(self._rng.lognormal(np.log(150), 0.7), 40, 2_000))
        inside = self.room_id is not None
        self.town.simulated.at(end_ms + upload_ms, "clip", lambda: self._send(start_ms, end_ms, inside))

    def _met_at_ms(self) -> float:
        """When they came in; of somebody who was in at the click, when another came whom they listen for."""
        if self._inside is None:
            return self.joined_at_ms or float("inf")
        others = [one.joined_at_ms for one in self._met() if one.participant_id not in self._inside]
        return max(min(others, default=float("inf")), self._clicked_ms)

    def _met(self) -> list["Person"]:
        return [one for one in self.town.people if one.room_id == self.room_id]

    def _click_again(self) -> None:
        if self.town.misses_somebody(self):
            self.click()

    def _send(self, start_ms: float, end_ms: float, inside: bool) -> None:
        self.town.clips += 1
        headers = self._headers(start_ms, self.room_id if inside else None)
        answer = self.browser.post("/v1/joins", body=self._fingerprint(start_ms, end_ms), headers=headers)
        found = answer.json()
        assert answer.status == 202, found
        if found["status"] == "joined" and not self.joined_at_ms:
            self.joined(found["room_id"])

    def _fingerprint(self, start_ms: float, end_ms: float) -> bytes:
        from_s = (start_ms - self._error_ms - self.town.began_ms) / 1e3
        heard = self.town.rooms.hear(self.room, self.seat, from_s, (end_ms - start_ms) / 1e3)
        keys = keys_between(SECRET, start_ms, end_ms)
        made = fingerprint.compute(
            heard, RATE, start_ms, keys, clock_error_ms=CLOCK_ERROR_MS, processing=quality.OFF
        )  # fmt: skip
        return made.to_bytes()

    def _headers(self, start_ms: float, inside: str | None) -> dict[str, str | None]:
        join_id = str(uuid.UUID(bytes=self._rng.bytes(16), version=4))
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
    notice: int = ATTENTIVE  # how many of a meeting click again when somebody is missing
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
        if len(others) < self.notice and person not in self.attentive:
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
