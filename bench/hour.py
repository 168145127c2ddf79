"""The reference meeting: eight people join by sound, one of them, signed in, runs it, an hour later it has a report.

Their browsers ask what chalicelib/web/static/js has them ask, and when; the real application answers, over the
dictionary of tests/support/memory.py, and Step Functions is moto's interpreter.
"""

from bench.simulation import Simulation, simulation  # isort: skip - sets the environment

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from bench.people import Person, Town
from bench.rooms import Rooms
from bench.till import MEMORY, Till, counted
from chalicelib.lifetimes import HOUR, MINUTE
from infra.local.chalice_app import handlers_of, resource_name
from infra.local.events import LambdaContext, schedule_event
from tests.support.accounts import EMAIL, GROWN_UP, log_in, with_account
from tests.support.aws import Aws, empty_aws
from tests.support.browser import Socket
from tests.support.insights import agree, send
from tests.support.workflows import Workflows, executed, functions_of, recorded_workflows
from tests.support.world import World

PEOPLE, TALKERS, LINKS = 8, 3, 3
NETWORK = "198.51.100.7"
LENGTH_MS = HOUR
PULSE_MS, LEASE_MS, READ_MS = MINUTE, 2 * MINUTE, 10 * MINUTE  # live.js, content/lease.js, room.js
SETTLED_MS = MINUTE  # by then everybody is in
SCHEDULES_EVERY_MS = MINUTE
AFTER_MS = 12 * MINUTE  # until people who are gone are seen to be


class Hour:
    """One meeting in an empty installation. `till` counts what it uses, by what for."""

    def __init__(self, simulated: Simulation, workflows: Workflows, aws: Aws, batch_ms: int) -> None:
        self.simulated, self.workflows, self.batch_ms = simulated, workflows, batch_ms
        self.till = Till()
        self._world = World(simulated.app, simulated.hands, aws, simulated.pushes, workflows)
        self._town = Town(simulated, Rooms(1, 120.0))
        self._chance = random.Random(PEOPLE)

    def pass_minute(self) -> None:
        """In which nobody comes."""
        self.simulated.hands.advance(SCHEDULES_EVERY_MS)
        with self.till.serving("idle"):
            self.reap()

    def hold(self) -> int:
        """From the first click until nothing of the meeting is left to be done but deletion half a year later; how many
        there were. As many minutes as it takes pass before it without anybody."""
        with_account(self._world)
        for _ in range(0, LENGTH_MS + AFTER_MS, SCHEDULES_EVERY_MS):
            self.pass_minute()
        self._town.began_ms = self.simulated.now
        begun = self.simulated.now + MINUTE
        for seat in range(PEOPLE):
            self._town.settle(Person(self._town, 0, seat, NETWORK, begun + 1_000 * self._chance.random() * 10))
        self._at(begun - 1, "page", self._visit)
        self._at(begun + SETTLED_MS, "organiser", self._run)
        self._at(begun + SETTLED_MS, "enter", self._enter)
        for minute in range(2, LENGTH_MS // MINUTE):
            self._minute(begun, minute)
        for at in range(begun + SETTLED_MS + self.batch_ms, begun + LENGTH_MS + 1, self.batch_ms):
            self._each(at, "insight batch", partial(self._batch, at))
        self._at(begun + LENGTH_MS, "end", self._end)
        for at in range(begun, begun + LENGTH_MS + AFTER_MS, SCHEDULES_EVERY_MS):
            self._at(at, "upkeep", self.reap)
        self._at(begun + LENGTH_MS + 3 * MINUTE, "report", self._assemble)
        self._at(begun + LENGTH_MS + 5 * MINUTE, "reading", self._read)
        self.simulated.run()
        self.till.purpose = "heartbeat"
        self.till.count(socket_minutes=PEOPLE * LENGTH_MS / MINUTE)
        return PEOPLE

    def _minute(self, begun: int, minute: int) -> None:
        at = begun + minute * MINUTE
        self._each(at, "heartbeat", self._beat)
        if not minute * MINUTE % READ_MS:
            self._each(at + 2, "room", lambda one: one.browser.get(f"/v1/rooms/{one.room_id}"))
        if minute in range(5, 5 * LINKS + 5, 5):
            self._at(at + 3, "link", partial(self._show, minute // 5))

    def _at(self, at: int, kind: str, act: Callable[[], object]) -> None:
        self.simulated.at(at, kind, act)

    def _each(self, at: int, kind: str, act: Callable[[Person], object]) -> None:
        """Spread over what is left of the second: in order, as the queue of events is."""
        for one in self._town.people:
            self._at(at + one.seat * 5, kind, partial(act, one))

    def _visit(self) -> None:
        """Of somebody who has been here before: the files are in their browser."""
        for one in self._town.people:
            one.browser.get("/")
            one.browser.get("/v1/session")
            one.browser.get("/v1/time")
        self._sign_in(self._town.people[0])

    def _sign_in(self, one: Person) -> None:
        assert one.browser.post("/v1/session/age", json_body=GROWN_UP).status == 200
        assert log_in(one.browser, EMAIL).status == 200
        *_, session = self.simulated.memory.items("sessions")
        one.participant_id = session["participant_id"]["S"]
        self._town.connected[one.browser.connect(tab=one.tab).id] = one

    def _run(self) -> None:
        """The first takes charge of the meeting, which everybody is told of."""
        first = self._town.people[0]
        taken = first.browser.request("PUT", f"/v1/rooms/{first.room_id}/organiser", json_body={})
        assert taken.status == 200, taken.body

    def _enter(self) -> None:
        for one in self._town.people:
            if one is not self._town.people[0]:
                assert one.browser.post("/v1/session/age", json_body=GROWN_UP).status == 200
            self._socket(one).resume(one.room_id or "")
            for path in ("", "/insights/mine"):
                answer = one.browser.get(f"/v1/rooms/{one.room_id}{path}")
                assert answer.status == 200, answer.body
            assert one.browser.request("PUT", f"/v1/tabs/{one.tab}/lease").status == 200
            one.browser.get("/v1/consents")
            agree(one.browser)

    def _beat(self, one: Person) -> None:
        """Every second one renews the tab's lease."""
        lease = {"lease": True} if self.simulated.now // PULSE_MS % (LEASE_MS // PULSE_MS) else {}
        self._socket(one).send({"action": "heartbeat", "room_id": one.room_id, **lease})

    def _show(self, number: int) -> None:
        one = self._town.people[number]
        headers = {"Earshot-Tab": one.tab}
        staged = one.browser.post("/v1/content", json_body={"url": "https://example.com/a"}, headers=headers)
        assert staged.status == 201, staged.body
        wanted = {"room_id": one.room_id, "as": "card"}
        path = f"/v1/content/{staged.json()['content_id']}/shown"
        assert one.browser.request("PUT", path, json_body=wanted).status == 200

    def _batch(self, at: int, one: Person) -> None:
        """What the last minutes were like: in a minute some twenty turns of who talks, four looks away."""
        begun = at - self.batch_ms
        turns = range(begun, at, 3_000) if one.seat < TALKERS else ()
        events = [("talk", turn, turn + 1_000 + self._chance.randrange(1_500)) for turn in turns]
        events += [("attention", look, look + 12_000) for look in range(begun, at - 12_000, 15_000)]
        sequence = (at - self._town.began_ms) // self.batch_ms
        answer = send(
            one.browser, one.room_id or "", sequence, *events, ("webcam", begun, at), from_ms=begun, to_ms=at,
            sent_at_ms=self.simulated.now, tab=one.tab,
        )  # fmt: skip
        assert answer.status == 202, answer.body

    def _end(self) -> None:
        """All but the first leave; who runs it ends it."""
        first, *others = self._town.people
        for one in others:
            assert one.browser.delete(f"/v1/rooms/{one.room_id}/participants/me").status == 204
        assert first.browser.delete(f"/v1/rooms/{first.room_id}").status == 204
        for one in self._town.people:
            one.browser.post(f"/v1/tabs/{one.tab}/closed", json_body={})
            self._socket(one).close()

    def reap(self) -> None:
        """What the schedules do once a minute."""
        for one in handlers_of(self.simulated.app).schedules:
            event = schedule_event(one.name, self.simulated.now / 1_000)
            self.till.invoke(one.name, partial(one.handler, event, LambdaContext(one.name, "schedule")))

    def _assemble(self) -> None:
        """The workflow, its steps counted as Step Functions bills them."""
        acts = functions_of(self.simulated.app)
        counting = {resource_name(name): self._invoked(name, acts[name]) for name in MEMORY if name in acts}
        [one] = self.workflows.started
        ended = executed(self.simulated.app, one, counting)
        assert ended.status == "SUCCEEDED", ended
        self.till.count(transitions=len(ended.states) + 1)

    def _invoked(self, function: str, act: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(event: Any) -> Any:
            with self.till.serving("report"):
                return self.till.invoke(function, lambda: act(event))

        return call

    def _read(self) -> None:
        browser, meeting = self._town.people[0].browser, self.workflows.started[0].given["meeting_id"]
        for path in ("", f"/{meeting}", f"/{meeting}/report", f"/{meeting}/trend"):
            answer = browser.get(f"/v1/meetings{path}")
            assert answer.status == 200, answer.body
        assert browser.get(f"/v1/meetings/{meeting}/report").json()["status"] == "ready"

    def _socket(self, one: Person) -> Socket:
        *_, connection = [key for key, whose in self._town.connected.items() if whose is one]
        return Socket(self.simulated.app, connection, NETWORK)


@contextmanager
def installation(batch_ms: int = MINUTE) -> Iterator[Hour]:
    """An empty one, everything that it uses counted."""
    with simulation() as simulated, empty_aws() as aws, recorded_workflows() as workflows:
        made = Hour(simulated, workflows, aws, batch_ms)
        made.reap()  # the very first run looks back an hour
        happen = Simulation._happen

        def serve(self: Simulation, kind: str, act: Callable[[], object]) -> None:
            with made.till.serving(kind):
                happen(self, kind, act)

        with counted(made.till), patch.object(Simulation, "_happen", serve):
            yield made
