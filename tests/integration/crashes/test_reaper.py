"""Each kind of thing that is due, its handler killed after each of its writes: the next runs finish it (F4, D11)."""

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import pytest

from chalicelib import wiring
from chalicelib.accounts import sweep
from chalicelib.accounts.models import accounts
from chalicelib.lifetimes import MINUTE
from chalicelib.privacy import erasing, models as privacy
from chalicelib.runtime import expiry
from chalicelib.runtime.expiry_models import forget_cursor
from chalicelib.sessions import forgetting, uses
from tests.support.accounts import PASSWORD, log_in, with_account
from tests.support.belongings import guest_with_everything, owner_with_everything
from tests.support.crashing import converges, due, one_thread, reap_on
from tests.support.insights import hold, reported
from tests.support.memory import Memory
from tests.support.short_lived import short_lived
from tests.support.world import World

Scene = Callable[[World, Memory], None]
BY_THE_PAGE = wiring.DUE_BY_THE_PAGE
LOOKS = 8  # at things of a kind that become due one after the other


def owner(world: World, _: Memory) -> None:
    """With everything, in a meeting that is under way."""
    owner_with_everything(world)


def organiser(world: World, _: Memory) -> None:
    """Alone, with a meeting to come: of several that run out at once each erasure would have another name each time."""
    assert hold(world).organiser.get("/v1/account").status == 200


def coming_to_its_end(world: World, memory: Memory) -> None:
    """As a look at the account has found."""
    organiser(world, memory)
    [(at_ms, [name])] = due(memory)["registration"].items()
    world.clock.now_ms = at_ms
    [account] = accounts.everything(now=0)
    world.clock.now_ms = int(account.expires_at_ms) - sweep.AHEAD_MS
    expiry.file(sweep.UNUSED, name, world.now, now=world.now)


def left_empty(world: World, _: Memory) -> None:
    """A meeting with an organiser, which everybody has left."""
    theirs = owner_with_everything(world)
    running = theirs.running
    for one in (theirs.browser, running.organiser):
        assert one.delete(f"/v1/rooms/{running.room}/participants/me").status == 204


def name_deleted(world: World, _: Memory) -> None:
    """And the process has died before anything but the session was changed."""
    theirs = owner_with_everything(world)
    with patch.object(forgetting, "delete_everywhere"):
        assert theirs.browser.request("PATCH", "/v1/session", json_body={"participant_name": None}).status == 200


def another_account(world: World, _: Memory) -> None:
    """Somebody logs in where another account was."""
    theirs = owner_with_everything(world)
    with_account(world, "dora@example.org")
    assert log_in(theirs.browser, "dora@example.org").status == 200


def guest_erased(world: World, _: Memory) -> None:
    """And the process has died right after the erasure's first transaction."""
    theirs = guest_with_everything(world)
    with patch.object(erasing, "carry_out"):
        assert theirs.browser.delete("/v1/session?erase=all").status == 200


def account_erased(world: World, _: Memory) -> None:
    theirs = owner_with_everything(world)
    assert theirs.browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200


def organiser_gone(world: World, memory: Memory) -> None:
    """Of whom nothing is left but a meeting. What goes on as its organiser does: test_prolonging.py."""
    reported(world)
    for one in memory.items("accounts"):
        accounts.delete(one["address"]["S"])


def agreed_meanwhile(world: World, _: Memory) -> None:
    """Somebody, erased, has agreed to something at the same moment."""
    theirs = owner_with_everything(world)
    assert theirs.browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    who = f"{privacy.ACCOUNT}{theirs.person.account_id}"
    privacy.decisions.put(privacy.new_decision(who, "news", given=True, version=1, at_ms=world.now + 1))


def passing(world: World, _: Memory) -> None:
    short_lived(world)


def unstarted(world: World, _: Memory) -> None:
    """Two meetings have ended: whoever was to start the report of one has died, and the other's has failed unseen."""
    for email in ("ada@example.org", "cy@example.org"):
        held = hold(world, email)
        held.enter(held.organiser, "Ada")
        world.clock.advance(MINUTE)
        assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    world.workflows.started.pop()
    world.workflows.over.update(one.name for one in world.workflows.started)


# by kind: what leads to it. A new kind needs a scene here
SCENES: dict[str, Scene] = {
    "presence": owner,
    "empty-room": left_empty,
    "form": owner,
    "leaving": agreed_meanwhile,
    "erasing": guest_erased,
    "export": owner,
    "name-deleted": name_deleted,
    "log-in": owner,
    "log-out": another_account,
    "staged-content": owner,
    "report-due": unstarted,
    "raw-insights": owner,
    "names": owner,
    "organiser": account_erased,
    "history": organiser_gone,
    "report-share": owner,
    "session": owner,
    "own-participant": owner,
    "registration": organiser,
    "unused-account": coming_to_its_end,
    "mail-token": passing,
    "ticket": passing,
    "guardian-request": passing,
    "receipt": guest_erased,
    "consent": owner,
    "disclosure": owner,
    "privacy-request": passing,
    "join-code": passing,
    "join-verdict": passing,
    "knock": passing,
    "departure": left_empty,
    "meeting": owner,
}


def handle(kind: str, names: list[str], world: World) -> None:
    """As the reaper does."""
    if kind in BY_THE_PAGE:
        BY_THE_PAGE[kind](names, world.now)
    else:
        for name in names:
            wiring.DUE[kind](name, world.now)


def test_every_kind_has_a_scene() -> None:
    """Whoever adds a kind shows that it survives a crash."""
    assert {*SCENES, uses.USED} == {*wiring.DUE, *BY_THE_PAGE}  # that moves on ends alone: test_prolonging.py


@pytest.mark.parametrize("kind", sorted(SCENES))
def test_what_was_killed_is_finished_by_the_next_runs(world: World, kind: str) -> None:
    """Exhaustively, after each write of each that is due, until none of the kind is left to wait for."""
    written = 0
    with one_thread() as memory:
        SCENES[kind](world, memory)
        for _ in range(LOOKS):
            names = go_to_next(world, memory, kind)
            if names:
                written += converges(world, memory, partial(handle, kind, names, world), lambda: reap_on(world))
                expiry.reap(now=world.now)
    assert written > 0


def go_to_next(world: World, memory: Memory, kind: str) -> list[str]:
    """The names of those that are due next; what was due before is done."""
    waiting = due(memory).get(kind, {})
    if waiting and min(waiting) > world.now:
        world.clock.now_ms = min(waiting)
        for lane in expiry.LANES:  # as if it had run all the while: it looks an hour back
            forget_cursor(lane)
        expiry.reap(now=world.now - 1)
    return [name for at_ms, names in waiting.items() if at_ms <= world.now for name in names]
