"""The histories that people's rights are held against drive the whole API: each route, by a rule, with success (F4)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from infra.local.routing import Router
from tests.properties.test_rights_machine import Rights
from tests.support import browser

TAB = "00000000-0000-0000-0000-000000000002"
Route = tuple[str, str]

# What no history drives, and why
NOT_DRIVEN = {
    ("GET", "/health"): "says that the service is there, to everybody the same",
    ("GET", "/openapi.json"): "a document made from the code",
    ("GET", "/asyncapi.json"): "likewise",
    ("GET", "/v1/time"): "the clock and the keys of a filter, to everybody the same",
}


@pytest.fixture(autouse=True)
def watched_logs() -> None:
    """In place of the suite's: the machine looks at the lines of each step itself."""


def is_page(route: Route) -> bool:
    """Pages, and what they load, are the same for everybody: what is anybody's they ask for at /v1."""
    return route[0] == "GET" and not route[1].startswith("/v1/") and route not in NOT_DRIVEN


@contextmanager
def driven(app: Any) -> Iterator[set[Route]]:
    """The routes that answered with success inside this block."""
    found, call, router = set[Route](), browser.call, Router(app.routes)

    def noting(app: Any, method: str, target: str, **more: Any) -> browser.Answer:
        answer, match = call(app, method, target, **more), router.match(target.partition("?")[0])
        if match is not None and answer.status < 400:
            found.add((method, match.route))
        return answer

    with patch.object(browser, "call", noting):
        yield found


def in_a_meeting(state: Rights) -> None:
    """Ada, 0, runs it; 1 knocks and is let in; 3 shows a link, which she takes off."""
    state.meets_everybody(who=0)
    state.changes_a_room(who=0, knock=True)
    state.leaves(who=1)
    state.long_passes(ms=1, reaped=False, really=0)
    state.comes_in(who=1, whose=0, says_who=True)
    state.answers_who_knocks(who=0, admit=True)
    state.changes_a_room(who=0, knock=False)
    for act in ("show", "take back", "show"):
        state.stages(who=3, tab=TAB)
        state.shows(who=3, which=0, act=act)
    state.takes_off_what_is_shown(who=0)
    state.shows(who=3, which=0, act="delete")
    state.is_heard_of(who=3, tab=TAB, closes=False)
    state.is_heard_of(who=3, tab=TAB, closes=True)
    state.follows(who=1)
    state.follows_by_ticket(who=1)
    state.is_measured(who=1)
    state.looks_around(who=0)


def with_reports(state: Rights) -> None:
    """One that fails and is made again, shared, and not shared any more."""
    state.ends_a_room(who=0, report="fails")
    state.has_a_report_made_again(who=0)
    state.workflows_run()
    state.shares(who=0, days=7)
    state.looks_around(who=0)
    state.revokes_a_share(which=0)


def by_sound_and_code(state: Rights) -> None:
    """A stranger's meeting, which the stranger claims."""
    state.listens(who=4)
    state.looks_around(who=4)
    state.takes_a_clip_back(who=4)
    state.leaves(who=1)
    state.leaves(who=2)
    state.town.people[1].rooms.clear()
    state.brings_in(who=1, other=2)
    state.claims_a_room(who=1)


def as_themselves(state: Rights) -> None:
    state.opens_a_page(who=3)
    state.names_themselves(who=3, drops=False)
    state.child_comes(who=3)
    for form in ("feedback", "enquiry", "survey"):
        state.fills_a_form(who=2, form=form)  # who is erased at last
    state.decides(who=0, insights=True, news=True)
    state.gets_news(who=0)
    state.unsubscribes(who=0)
    state.exports(who=3)
    state.looks_around(who=3)


def with_an_account(state: Rights) -> None:
    state.changes_settings(who=0, captures=True, mails=True)
    for forgot in (False, True):
        state.chooses_another_password(who=0, forgot=forgot)
    state.switches_second_factor(who=0)
    state.switches_second_factor(who=0)
    state.takes_other_device(who=0)
    state.ends_sessions(who=0, everywhere=False)
    state.ends_sessions(who=0, everywhere=True)
    for act in ("find", "export", "statement", "hand-over"):
        state.writes_to_the_operator(who=0, act=act)
    state.logs_out(who=0)


def erased(state: Rights) -> None:
    state.is_erased(who=0, by_operator=False)
    state.is_erased(who=2, by_operator=False)
    state.workflows_run()
    state.looks_around(who=3)


ACTS: list[Callable[[Rights], None]] = [
    in_a_meeting, with_reports, by_sound_and_code, as_themselves, with_an_account, erased,
]  # fmt: skip


def test_the_histories_drive_every_route_there_is() -> None:
    """F4: over the whole API; whoever adds a route adds a rule that drives it, or says here why none does."""
    state = Rights()
    app = state.world.app
    with driven(app) as found:
        state.people_come(dwindles=False)
        for act in ACTS:
            act(state)
            state.nobody_is_told_what_they_may_not_read()
        state.teardown()
    routes = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert set(NOT_DRIVEN) <= routes, "a reason for what is not there"
    assert {one for one in routes - found - set(NOT_DRIVEN) if not is_page(one)} == set()
