"""Whatever fails, and however often it is started, the state machine that deploys makes one report (D6, D8, D11)."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.insights import assembling
from chalicelib.runtime import expiry
from tests.support.insights import Held, agree, end
from tests.support.making_reports import MINUTE, Failing, mails_about, report, run, status_of, ten_minutes
from tests.support.workflows import executed, executed_at_once, functions_of
from tests.support.world import World

AT_MOST_S = 60  # until both are there, on a slow machine


@pytest.fixture
def held(world: World) -> Held:
    return ten_minutes(world)


@pytest.mark.parametrize("step", ["AssembleReport", "PublishReport"])
def test_a_step_that_fails_twice_is_tried_again(held: Held, step: str) -> None:
    """D6: and then it succeeds."""
    end(held)
    failing = Failing(held, step, times=2)
    assert run(held, failing.functions).status == "SUCCEEDED"
    assert (status_of(held), failing.calls) == ("ready", 3)
    assert mails_about(held) == 1


def test_every_step_may_do_its_work_and_fail_once(held: Held) -> None:
    """D6, D8, D11: one report, whole, one mail, and nothing is left."""
    end(held)
    steps = ("PrepareReport", "FoldReport", "AssembleReport", "PublishReport", "NotifyOrganiser", "ForgetReport")
    functions = {name: fails_afterwards(held, name) for name in steps}
    assert run(held, functions).status == "SUCCEEDED"
    assert report(held).people[0].talk_ms == MINUTE
    assert (status_of(held), mails_about(held)) == ("ready", 1)
    assert held.world.aws.items("insights") == []
    assert len(held.world.aws.items("reports")) == 1


def test_two_executions_at_once_make_one_report(held: Held) -> None:
    """D6, D8, D11: both have folded before either puts together, both have put together before either publishes."""
    end(held)
    one = held.world.workflows.started[-1]
    functions = {name: side_by_side(held, name) for name in ("AssembleReport", "PublishReport")}
    ends = executed_at_once(held.world.app, [one, replace(one, name=one.name + "-beside")], functions)
    assert [each.status for each in ends] == ["SUCCEEDED", "SUCCEEDED"]
    assert report(held).people[0].talk_ms == MINUTE
    assert (status_of(held), mails_about(held)) == ("ready", 1)
    assert held.world.aws.items("insights") == []
    assert len(held.world.aws.items("reports")) == 1


def test_who_withdraws_between_two_steps_has_it_put_together_again(held: Held) -> None:
    """D6, D10: the report that can be read is without Ben, who took his yes back as it was about to be."""
    end(held)
    functions, calls = functions_of(held.world.app), list[str]()

    def counted(name: str, act: Any = lambda: None) -> Any:
        def call(event: Any) -> Any:
            if name not in calls:
                act()
            calls.append(name)
            return functions[name](event)

        return call

    [ben] = held.guests
    steps = {
        "AssembleReport": counted("AssembleReport"),
        "PublishReport": counted("PublishReport", lambda: agree(ben, False)),
    }
    assert run(held, steps).status == "SUCCEEDED"
    assert calls == ["AssembleReport", "PublishReport"] * 2
    assert (status_of(held), report(held).people) == ("ready", [])


def test_a_step_that_fails_for_good_is_visible(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: as failed, with what was measured still there; a fault's message is not in the workflow's state."""

    def breaks(*_: object, **__: object) -> int:
        raise RuntimeError("a fault that quotes a name")

    monkeypatch.setattr(assembling, "fold_shard", breaks)
    end(held)
    ended = run(held)
    assert ended.status == "FAILED"
    assert "StepFailed" in repr(ended.history)
    assert "quotes a name" not in repr(ended.history)
    assert status_of(held) == "failed"
    assert held.world.aws.items("insights") != []


def test_a_mail_that_cannot_be_sent_costs_no_report(held: Held) -> None:
    """D6, D8: the last step fails for good, and the report can be read."""
    end(held)
    failing = Failing(held, "NotifyOrganiser", times=1_000)
    assert run(held, failing.functions).status == "SUCCEEDED"
    assert (status_of(held), failing.calls) == ("ready", 4)
    assert report(held).people[0].talk_ms == MINUTE


def test_publishing_that_fails_once_the_report_is_there_costs_neither_mail_nor_deletion(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D6, D8, D11: it can be read, so it did not fail: its organiser hears of it, and what was measured is gone."""

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(assembling, "forget_others", breaks)
    end(held)
    ended = run(held)
    assert (ended.status, "MarkFailed" in ended.states, status_of(held)) == ("SUCCEEDED", True, "ready")
    assert mails_about(held) == 1
    assert held.world.aws.items("insights") == []


def test_started_twice_it_runs_once(held: Held) -> None:
    """D6, D8: the execution's name is derived from the meeting; steps that run twice change nothing; one mail."""
    end(held)
    held.world.clock.advance(4 * MINUTE)
    expiry.reap(now=held.world.now)
    assert len(held.world.workflows.started) == 1
    functions = {name: twice(each) for name, each in functions_of(held.world.app).items()}
    assert run(held, functions).status == "SUCCEEDED"
    assert status_of(held) == "ready"
    assert report(held).people[0].talk_ms == MINUTE
    assert mails_about(held) == 1


def test_an_end_that_broke_off_is_found_by_the_schedule(held: Held) -> None:
    """D6: started by the minute schedule where nobody did at the end."""
    end(held)
    held.world.workflows.started.clear()
    held.world.clock.advance(4 * MINUTE)
    expiry.reap(now=held.world.now)
    assert [one.given["meeting_id"] for one in held.world.workflows.started] == [held.room]
    assert run(held).status == "SUCCEEDED"


def test_started_again_after_it_is_done_it_changes_nothing(held: Held) -> None:
    """D6: nothing is measured anew, nobody gets a second mail."""
    end(held)
    run(held)
    before, mails = held.world.aws.items("reports"), len(held.world.aws.mails())
    one = held.world.workflows.started[-1]
    ended = executed(held.world.app, type(one)(one.workflow, one.name + "-again", one.given))
    assert (ended.status, "FoldShards" in ended.states) == ("SUCCEEDED", False)
    assert held.world.aws.items("reports") == before
    assert len(held.world.aws.mails()) == mails


def fails_afterwards(held: Held, name: str) -> Any:
    """A function that does its work each time, and fails the first."""
    real, failed = functions_of(held.world.app)[name], threading.Event()

    def call(event: Any) -> Any:
        answer = real(event)
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        return answer

    return call


def side_by_side(held: Held, name: str) -> Any:
    """A function that waits for its second caller and then works for both at once."""
    real, both = functions_of(held.world.app)[name], threading.Barrier(2, timeout=AT_MOST_S)

    def call(event: Any) -> Any:
        both.wait()
        return real(event)

    return call


def twice(function: Any) -> Any:
    def call(event: Any) -> Any:
        function(event)
        return function(event)

    return call


def test_nothing_measured_waits_for_mail(held: Held) -> None:
    """D11: what a report was made of is gone before the organiser is told, however long telling them takes."""
    end(held)
    seen = list[Any]()

    def tell(_: Any) -> None:
        seen.append((status_of(held), held.world.aws.items("insights")))

    assert run(held, {"NotifyOrganiser": tell}).status == "SUCCEEDED"
    assert seen == [("ready", [])]


def test_where_the_first_step_fails_and_there_is_nothing_to_mark_it_ends(held: Held) -> None:
    """D6: the account went meanwhile; no plan was made by which anything could be deleted shard by shard."""
    end(held)
    functions: dict[str, Any] = {"PrepareReport": fails, "FailReport": lambda _: {"failed": False}}
    assert run(held, functions).status == "SUCCEEDED"


def fails(_: Any) -> None:
    raise RuntimeError
