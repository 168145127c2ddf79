"""D6, D8, D11: two executions of one report at once, as a retry beside a step thought dead: one report, whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from unittest.mock import patch

import pytest
from hypothesis import given, settings, strategies as st

from chalicelib.accounts import models as accounts
from chalicelib.insights import assembling, meeting_models, naming, report_mail
from chalicelib.insights.meeting_models import GONE, find_meeting, gone, new_gone
from chalicelib.insights.models import SHARDS, batches, new_batch, shard_of
from chalicelib.insights.recording import recorded
from chalicelib.insights.reducing import take_out
from chalicelib.insights.report import Part, read_part
from chalicelib.insights.report_models import key_of, read_part as stored_part
from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.ids import derived
from chalicelib.runtime.transactions import Transaction
from tests.support.hand_clock import START_MS
from tests.support.insights import write_meeting
from tests.support.memory import Memory, in_memory

MEETING, NOW = derived("machine", "meeting"), START_MS + HOUR
PEOPLE = ("ben", "cy", "dora")
FOLDING = len({shard_of(one) for one in PEOPLE})
STEPS = 5 + 2 * FOLDING  # of an execution, beside the first
ASSEMBLED = 2 + FOLDING  # the first so many steps end with the report put together
REQUESTS = 60  # of an execution, about


@contextmanager
def held() -> Iterator[tuple[Memory, list[str]]]:
    """An hour, in which each talked for ten minutes; and the mails about it."""
    consent.recorded_by(privacy.consented_since)  # as app.py has it
    mails = list[str]()
    with (
        in_memory() as memory,
        patch.object(report_mail, "say_ready", lambda _, meeting_id, __, **___: mails.append(meeting_id)),
    ):
        write_meeting(MEETING, _organiser(), START_MS, NOW)
        for minutes, who in enumerate(PEOPLE):
            _measure(who, START_MS + minutes * 20 * MINUTE)
        yield memory, mails


def _organiser() -> str:
    address = Address("ada@example.org")
    made = accounts.new_account(address, "", language="en", asked_by=None, consents="", age="adult", now=START_MS)
    registered = Transaction(now=START_MS)
    accounts.confirm(registered, made, now=START_MS)
    assert registered.commit()
    who = privacy.account(str(made.account_id))
    privacy.record(who, privacy.now_deciding({"reports": True}, START_MS), now=START_MS)
    return str(made.account_id)


def _measure(who: str, from_ms: int) -> None:
    person = privacy.guest(who)
    privacy.record(person, privacy.now_deciding({"insights": True}, START_MS), now=START_MS)
    meeting_models.stays.put(meeting_models.new_stay(MEETING, who, START_MS, NOW))
    talk = recorded({"talk": [(from_ms, from_ms + 10 * MINUTE)]}, (START_MS, NOW))
    batches.put(new_batch(MEETING, who, "tab", 1, talk, person=person, now=NOW))


def execution() -> Iterator[None]:
    """One step after the other, as report.asl.yaml has them; those of the shards that have anybody."""
    shards = sorted({shard_of(one) for one in PEOPLE})
    if assembling.prepare(MEETING, 1, now=NOW):
        yield
        yield from _made(shards)
    for share in (*([one] for one in shards), None):
        yield
        assembling.forget(MEETING, share, now=NOW)


def _made(shards: list[int]) -> Iterator[None]:
    for shard in shards:
        assembling.fold_shard(MEETING, shard, now=NOW)
        yield
    made = assembling.assemble(MEETING, 1, now=NOW)
    yield
    while made.parts and not assembling.publish(MEETING, 1, made, now=NOW):
        yield
        made = assembling.assemble(MEETING, 1, now=NOW)
        yield
    if made.parts:
        yield
        assembling.notify(MEETING, 1, now=NOW)


def take(steps: Iterator[None], most: int) -> None:
    for _ in range(most):
        next(steps, None)


def withdraw(who: str, *, again: bool = False) -> None:
    for agrees in (False, True)[: 1 + again]:
        privacy.record(privacy.guest(who), privacy.now_deciding({"insights": agrees}, NOW), now=NOW)


def erase(*people: str) -> None:
    """As a step of their erasure does, which comes again where it has to wait."""
    for who in people:
        gone.put(new_gone(MEETING, who, now=NOW))
        if take_out(MEETING, {who}, now=NOW):
            gone.delete((MEETING, f"{GONE}{who}"))


def told() -> Part:
    meeting = find_meeting(MEETING, now=NOW)
    assert meeting is not None
    assert (meeting.status, meeting.parts) == ("ready", 1)
    key = key_of(meeting.account_id, now=NOW)
    assert key is not None
    content = stored_part(meeting, key, 0, now=NOW)
    assert content is not None
    return read_part(content)


@cache
def undisturbed() -> Part:
    with held():
        take(execution(), 100)
        return told()


@settings(max_examples=60)
@given(st.integers(0, STEPS), st.integers(0, REQUESTS), st.integers(1, STEPS + 1))
def test_of_two_executions_at_once_one_report_remains_whole(before: int, at: int, meanwhile: int) -> None:
    """D6, D11: wherever the other comes between, requests of a step apart: the report is that of one, and nothing else
    is left, neither parts that nobody reads nor what was measured; and there is one mail (D8)."""
    expected = undisturbed()
    with held() as (memory, mails):
        one, other = execution(), execution()
        take(other, before)
        with memory.interrupted(at, lambda: take(other, meanwhile)):
            take(one, 100)
        take(other, 100)
        assert told() == expected
        assert len(memory.items("reports")) == 1
        assert memory.items("insights") == []
        assert mails == [MEETING]


@pytest.mark.parametrize("ends", ["withdrawn", "agreed again", "erased"])
def test_who_withdraws_before_it_can_be_read_is_not_in_the_report(ends: str) -> None:
    """D10: between any two steps up to there, folded, put together or neither; a later yes brings nothing back."""
    expected = [one.participant_id for one in undisturbed().people]
    for before in range(ASSEMBLED + 1):
        with held():
            one = execution()
            take(one, before)
            match ends:
                case "erased":
                    privacy.note_erasure(privacy.guest("cy"), now=NOW)
                case _:
                    withdraw("cy", again=ends == "agreed again")
            take(one, 100)
            found = {one.participant_id: one.talk_ms for one in told().people}
            assert found.pop("cy", None) is None, before
            assert list(found) == [one for one in expected if one != "cy"]


@settings(max_examples=30)
@given(st.integers(0, REQUESTS))
def test_who_withdraws_while_it_is_put_together_is_not_in_it(at: int) -> None:
    """D10: it is put together once more; the others are as they were."""
    expected = {one.participant_id: one.talk_ms for one in undisturbed().people}
    with held() as (memory, mails):
        one = execution()
        take(one, ASSEMBLED - 1)
        with memory.interrupted(at, lambda: withdraw("cy")) as withdrawn:
            take(one, 1)
        take(one, 100)
        left = {who: talk_ms for who, talk_ms in expected.items() if who != "cy" or not withdrawn()}
        assert {one.participant_id: one.talk_ms for one in told().people} == left
        assert len(memory.items("reports")) == 1
        assert memory.items("insights") == []
        assert mails == [MEETING]


def test_what_another_execution_has_left_out_is_not_published_by_the_first() -> None:
    """D10: one has put it together with Cy, who withdraws; the other has done so without; and the first goes on."""
    with held():
        one, other = execution(), execution()
        take(one, ASSEMBLED)
        take(other, ASSEMBLED - 1)
        withdraw("cy")
        take(other, 1)
        take(one, 100)
        assert [one.participant_id for one in told().people] == ["ben", "dora"]


def test_who_is_erased_while_it_is_published_is_not_in_it_and_it_is_there() -> None:
    """D4, D11: the one deletes nothing that the other is about to make the report, wherever it comes between."""
    for at in range(REQUESTS):
        with held() as (memory, _):
            one = execution()
            take(one, ASSEMBLED)
            with memory.interrupted(at, partial(erase, "cy")):
                take(one, 1)
            take(one, 100)
            erase("cy")
            assert [one.participant_id for one in told().people] == ["ben", "dora"]
            assert len(memory.items("reports")) == 1


def test_two_are_erased_from_one_report_at_once() -> None:
    """D11: likewise; and neither has to come again for it."""
    for at in range(REQUESTS):
        with held() as (memory, _):
            take(execution(), 100)
            with memory.interrupted(at, partial(erase, "dora")) as interrupted:
                erase("cy")
            if not interrupted():
                erase("dora")
            assert [one.participant_id for one in told().people] == ["ben"]
            assert len(memory.items("reports")) == 1


@pytest.mark.parametrize("first", ["withdrawn", "published"])
def test_the_same_step_publishes_twice_and_somebody_withdraws_between(first: str) -> None:
    """D6, D10: a step that was thought dead goes on beside its retry: in the end there is a report, and one alone."""
    for at in range(REQUESTS):
        with held() as (memory, mails):
            take(execution(), ASSEMBLED - 1)
            made = assembling.assemble(MEETING, 1, now=NOW)
            settled = list[bool]()

            def retry(made: assembling.Made = made, settled: list[bool] = settled) -> None:
                if first == "withdrawn":
                    withdraw("cy")
                settled.append(assembling.publish(MEETING, 1, made, now=NOW))
                if first == "published":
                    withdraw("cy")

            with memory.interrupted(at, retry):
                settled.append(assembling.publish(MEETING, 1, made, now=NOW))
            finish(settled[0])
            assert {one.participant_id for one in told().people} >= {"ben", "dora"}
            assert len(memory.items("reports")) == 1
            assert memory.items("insights") == []
            assert mails == [MEETING]


def finish(settled: bool) -> None:
    """What the workflow goes on with once it has heard of the publishing."""
    if not settled:
        take(execution(), 100)
        return
    for share in (*([one] for one in range(SHARDS)), None):
        assembling.forget(MEETING, share, now=NOW)
    assembling.notify(MEETING, 1, now=NOW)


@pytest.mark.parametrize("beside", ["itself", "an erasure", "another attempt"])
@pytest.mark.parametrize("revision", [1, 2])
def test_of_whom_the_report_has_figures_that_is_on_record(revision: int, beside: str) -> None:
    """F8: whoever publishes late takes nobody off the record; it has one too many at most."""
    for at in range(REQUESTS):
        with held() as (memory, _):
            naming.list_company(MEETING, NOW, now=NOW)
            meeting = find_meeting(MEETING, now=NOW)
            assert meeting is not None
            meeting_models.change(meeting, meeting_models.Meeting.revision.set(revision), was="assembling", now=NOW)
            for shard in range(SHARDS):
                assembling.fold_shard(MEETING, shard, now=NOW)
            made, other = (assembling.assemble(MEETING, revision, now=NOW) for _ in range(2))

            def retry(made: assembling.Made = other if beside == "another attempt" else made) -> None:
                assert assembling.publish(MEETING, revision, made, now=NOW)
                for shard in range(SHARDS):
                    assembling.forget(MEETING, [shard], now=NOW)
                if beside == "an erasure":
                    erase("cy")

            with memory.interrupted(at, retry):
                assembling.publish(MEETING, revision, made, now=NOW)
            figured = [row for row in memory.items("disclosures") if row.get("measured", {}).get("BOOL")]
            assert len(figured) == len(PEOPLE)
