"""Each task of each workflow, killed after each of its writes and tried again: it ends as it would have (D6, F4)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.insights.models import SHARDS, shard_of
from chalicelib.lifetimes import MINUTE
from tests.support.accounts import PASSWORD
from tests.support.belongings import owner_with_everything
from tests.support.crashing import converges, one_thread
from tests.support.insights import Held, hold, send
from tests.support.workflows import functions_of
from tests.support.world import World

Step = tuple[str, dict[str, Any]]  # a function's name, and what it is given


class Workflow:
    """Its steps one after the other; what one answered is there for the next."""

    def __init__(self, world: World, given: dict[str, Any], steps: list[Step]) -> None:
        self.functions, self.given, self.steps = functions_of(world.app), given, steps

    def run(self, number: int) -> None:
        name, more = self.steps[number]
        answer = self.functions[name]({**self.given, **more})
        if name == "assemble_report":
            self.given["made"] = answer

    def run_from(self, number: int) -> None:
        """As Step Functions does after a failure: that one again, and then the rest."""
        for later in range(number, len(self.steps)):
            self.run(later)


def ended(world: World) -> tuple[Held, dict[str, Any], list[dict[str, Any]]]:
    """A meeting in which two were measured, what its workflow is given, and the shards that have anybody."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    people = [held.guest("Ben"), held.guest("Cy")]
    world.clock.advance(10 * MINUTE)
    now = world.now
    for one in people:
        talk = ("talk", now - 2 * MINUTE, now - MINUTE)
        assert send(one, held.room, 1, talk, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    shards = sorted({shard_of(held.ids[name]) for name in ("Ben", "Cy")})
    return held, {"meeting_id": held.room, "revision": 1}, [{"shards": [one]} for one in shards]


def report(world: World) -> Workflow:
    _, given, shards = ended(world)
    fold = [("fold_report", one) for one in shards]
    forget = [("forget_report", one) for one in [*shards, {}]]
    made: list[Step] = [("assemble_report", {}), ("publish_report", {}), ("notify_organiser", {})]
    return Workflow(world, given, [("prepare_report", {}), *fold, *made, *forget])


def failing_report(world: World) -> Workflow:
    _, given, _ = ended(world)
    return Workflow(world, given, [("prepare_report", {}), ("fail_report", {})])


def erasure(world: World) -> Workflow:
    theirs = owner_with_everything(world)
    assert theirs.browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    world.clock.advance(3 * MINUTE)
    [begun] = [one for one in world.workflows.started if one.workflow == "erasure"]
    return Workflow(world, dict(begun.given), [("erase_held", {}), ("check_erased", {}), ("finish_erasure", {})])


def export(world: World, steps: tuple[str, ...]) -> Workflow:
    theirs = owner_with_everything(world)
    assert theirs.browser.post("/v1/export", json_body={}).status == 202
    return Workflow(world, dict(world.workflows.started[-1].given), [(one, {}) for one in steps])


# by function: the workflow in which it is a task. A new one needs its place here
TASKS: dict[str, Callable[[World], Workflow]] = {
    "prepare_report": report,
    "fold_report": report,
    "assemble_report": report,
    "publish_report": report,
    "notify_organiser": report,
    "forget_report": report,
    "fail_report": failing_report,
    "erase_held": erasure,
    "check_erased": erasure,
    "finish_erasure": erasure,
    "gather_export": partial(export, steps=("gather_export",)),
    "fail_export": partial(export, steps=("fail_export",)),
}
ONLY_READ = {"prepare_report", "check_erased"}  # where nothing is withdrawn meanwhile


def test_every_task_has_its_workflow(world: World) -> None:
    """Whoever adds a task shows that it survives a crash."""
    assert set(TASKS) == {one.name for one in world.app.pure_lambda_functions}
    assert SHARDS > 1


@pytest.mark.parametrize("task", sorted(TASKS))
def test_a_task_that_was_killed_is_done_by_the_next_try(world: World, task: str) -> None:
    """Exhaustively, after each of its writes."""
    killed = 0
    with one_thread() as memory:
        workflow = TASKS[task](world)
        for number, (name, _) in enumerate(workflow.steps):
            if name == task:
                again = partial(workflow.run_from, number)
                killed += converges(world, memory, partial(workflow.run, number), again)
            workflow.run(number)
    assert killed > 1 or task in ONLY_READ
