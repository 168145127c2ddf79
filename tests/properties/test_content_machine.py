"""Any history of staging and showing: nobody reads what is over, deleted or not meant for them, nor misses what is.

After Signal's fuzz targets: two people with several tabs in two meetings take turns at everything that a page, a
network or a process may do, breaking off between two requests included. The truth is kept beside, and compared after
each step with what the meetings and the panels say, and with the rows as they are stored (B1–B7, B11).
"""

import os
import random
import secrets
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from unittest.mock import patch

import pytest
from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.content import showing, staging
from chalicelib.content.models import Item
from chalicelib.lifetimes import MINUTE, SECOND
from chalicelib.rooms import ending, merging, presence, service as rooms
from chalicelib.rooms.models import members_of
from chalicelib.rooms.shown import room_content
from chalicelib.runtime import expiry
from chalicelib.runtime.errors import Gone, NotFound, Problem
from chalicelib.runtime.ids import RoomId, TabId, opaque
from chalicelib.sessions.service import end_session, open_session
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.scenes import repeatable_token
from tests.support.staged import LEASE_MS, Link, Person, Tab, name_of, rows, stored_links, stored_tabs

URL = "https://example.org/"
WHO = st.integers(0, 1)
WHICH = st.integers(0, 5)
WHEN = st.integers(0, 15)  # before which request of an act something else happens, or it breaks off
ACTS = st.sampled_from(
    ["stage", "show", "show", "take back", "delete", "hear", "close", "leave", "enter", "merge", "reap"]
)


@dataclass
class Act:
    """One request: what must be gone once it succeeded."""

    run: Callable[[], object]
    deletes: set[str] = field(default_factory=set)
    closes: TabId | None = None


class Content(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        import app  # noqa: F401 - subscribes the subjects to one another's events

        self._stack = ExitStack()
        self.memory = self._stack.enter_context(in_memory())
        self._stack.enter_context(recorded_pushes())
        self._stack.enter_context(patch.object(secrets, "token_urlsafe", repeatable_token))
        self._stack.enter_context(patch.object(presence, "watch", lambda *_, **__: None))  # has its own tests
        for place, limit in ((staging, "STAGED"), (staging, "OPENED"), (showing, "SHOWS")):  # they have their own tests
            self._stack.enter_context(patch.object(place, limit, 10_000))
        self.now = START_MS
        self.people: list[Person] = []
        self.rooms: list[RoomId] = []
        self.torn = False  # a merge may have broken off

    def teardown(self) -> None:
        self._stack.close()

    @initialize(ids=st.integers(0, 2**64 - 1))
    def people_come(self, ids: int) -> None:
        random.seed(ids)
        expiry.reap(now=self.now)
        self.stranger = open_session(now=self.now)
        self.people = [Person(open_session(now=self.now)) for _ in range(2)]
        self.open_rooms()
        for person in self.people:
            rooms.enter_room(self.rooms[0], person.session, via="sound", now=self.now)
            self.open_tab(person)

    def open_rooms(self) -> None:
        """Two, each with a host who never leaves, so that it does not end by itself."""
        while len(self.rooms) < 2:
            self.now += 1
            self.rooms.append(RoomId(opaque()))
            rooms.open_room(self.rooms[-1], now=self.now)
            rooms.enter_room(self.rooms[-1], open_session(now=self.now), via="sound", now=self.now)

    def open_tab(self, person: Person) -> None:
        tab_id = TabId(str(uuid.UUID(int=random.getrandbits(128), version=4)))
        assert staging.hold_tab(tab_id, person.session, now=self.now) == self.now + LEASE_MS
        person.tabs[tab_id] = Tab(self.now)

    @rule(who=WHO)
    def a_tab_more(self, who: int) -> None:
        if sum(tab.held_at(self.now) for tab in self.people[who].tabs.values()) < 4:
            self.open_tab(self.people[who])

    @rule(who=WHO, which=WHICH)
    def stage(self, who: int, which: int) -> None:
        """B1: only a tab that is there stages."""
        person = self.people[who]
        tab_id = person.tab(which)
        held = person.tabs[tab_id].held_at(self.now)
        try:
            item, lease = staging.stage_content(URL, None, tab_id, person.session, now=self.now)
        except Gone:
            assert not held
        else:
            assert held
            assert int(lease.lapses_at_ms) == person.tabs[tab_id].heard_at_ms + LEASE_MS
            person.links[item.content_id] = Link(tab_id)

    @rule(who=WHO, which=WHICH, room=WHO, framed=st.booleans())
    def show(self, who: int, which: int, room: int, framed: bool) -> None:
        """B6: what is mine and there, where I am."""
        person, room_id = self.people[who], self.rooms[room]
        link, there = person.link(which), self.current(room_id)
        if self.torn:
            return self.break_off("show", who, which, room, 1_000)
        may = link in person.held(self.now) and person.id in self.inside(there)
        try:
            showing.show(link, room_id, "frame" if framed else "card", person.session, now=self.now)
        except NotFound:
            assert not may
        else:
            assert may
            person.links[link].shown_in, person.links[link].shown_as = there, "frame" if framed else "card"
        return None

    @rule(who=WHO, room=WHO)
    def present(self, who: int, room: int) -> None:
        """All that showing a link takes, at once: by chance alone a history holds too few that are shown."""
        person = self.people[who]
        if not person.tabs[person.tab(0)].held_at(self.now):
            self.open_tab(person)
        self.enter(who, room)
        self.stage(who, 0)
        self.show(who, len(person.links) - 1, room, framed=False)

    @rule(who=WHO, which=WHICH)
    def take_back(self, who: int, which: int) -> None:
        """B4: it stays staged."""
        person = self.people[who]
        link = person.link(which)
        held = link in person.held(self.now)
        try:
            showing.take_back(link, person.session, now=self.now)
        except NotFound:
            assert not held
        else:
            assert held
            person.links[link] = Link(person.links[link].tab_id)

    @rule(who=WHO, which=WHICH)
    def delete(self, who: int, which: int) -> None:
        """B4: gone for everybody."""
        person = self.people[who]
        link = person.link(which)
        held = link in person.held(self.now)
        try:
            staging.delete_content(link, person.session, now=self.now)
        except NotFound:
            assert not held
        else:
            assert held
            person.drop({link})

    @rule(who=WHO, which=WHICH)
    def what_is_not_mine_is_not_there(self, who: int, which: int) -> None:
        """Whoever tries to show, take back, take off or delete another's item finds nothing."""
        other, link = self.people[1 - who].session, self.people[who].link(which)
        for act in (
            partial(showing.show, link, self.rooms[0], "card"), partial(showing.take_back, link),
            partial(staging.delete_content, link), partial(showing.take_off, self.rooms[0], link),
        ):  # fmt: skip
            with pytest.raises(Problem):
                act(session=other, now=self.now)

    @rule(who=WHO, which=WHICH, slow_ms=st.sampled_from([0, 0, 1, 2 * SECOND]))
    def hear(self, who: int, which: int, slow_ms: int) -> None:
        """B2: a heartbeat, now and then one that was held up; after the end it revives nothing."""
        person, now = self.people[who], self.now - slow_ms
        tab = person.tabs[person.tab(which)]
        held = tab.held_at(now)
        try:
            lapses_at_ms = staging.hold_tab(person.tab(which), person.session, now=now)
        except Gone:
            assert not held
        else:
            assert held
            tab.heard_at_ms = max(tab.heard_at_ms, now)
            assert lapses_at_ms == tab.heard_at_ms + LEASE_MS

    @rule(who=WHO, which=WHICH)
    def close(self, who: int, which: int) -> None:
        """B3: what the tab staged is gone, another tab's stays."""
        person = self.people[who]
        tab_id = person.tab(which)
        staging.close_tab(tab_id, person.session, now=self.now)
        person.tabs[tab_id].closed = True
        person.drop(self.of_tab(tab_id))
        assert not [row for row in rows(self.memory, "item") if row["tab_id"] == tab_id]

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        """B5: what I show leaves with me, and stays staged."""
        person = self.people[who]
        for room_id in {self.current(room) for room in self.rooms}:
            with suppress(NotFound):
                rooms.leave_room(room_id, person.session, now=self.now)
                person.withdraw(room_id)
        if self.torn:
            self.look_again(set())

    @rule(who=WHO, room=WHO)
    def enter(self, who: int, room: int) -> None:
        """One meeting at a time, as codes and links have it."""
        person, room_id = self.people[who], self.current(self.rooms[room])
        rooms.enter_room(room_id, person.session, via="link", now=self.now)
        for other in {self.current(one) for one in self.rooms} - {room_id}:
            if rooms.forget_member(other, person.id, now=self.now):
                person.withdraw(other)
        if self.torn:
            self.look_again(set())

    @rule()
    def merge(self) -> None:
        """Two rooms are one; what they show is shown there."""
        merging.merge_rooms(self.rooms[0], self.rooms[1], now=self.now)
        into = self.current(self.rooms[0])
        assert into == self.current(self.rooms[1])
        for link in (link for person in self.people for link in person.links.values()):
            link.shown_in = into if link.shown_in in self.rooms else link.shown_in
        self.torn = False

    @rule()
    def a_meeting_ends(self) -> None:
        """B11: whatever it shows is deleted; another opens."""
        ended = self.current(self.rooms[0])
        self.rooms = [room for room in self.rooms if self.current(room) != ended]
        ending.end_room(ended, now=self.now)
        assert not [row for row in rows(self.memory, "shown") if row["room_id"] == ended]
        for person in self.people:
            person.drop({name for name, link in person.links.items() if link.shown_in == ended})
        if self.torn:
            self.look_again(set())
        self.torn = False
        self.open_rooms()

    @rule(who=WHO)
    def log_out(self, who: int) -> None:
        """Whatever the session staged is deleted, every trace of its tabs; somebody else comes instead."""
        gone = self.people[who].id
        end_session(self.people[who].session.session_id, now=self.now)
        left = [row for kind in ("item", "tab", "shown") for row in rows(self.memory, kind)]
        assert gone not in {row["owner_id"] for row in left}
        self.people[who] = Person(open_session(now=self.now))
        self.open_tab(self.people[who])

    @rule(ms=st.sampled_from([1, SECOND, MINUTE, 5 * MINUTE, 5 * MINUTE, 29 * MINUTE]))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(who=WHO, which=WHICH, off_ms=st.sampled_from([-1, 0, 1]))
    def until_a_lease_ends(self, who: int, which: int, off_ms: int) -> None:
        """B2: readable at 29:59.999, gone at 30:00."""
        tab = self.people[who].tabs[self.people[who].tab(which)]
        self.now = max(self.now, tab.heard_at_ms + LEASE_MS + off_ms)

    @rule()
    def the_reaper_runs(self) -> None:
        """What is over is physically gone, without the sweeper; four runs, as it may have been away for a day."""
        for _ in range(4):
            assert expiry.reap(now=self.now).failed == 0
        for person in self.people:
            person.drop(person.links.keys() - person.held(self.now).keys())
            for tab in person.tabs.values():
                tab.closed = not tab.held_at(self.now)  # for slow heartbeats as well
        for row in rows(self.memory, "item"):
            assert row["tab_id"] in self.held_tabs(), "left behind by the reaper"

    @rule(act=ACTS, who=WHO, which=WHICH, room=WHO, survived=WHEN)
    def break_off(self, act: str, who: int, which: int, room: int, survived: int) -> None:
        """The process dies between two requests."""
        made = self.act(act, who, which, room)
        may_go = made.deletes | self.of_tab(made.closes)
        with suppress(Crash, Problem), self.memory.crash_after(survived):
            made.run()
        self.look_again(may_go)

    @rule(first=ACTS, second=ACTS, who=WHO, which=WHICH, room=WHO, at=WHEN, same=st.booleans())
    def meanwhile(self, first: str, second: str, who: int, which: int, room: int, at: int, same: bool) -> None:
        """Something else happens, whole, between two requests of an act: deleted and closed win, whatever the order."""
        one = self.act(first, who, which, room)
        two = self.act(second, who, which, room) if same else self.act(second, 1 - who, which, 1 - room)
        may_go = one.deletes | two.deletes | self.of_tab(one.closes) | self.of_tab(two.closes)
        done: list[Act] = []
        with self.memory.interrupted(at, lambda: _run(two, done)):
            _run(one, done)
        self.look_again(may_go)
        for act in done:
            for person in self.people:
                assert not act.deletes & person.links.keys(), "back after its deletion"
            assert not self.of_tab(act.closes), "there after its tab was closed"

    def act(self, name: str, who: int, which: int, room: int) -> Act:
        person, session, now = self.people[who], self.people[who].session, self.now
        link, tab_id, room_id = person.link(which), person.tab(which), self.rooms[room]
        there = self.current(room_id)
        self.torn |= name == "merge"
        made = {
            "stage": Act(partial(staging.stage_content, URL, None, tab_id, session, now=now)),
            "show": Act(partial(showing.show, link, room_id, "card", session, now=now)),
            "take back": Act(partial(showing.take_back, link, session, now=now)),
            "delete": Act(partial(staging.delete_content, link, session, now=now), deletes={link}),
            "hear": Act(partial(staging.hold_tab, tab_id, session, now=now)),
            "close": Act(partial(staging.close_tab, tab_id, session, now=now), closes=tab_id),
            "leave": Act(partial(rooms.leave_room, there, session, now=now)),
            "enter": Act(partial(rooms.enter_room, there, session, via="link", now=now)),
            "merge": Act(partial(merging.merge_rooms, self.rooms[0], self.rooms[1], now=now)),
            "reap": Act(partial(expiry.reap, now=now)),
        }
        return made[name]

    def look_again(self, may_go: set[str]) -> None:
        """What an act that broke off or was interrupted has changed is read from the rows; nothing else is missing."""
        for person in self.people:
            there = person.held(self.now).keys() - may_go
            person.tabs |= stored_tabs(self.memory, person.id)
            person.links = stored_links(self.memory, person.id)
            assert there <= person.links.keys(), "lost"

    @precondition(lambda self: bool(self.people))
    @invariant()
    def the_panel_shows_exactly_what_is_stored_and_there(self) -> None:
        """B1, B2, B7: to the millisecond."""
        for person in self.people:
            mine = staging.list_content(person.session, now=self.now)
            found = {one.content_id: Link(TabId(one.tab_id), _room(one), one.shown_as) for one in mine.items}
            held, stored = self.held_tabs(), stored_links(self.memory, person.id)
            assert found == person.held(self.now)
            assert found == {name: link for name, link in stored.items() if link.tab_id in held}
            for item in mine.items:
                heard_at_ms = person.tabs[TabId(item.tab_id)].heard_at_ms
                assert int(mine.lease_of(item).lapses_at_ms) == heard_at_ms + LEASE_MS

    @precondition(lambda self: bool(self.people))
    @invariant()
    def a_meeting_shows_what_is_there_to_its_members_and_to_nobody_else(self) -> None:
        """B6, B7: nobody ever reads an expired, deleted or foreign item, and all read the same."""
        for room_id in {self.current(room) for room in self.rooms}:
            inside = self.inside(room_id)
            expected = [
                (name, link.shown_as, person.id, person.tabs[link.tab_id].heard_at_ms + LEASE_MS)
                for person in self.people if person.id in inside
                for name, link in person.held(self.now).items() if link.shown_in == room_id
            ]  # fmt: skip
            for session in (*(one.session for one in self.people), self.stranger):
                try:
                    room, _ = rooms.read_room(room_id, session, now=self.now)
                except NotFound:
                    assert session.participant_id not in inside
                else:
                    assert session.participant_id in inside
                    views = room_content(room, now=self.now)
                    found = [(one.content_id, one.shown_as, one.participant_id, one.expires_at_ms) for one in views]
                    assert sorted(found) == sorted(expected)

    @invariant()
    def an_item_and_what_is_shown_of_it_never_differ(self) -> None:
        """No half of a showing, whatever broke off: what its owner cannot see nobody sees."""
        items = (row for row in rows(self.memory, "item") if row.get("shown_in"))
        owned = {(row["shown_in"], name_of(row), row["owner_id"], row["shown_as"]) for row in items}
        shown = rows(self.memory, "shown")
        assert owned == {(row["room_id"], name_of(row), row["owner_id"], row["shown_as"]) for row in shown}

    @precondition(lambda self: not self.torn)
    @invariant()
    def whoever_shows_something_in_a_meeting_is_in_it(self) -> None:
        """B5: also where leaving breaks off, or something is shown meanwhile."""
        inside = {(row["room_id"], row["participant_id"]) for row in rows(self.memory, "member")}
        assert {(row["room_id"], row["owner_id"]) for row in rows(self.memory, "shown")} <= inside

    @invariant()
    def the_counter_of_a_tab_is_right(self) -> None:
        """B1: 50 items a tab, neither more nor less."""
        staged = [row["tab_id"] for row in rows(self.memory, "item")]
        for row in rows(self.memory, "tab"):
            assert name_of(row) not in self.held_tabs() or int(row["staged"]) == staged.count(name_of(row))

    def held_tabs(self) -> set[str]:
        """By the rows alone."""
        there = (row for row in rows(self.memory, "tab") if not row.get("closed"))
        return {name_of(row) for row in there if int(row["heard_at_ms"]) + LEASE_MS > self.now}

    def of_tab(self, tab_id: TabId | None) -> set[str]:
        links = [item for person in self.people for item in person.links.items()]
        return {name for name, link in links if link.tab_id == tab_id}

    def current(self, room_id: RoomId) -> RoomId:
        room = rooms.current_room(room_id, now=self.now)
        assert room is not None
        return room.room_id

    def inside(self, room_id: RoomId) -> set[str]:
        return {one.participant_id for one in members_of(room_id, now=self.now)}


def _room(item: Item) -> RoomId | None:
    return RoomId(item.shown_in) if item.shown_in else None


def _run(act: Act, done: list[Act]) -> None:
    with suppress(Problem):
        act.run()
        done.append(act)


THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
Content.TestCase.settings = settings(
    max_examples=500 if THOROUGH else 50,  # of 40 steps: 2 000, or 20 000
    stateful_step_count=40,
    deadline=None,
    phases=set(Phase) - {Phase.shrink, Phase.explain},  # a failure is shown as it was found
)
TestContent = Content.TestCase
