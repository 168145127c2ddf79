"""What a report costs: `python -m bench.report [--check] [--json OUT] [--small]`.

Meetings of 8 to 10 000 people over two hours, a batch a minute from each, as measuring.js sends them. The steps of
the workflow run one after the other on the real application over the dictionary of tests/support/memory.py; its state
and its transitions are those of moto's interpreter, fed with what the steps answered. Limits: docs/insights.md, "Size".
"""

import argparse
import json
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chalicelib.accounts import models as accounts
from chalicelib.insights import assembling, meeting_models, name_models, starting
from chalicelib.insights.agreed import agreed
from chalicelib.insights.intervals import Span
from chalicelib.insights.models import (
    SHARDS,
    Batch,
    batches,
    batches_part,
    forget_shard,
    new_batch,
    note_shown,
    shard_of,
)
from chalicelib.insights.recording import recorded
from chalicelib.lifetimes import HISTORY, HOUR, MINUTE
from chalicelib.privacy import service as privacy
from chalicelib.rooms import ending
from chalicelib.rooms.models import member_key, new_head, new_organiser
from chalicelib.rooms.record_models import Member, heads, organisers
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.ids import ParticipantId, RoomId, derived, opaque
from chalicelib.runtime.meter import Meter, item_size, metering
from chalicelib.runtime.transactions import Transaction
from tests.support.aws import empty_aws
from tests.support.hand_clock import START_MS
from tests.support.insights import write_meeting
from tests.support.memory import Item, Memory, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.workflows import Started, executed, recorded_workflows

SIZES, SIZES_SMALL = (8, 200, 2_000, 10_000), (8, 200)
T = TypeVar("T")
LENGTH_MS = 2 * HOUR
BATCH_MS = 60_000  # as in measuring.js
WAY_MS = 40  # of a request, at least
TALKERS = 40  # of a large meeting
ITEM_MAX, STATE_MAX, EVENTS_MAX = 400_000, 262_144, 25_000  # bytes and history events: quotas of AWS
MEMORY_MAX_MB, STEP_MAX_S = 2_048, 900.0  # of a function
END_STEPS_MAX = 2_000  # requests one after the other at the meeting's end: 29 s at 14 ms each, API Gateway's quota
RATE_MIN, RATE_FOR_S = 200_000, 2.0  # events a second and core; for how long that is measured, the best round counts
STEPS_MAX = 40_000  # likewise of a step of the workflow: 900 s at 22 ms each, Lambda's quota
MEETING, ORGANISER = derived("bench", "meeting"), Address("ada@example.org")


@dataclass(frozen=True)
class Figures:
    """Of one size: CPU seconds, bytes and counts. `rate` is of folding alone, what was read once in memory."""

    people: int
    events: int
    fold_s: float  # of the slowest shard
    assemble_s: float
    memory_mb: float  # of the step that needs most, beyond the application itself
    items_read: int  # from the meeting's end to its report, consents and what was not there among them
    end_steps: int  # requests to DynamoDB, one after the other, of ending the meeting
    parts: int
    item_bytes: int  # of the largest item
    state_bytes: int
    transitions: int
    history_events: int
    rate: float
    longest_step: int  # likewise, of preparing, folding, assembling, publishing or telling, whichever needs most
    forget_steps: int  # likewise, of deleting raw batches, the task that has most of them

    def misses(self) -> list[str]:
        most = {
            f"largest item {self.item_bytes} bytes": self.item_bytes > ITEM_MAX,
            f"largest state {self.state_bytes} bytes": self.state_bytes > STATE_MAX,
            f"history of {self.history_events} events": self.history_events > EVENTS_MAX,
            f"the end takes {self.end_steps} requests": self.end_steps > END_STEPS_MAX,
            f"the longest step takes {self.longest_step} requests": self.longest_step > STEPS_MAX,
            f"deletion takes {self.forget_steps} requests": self.forget_steps > STEPS_MAX,
            f"memory {self.memory_mb:.0f} MB": self.memory_mb > MEMORY_MAX_MB,
            f"slowest step {max(self.fold_s, self.assemble_s):.0f} s": max(self.fold_s, self.assemble_s) > STEP_MAX_S,
            f"folds {self.rate:.0f} events a second": self.rate < RATE_MIN,
        }
        return [f"{self.people} people: {miss}" for miss, missed in most.items() if missed]


def main() -> int:
    """1 where --check was asked for and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is missed")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    parser.add_argument("--small", action="store_true", help="meetings of at most 200 people")
    arguments = parser.parse_args()
    found = list[Figures]()
    for people in SIZES_SMALL if arguments.small else SIZES:
        found.append(_told(measure(people)))
        if arguments.json:  # after each: the last takes longer than all the others
            record = {"date": datetime.now(UTC).date().isoformat(), "figures": [asdict(one) for one in found]}
            arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    misses = [miss for one in found for miss in one.misses()]
    print("MISSED:\n  " + "\n  ".join(misses) if misses else "every figure is met")
    return 1 if arguments.check and misses else 0


def measure(people: int) -> Figures:
    """A meeting of so many people."""
    from app import app  # the environment is set by now

    now = START_MS + LENGTH_MS
    with in_memory() as memory, empty_aws():
        events = _hold(people, memory, now)
        folding = [_timed(partial(assembling.fold_shard, MEETING, shard, now=now)) for shard in range(SHARDS)]
        assembled = _timed(partial(assembling.assemble, MEETING, 1, now=now))
        steps: tuple[Callable[[], Any], ...] = (
            partial(assembling.fold_shard, MEETING, 0, now=now),
            partial(assembling.assemble, MEETING, 1, now=now),
        )
        items_read, longest = _counted(now)
        shares = assembling.shared_out(MEETING, now=now)
        sizes = [item_size(one) for table in ("insights", "meetings", "reports") for one in memory.items(table)]
        return Figures(
            people, events, round(max(one.spent_s for one in folding), 2), round(assembled.spent_s, 2),
            round(max(map(_peak_mb, steps)), 1), items_read, _end_steps(people), assembled.answer.parts,
            max(sizes), *_executed(app, assembled.answer.parts, shares), rate=round(_rate(now)),
            longest_step=longest, forget_steps=_forget_steps(memory, shares),
        )  # fmt: skip


def _counted(now: int) -> tuple[int, int]:
    """Items read up to the report that can be read and is told of; requests one after the other of the longest step."""
    meters = list[Meter]()

    def counted(step: Callable[..., T], *given: Any) -> T:
        with metering() as meter:
            answer = step(MEETING, *given, now=now)
        meters.append(meter)
        return answer

    assert counted(assembling.prepare, 1), "somebody was measured"
    for share in assembling.shared_out(MEETING, now=now):
        counted(_fold_share, share)
    made = counted(assembling.assemble, 1)
    assert counted(assembling.publish, 1, made), "nobody withdraws in a bench"
    counted(assembling.notify, 1)
    return sum(one.items_read for one in meters), max(one.steps for one in meters)


def _fold_share(meeting_id: str, shards: Iterable[int], *, now: int) -> None:
    for shard in shards:
        assembling.fold_shard(meeting_id, shard, now=now)


def _end_steps(people: int) -> int:
    """Of the organiser's request, in which everybody is there; a crowd is let go by the reaper afterwards."""
    room_id = RoomId(opaque())
    with in_memory() as memory, recorded_pushes(), recorded_workflows():
        account = _organiser(START_MS)
        heads.put(new_head(room_id, START_MS))
        organisers.put(new_organiser(room_id, account.account_id, START_MS, link=True))
        there = (_present(room_id, derived("participant", str(number))) for number in range(people))
        memory.fill("rooms", (one.serialize() for one in there))
        with metering() as meter:
            ending.end_room(room_id, now=START_MS + LENGTH_MS)
        assert len(memory.items("meetings")) == 3 * people + 2, "everybody's stay and name, the meeting, its listing"
    return meter.steps


def _forget_steps(memory: Memory, shares: Sequence[Sequence[int]]) -> int:
    """Of the task that has most to delete."""
    parts = Counter(one["part"]["S"] for one in memory.items("insights"))
    fullest = max(shares, key=lambda shards: sum(parts[batches_part(MEETING, shard)] for shard in shards))
    with metering() as meter:
        for shard in fullest:
            forget_shard(MEETING, shard)
    return meter.steps


def _present(room_id: RoomId, participant_id: str) -> Member:
    made = Member(
        *member_key(room_id, ParticipantId(participant_id)), participant_id=participant_id, session_id=participant_id,
        name="Somebody", joined_at_ms=START_MS, via="link",
    )  # fmt: skip
    made.lives_until(HISTORY.deadline(START_MS))
    return made


@dataclass(frozen=True)
class Timed:
    answer: Any
    spent_s: float  # CPU


def _timed(step: Callable[[], Any]) -> Timed:
    begun = time.process_time()
    answer = step()
    return Timed(answer, time.process_time() - begun)


def _peak_mb(step: Callable[[], Any]) -> float:
    tracemalloc.start()
    step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def _hold(people: int, memory: Memory, now: int) -> int:
    """The meeting as it stands when its report is put together; the number of events."""
    chance = random.Random(people)
    account = _organiser(now)
    write_meeting(MEETING, account.account_id, START_MS, now)
    note_shown(MEETING, "a link", START_MS + 10 * MINUTE, now, now=now)
    kinds = [_behaviour(number < TALKERS, chance) for number in range(min(people, 2 * TALKERS))]
    for number in range(people):
        _attend(number, kinds[_kind_of(number)][0], memory, now)
    return sum(kinds[_kind_of(number)][1] for number in range(people))


def _kind_of(number: int) -> int:
    """Each of the first talks in their own way; of those who listen there are as many ways, over and over."""
    return number if number < TALKERS else TALKERS + number % TALKERS


def _organiser(now: int) -> accounts.Account:
    made = accounts.new_account(ORGANISER, "", language="en", asked_by=None, consents="", age="adult", now=now)
    registered = Transaction(now=now)
    accounts.confirm(registered, made, now=now)
    assert registered.commit()
    return made


def _behaviour(talks: bool, chance: random.Random) -> tuple[list[Item], int]:
    """What somebody's browser sends, as it is stored, whoever that is; and how many events that has."""
    found, events = list[Item](), 0
    for sequence, begun in enumerate(range(START_MS, START_MS + LENGTH_MS, BATCH_MS)):
        measured = _measured(begun, talks, chance)
        events += sum(map(len, measured.values()))
        recording = recorded(measured, (begun, begun + BATCH_MS))
        made = new_batch(MEETING, "", "tab", sequence, recording, person="", now=begun)
        made.behind_ms = WAY_MS + sequence % WAY_MS
        found.append(made.serialize())
    return found, events


def _attend(number: int, behaviour: list[Item], memory: Memory, now: int) -> None:
    """One participant, a guest who agreed, and their batches."""
    participant_id = derived("participant", str(number))
    person = privacy.guest(participant_id)
    privacy.record(person, privacy.now_deciding({"insights": True}, START_MS), now=START_MS)
    name_models.name_attendees(MEETING, {participant_id: name_models.Called("Somebody")}, now=now)
    meeting_models.stays.put(meeting_models.new_stay(MEETING, participant_id, START_MS, now))
    mine = {"part": {"S": batches_part(MEETING, shard_of(participant_id))}, "person": {"S": person}}
    sent = ({**one, **mine, "entry": {"S": participant_id + one["entry"]["S"]}} for one in behaviour)
    memory.fill("insights", sent)


def _measured(begun: int, talks: bool, chance: random.Random) -> dict[str, list[Span]]:
    """In a minute some twenty turns of who talks at all; the camera on; looking away four times."""
    ended = begun + BATCH_MS
    starts = range(begun, ended, 3_000)
    talk = [(at + chance.randrange(1_000), at + 1_000 + chance.randrange(1_500)) for at in starts] if talks else []
    eyes = [(at, at + 10_000 + chance.randrange(5_000)) for at in range(begun, ended, 15_000)]
    return {"talk": talk, "webcam": [(begun, ended)], "attention": eyes}


def _rate(now: int) -> float:
    """Events a second that one core folds, of a shard that is read already."""
    by_person = dict[str, list[Batch]]()
    for shard in range(SHARDS):
        for one in batches.query(batches_part(MEETING, shard), now=now):
            by_person.setdefault(one.participant_id, []).append(one)
        if by_person:
            break
    events = sum(len(spans) for some in by_person.values() for one in some for spans in one.recording.parts[:3])
    rates, begun = list[float](), time.process_time()
    while time.process_time() - begun < RATE_FOR_S or not rates:
        rates.append(events / _round(by_person.values(), now))
    return max(rates)


def _round(people: Iterable[list[Batch]], now: int) -> float:
    """CPU seconds of folding everybody once, as far as they agree, each tab's clock put right, as a step does.

    Others use the machine, too, and slow some rounds down.
    """
    begun = time.process_time()
    for some in people:
        assert agreed(some, now=now)
    return time.process_time() - begun


def _executed(app: Any, made: int, shares: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """Bytes of the largest state, states entered and events of the history, by moto's interpreter."""
    answers = {
        "PrepareReport": {"proceed": True, "shares": shares},
        "FoldReport": {"people": 10_000},
        "AssembleReport": {"parts": made, "attempt": opaque(), "basis": opaque()}, "PublishReport": {"settled": True},
        "NotifyOrganiser": None, "ForgetReport": None,
    }  # fmt: skip
    functions = {name: partial(_answer, answer) for name, answer in answers.items()}
    ended = executed(app, Started(starting.WORKFLOW, "bench", {"meeting_id": MEETING, "revision": 1}), functions)
    assert ended.status == "SUCCEEDED", ended
    return max(len(text) for text in _texts(ended.history)), len(ended.states), len(ended.history)


def _answer(answer: Any, _: Any) -> Any:
    return answer


def _texts(value: Any) -> Iterator[str]:
    """Every text within, however deep: the states' input and output among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _told(one: Figures) -> Figures:
    print(f"{one.people} people, {one.events} events", flush=True)
    print(f"  slowest shard folded in {one.fold_s} s, assembled in {one.assemble_s} s; {one.rate} events/s a core")
    print(f"  {one.memory_mb} MB at most, {one.items_read} items read, {one.parts} parts")
    print(f"  {one.end_steps} requests one after the other end the meeting,")
    print(f"    {one.longest_step} at most make a step of the workflow, {one.forget_steps} delete a shard")
    print(f"  largest item {one.item_bytes} bytes, largest state {one.state_bytes} bytes")
    print(f"  {one.transitions} transitions, {one.history_events} events of history", flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main())
