"""The people of a history, its time, its workflows, and what holds after each step and at its end."""

import secrets
import uuid
from contextlib import ExitStack
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.accounts import passwords
from chalicelib.joining import lazily
from chalicelib.lifetimes import DAY, EXPIRY_ENTRY, HOUR, MINUTE, SECOND
from chalicelib.runtime import expiry, parallel
from tests.support import leaving, traces, unused
from tests.support.belongings import person_of
from tests.support.memory import in_memory
from tests.support.passing import ttl
from tests.support.planted import Somebody
from tests.support.scenes import ORACLE, OneAfterAnother, repeatable_token, repeatable_uuid
from tests.support.soaking import progress
from tests.support.town import Town
from tests.support.world import fresh_world

PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)
MEETS = st.integers(0, PEOPLE - 2)  # the last is a stranger
WHICH = st.integers(0, 9)
PASSING_MS = [1, SECOND, 10 * SECOND - 1, MINUTE, 5 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE, HOUR, DAY, 8 * DAY]
STRETCH_MS, STRETCHES = 28 * DAY, 7  # longer than anything of a person lives by itself
LONG_MS = [29 * DAY, 30 * DAY, 31 * DAY, 100 * DAY, 181 * DAY]


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        world = self._stack.enter_context(fresh_world())
        self.lines = self._stack.enter_context(traces.logged())
        memory = self._stack.enter_context(in_memory())
        for place, name, double in (
            (lazily, "engine", lambda: ORACLE),
            (secrets, "token_urlsafe", repeatable_token),
            (uuid, "uuid4", repeatable_uuid),
            (parallel, "_pool", OneAfterAnother),
            (passwords, "MEMORY_KIB", 8),  # argon2 has tests of its own
            (passwords, "PASSES", 1),
        ):
            self._stack.enter_context(patch.object(place, name, double))
        self.world, self.memory = world, memory
        self.erased: list[leaving.Erased] = []  # whose erasure is under way
        self.gone: list[leaving.Erased] = []
        self.ran = self.turn = 0

    @initialize(dwindles=st.sampled_from([False] * 7 + [True]))
    def people_come(self, dwindles: bool) -> None:
        self.dwindles = dwindles  # the reaper always comes, and at last nobody else does for 180 days
        progress.example()
        expiry.reap(now=self.world.now)  # as it does from its deployment on: the very first run looks an hour back
        self.town = Town(self.world, self.memory, PEOPLE)
        self.town.meet(self.town.people[0])

    def teardown(self) -> None:
        try:
            if hasattr(self, "town"):
                self.all_is_searched()
        finally:
            self._stack.close()

    def person(self, who: int) -> Somebody:
        """They, a millisecond later: signed in anew where their session is over, or whoever comes after them."""
        self.world.clock.advance(1)
        one = self.town.people[who]
        if one.is_over(self.town.now) and one.email:
            one.goes()
            self.town.log_in(one)
        one = self.town.replace(one) if one.is_over(self.town.now) else one
        if self.dwindles:
            known = person_of(one.browser, self.town.now)
            one.ids |= {*known.participants, *known.sessions} | ({known.account_id} if known.account_id else set())
        return one

    def owner(self, who: int) -> Somebody:
        """They, with an account."""
        one = self.person(who)
        if not one.email:
            self.town.register(one)
        return one

    @rule()
    def workflows_run(self) -> None:
        self.run_workflows()

    def run_workflows(self, *, fails: bool = False) -> None:
        """What was started since; `fails`: what makes a report does."""
        started, self.ran = self.world.workflows.started[self.ran :], len(self.world.workflows.started)
        for begun in started:
            if begun.workflow == "report":
                leaving.run_report(self.town, begun, fails=fails)
        done = [one for one in self.erased if leaving.run_erasure(self.town, one)]
        self.erased = [one for one in self.erased if one not in done]
        self.gone += done

    @rule(ms=st.sampled_from(PASSING_MS), reaped=st.booleans())
    def time_passes(self, ms: int, reaped: bool) -> None:
        since_ms = self.town.now
        if ms > 5 * MINUTE:  # what was started waits for nobody
            self.workflows_run()
        if self.dwindles or ms > EXPIRY_ENTRY.length_ms:  # longer it is never away
            unused.pass_on(self.town, ms)
        else:
            self.world.clock.advance(ms)
        if ms >= 10 * SECOND:  # nor does a queue
            self.town.deliver()
            self.town.close_old_sockets()
        if reaped and not self.dwindles:
            leaving.reap_until_now(self.town, since_ms)

    @rule(ms=st.sampled_from(LONG_MS), reaped=st.booleans(), really=st.integers(0, 2))
    def long_passes(self, ms: int, reaped: bool, really: int) -> None:
        if not really:  # or nobody would ever have a session
            self.time_passes(ms, reaped)

    @rule(really=st.integers(0, 9), deleted=st.booleans())
    def half_a_year_goes_by(self, really: int, deleted: bool) -> None:
        """They all go on, with the reaper; `deleted`: and DynamoDB's own TTL takes what it may."""
        for _ in range(STRETCHES if really == 9 else 0):  # it is long
            unused.pass_on(self.town, STRETCH_MS)
            self.town.close_old_sockets()
            if deleted:
                ttl(self.memory, self.world.now)
            for who in range(PEOPLE):
                self.town.ask(self.person(who), "POST", "/v1/session", {})

    @precondition(lambda self: hasattr(self, "town"))
    @invariant()
    def nobody_is_told_what_they_may_not_read(self) -> None:
        """After each step: what was pushed, mailed and logged; and the panel of one person, by turns."""
        progress.step()
        self.holds()

    def holds(self) -> None:
        self.town.check_what_was_sent()
        self.turn += 1
        leaving.look_at_panel(self.town, self.town.people[self.turn % PEOPLE])
        assert self.town.left_behind(traces.new_lines(self.lines)) == []

    def all_is_searched(self) -> None:
        for one in self.town.people:
            leaving.look_around(self.town, one)
        self.town.read_shares()
        self.world.clock.advance(MINUTE)
        self.workflows_run()
        self.workflows_run()
        assert self.erased == [], "an erasure does not come to its end"
        for gone in self.gone:  # whatever came late
            leaving.search(self.town, gone)
        self.holds()
        if self.dwindles:
            unused.pass_half_a_year(self.town)
            unused.search(self.town)
