"""Any history of the whole product: nobody is told what is over, erased, or another person's (F4, F5, A4, B2, C2).

People come and go, listen, stage, show, are measured, end meetings, read and share reports, log in and out, and are
erased; time goes on by milliseconds or by months, with the reaper or without it, and nothing is deleted by a TTL. Every
text that somebody writes can be recognised, so that each answer, push, mail and log line is held against a model of who
may read what until when; after each erasure everything stored is searched. `make soak STEPS=…` runs any length of it.
"""

import os
import secrets
import uuid
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.accounts import passwords
from chalicelib.joining import lazily
from chalicelib.lifetimes import DAY, EXPIRY_ENTRY, HOUR, MINUTE, SECOND
from chalicelib.runtime import parallel
from tests.support import leaving, traces, unused
from tests.support.belongings import person_of
from tests.support.memory import in_memory
from tests.support.planted import Somebody
from tests.support.scenes import ORACLE, OneAfterAnother, repeatable_token, repeatable_uuid
from tests.support.soaking import progress
from tests.support.town import Town
from tests.support.world import fresh_world

PEOPLE = 5
STEPS, MADE = 50, 43  # of an example: at most, and at least on average
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
EXAMPLES = max(1, int(os.environ.get("EARSHOT_STEPS", 10_000 if THOROUGH else 2_000)) // MADE)
WHO = st.integers(0, PEOPLE - 1)
MEETS = st.integers(0, PEOPLE - 2)  # the last is a stranger
TAB = st.sampled_from([str(uuid.UUID(int=number)) for number in (2, 3)])
WHICH = st.integers(0, 9)
PASSING_MS = [1, SECOND, 10 * SECOND - 1, MINUTE, 5 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE, HOUR, DAY, 8 * DAY]
LONG_MS = [29 * DAY, 30 * DAY, 31 * DAY, 100 * DAY, 181 * DAY]


@pytest.fixture(autouse=True)
def watched_logs() -> None:
    """In place of the suite's: the machine looks at the lines of each step itself."""


class Rights(RuleBasedStateMachine):
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
        self.erased: list[leaving.Erased] = []
        self.ran = self.turn = 0

    @initialize(dwindles=st.sampled_from([False] * 7 + [True]))
    def people_come(self, dwindles: bool) -> None:
        self.dwindles = dwindles  # the reaper always comes, and at last nobody else does for 180 days
        progress.example()
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

    @rule(who=WHO, drops=st.booleans())
    def names_themselves(self, who: int, drops: bool) -> None:
        one = self.person(who)
        (self.town.drop_name if drops and one.names else self.town.take_name)(one)

    @rule(who=WHO)
    def registers_or_logs_in_again(self, who: int) -> None:
        one = self.person(who)
        (self.town.log_in if one.email else self.town.register)(one)

    @rule(who=WHO)
    def logs_out(self, who: int) -> None:
        self.town.log_out(self.person(who))

    @rule(who=WHO)
    def child_comes(self, who: int) -> None:
        self.town.ask_guardian(self.person(who))

    @rule(who=WHO)
    def opens_a_room(self, who: int) -> None:
        one = self.person(who)
        if not one.email:
            self.town.register(one)
        self.town.open_room(one)

    @rule(who=MEETS, whose=MEETS)
    def comes_in(self, who: int, whose: int) -> None:
        one = self.person(who)
        if self.town.people[whose].held:
            self.town.come_in(one, self.town.people[whose].held[-1])

    @rule(who=MEETS, other=MEETS)
    def brings_in(self, who: int, other: int) -> None:
        self.town.bring_in(self.person(who), self.person(other))

    @rule(who=WHO)
    def listens(self, who: int) -> None:
        self.town.listen(self.person(who))

    @rule(who=WHO)
    def leaves(self, who: int) -> None:
        self.town.leave(self.person(who))

    @rule(who=WHO)
    def follows(self, who: int) -> None:
        self.town.follow(self.person(who))

    @rule(who=WHO, tab=TAB)
    def stages(self, who: int, tab: str) -> None:
        self.town.stage(self.person(who), tab)

    @rule(who=WHO, which=WHICH, act=st.sampled_from(["show", "show", "show", "take back", "delete"]))
    def shows(self, who: int, which: int, act: str) -> None:
        one = self.person(who)
        links = list(one.links.values())
        if links and one.rooms:
            does = {"show": self.town.show, "take back": self.town.take_back, "delete": self.town.delete}
            does[act](one, links[which % len(links)])

    @rule(who=WHO, tab=TAB, closes=st.booleans())
    def is_heard_of(self, who: int, tab: str, closes: bool) -> None:
        (self.town.close_tab if closes else self.town.hear)(self.person(who), tab)

    @rule(who=WHO)
    def is_measured(self, who: int) -> None:
        self.town.measure(self.person(who))

    @rule(who=WHO)
    def meets_everybody(self, who: int) -> None:
        self.town.meet(self.person(who))

    @rule(who=WHO, reported=st.booleans())
    def ends_a_room(self, who: int, reported: bool) -> None:
        self.town.end_room(who)
        if reported:
            self.workflows_run()

    @rule()
    def workflows_run(self) -> None:
        started, self.ran = self.world.workflows.started[self.ran :], len(self.world.workflows.started)
        for begun in started:
            if begun.workflow == "report":
                leaving.run_report(self.town, begun)
        self.erased = [one for one in self.erased if not leaving.run_erasure(self.town, one)]

    @rule(who=WHO, days=st.sampled_from([1, 7, 30]))
    def shares(self, who: int, days: int) -> None:
        if not any(one.ended for one in self.town.people):
            self.town.end_room(who)
        self.workflows_run()
        self.town.share(who, days)

    @rule(who=WHO, insights=st.booleans(), news=st.booleans())
    def decides(self, who: int, insights: bool, news: bool) -> None:
        self.town.ask(self.person(who), "PUT", "/v1/consents", {"insights": insights, "news": news})

    @rule(who=WHO)
    def exports(self, who: int) -> None:
        self.town.export(self.person(who))

    @rule(who=WHO)
    def looks_around(self, who: int) -> None:
        leaving.look_around(self.town, self.person(who))
        self.town.read_shares()

    @precondition(lambda self: len(self.erased) < 2)
    @rule(who=WHO)
    def is_erased(self, who: int) -> None:
        gone = leaving.erase(self.town, self.person(who))
        self.erased += [gone] if gone else []

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

    @precondition(lambda self: hasattr(self, "town"))
    @invariant()
    def nobody_is_told_what_they_may_not_read(self) -> None:
        """After each step: what was pushed, mailed and logged; and the panel of one person, by turns."""
        progress.step()
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
        self.nobody_is_told_what_they_may_not_read()
        if self.dwindles:
            unused.pass_half_a_year(self.town)
            unused.search(self.town)


Rights.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not (THOROUGH or os.environ.get("EARSHOT_SOAK")),  # CI walks the same histories each time
    phases=set(Phase) - {Phase.shrink, Phase.explain},  # a failure is shown as it was found
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
TestRights = Rights.TestCase
