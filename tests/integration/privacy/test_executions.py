"""What runs for somebody who is erased is stopped, and what Step Functions keeps of it names nobody (F4, F9)."""

import json
import threading
from typing import Any

import boto3
import pytest

from chalicelib.privacy import erasing
from chalicelib.runtime import workflows
from infra.local.resources import TEMPLATE, create_state_machines
from infra.local.template import Template
from tests.support.accounts import PASSWORD, with_account
from tests.support.belongings import CANARY, owner_with_everything
from tests.support.environment import REGION
from tests.support.erasures import erase, started
from tests.support.insights import hold
from tests.support.workflows import await_end, executed
from tests.support.world import World

MINUTE = 60_000


def sweep(world: World) -> None:
    """The last erasure's first step."""
    world.clock.advance(3 * MINUTE)
    erasing.sweep(str(started(world)[-1].given["erasure_id"]), now=world.now)


def entered(client: Any, arn: str) -> bool:
    """Its first state: the emulator begins in a thread of its own."""
    events = client.get_execution_history(executionArn=arn)["events"]
    return any("stateEnteredEventDetails" in one for one in events)


def test_an_export_under_way_is_stopped(world: World) -> None:
    """F4: with the answer."""
    ada = with_account(world)
    assert ada.post("/v1/export", json_body={}).status == 202
    [export] = [one.name for one in world.workflows.started if one.workflow == "export"]
    assert ada.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    assert world.workflows.stopped == [export]


def test_a_report_is_stopped_with_its_organiser_and_not_with_who_was_there(world: World) -> None:
    """F4: it is the organiser's alone; of all others it goes on without whoever is erased."""
    held = hold(world)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    world.clock.advance(MINUTE)
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    [report] = [one.name for one in world.workflows.started if one.workflow == "report"]
    assert ben.delete("/v1/session?erase=all").status == 200
    sweep(world)
    assert world.workflows.stopped == []
    assert held.organiser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    sweep(world)
    assert report in world.workflows.stopped


def test_erasure_does_not_wait_for_step_functions(world: World) -> None:
    """F4: where it answers nobody, the export finds nothing at its next step."""
    ada = with_account(world)
    assert ada.post("/v1/export", json_body={}).status == 202
    world.workflows.busy = True
    assert ada.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
    assert world.aws.items("exports") == []


def test_an_execution_that_waits_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """F4: by Step Functions itself, as the emulator plays it; one that is not there is none that runs."""
    client = boto3.client("stepfunctions", region_name=REGION)
    machines = create_state_machines(Template.read(TEMPLATE, "local"), TEMPLATE.parent)
    monkeypatch.setattr(workflows, "_client", lambda: client)
    assert workflows.start("report", "report-x-1", {"meeting_id": "x", "revision": 1, "wait_s": 600})
    assert not workflows.is_over("report", "report-x-1")
    [machine] = [arn for name, arn in machines.items() if name.endswith("-report")]
    [execution] = client.list_executions(stateMachineArn=machine)["executions"]
    while not entered(client, execution["executionArn"]):
        threading.Event().wait(0.05)
    workflows.stop("report", "report-x-1")
    assert await_end(client, execution["executionArn"]) == "ABORTED"
    assert workflows.is_over("report", "report-x-1")
    workflows.stop("report", "report-y-1")


def test_what_step_functions_keeps_of_executions_names_nobody(world: World) -> None:
    """F9, G6: names, inputs and every step's result, for the 90 days that it keeps them."""
    theirs = owner_with_everything(world)
    assert erase(theirs).status == 200
    world.clock.advance(3 * MINUTE)
    person = theirs.person
    names = [CANARY, *person.participants, *person.sessions, *person.keys, person.account_id or CANARY]
    begun = [one for one in world.workflows.started if one.workflow in ("erasure", "export")]
    begun += [one for one in world.workflows.started if one.workflow == "report"][:1]
    assert {one.workflow for one in begun} == {"erasure", "export", "report"}
    for one in world.workflows.started:
        assert not [name for name in names if name in json.dumps([one.name, one.given])]
    for one in begun:
        history = repr(executed(world.app, one).history)
        assert not [name for name in names if name in history], one.workflow
