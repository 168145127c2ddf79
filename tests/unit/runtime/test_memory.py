"""The dictionary that stands for DynamoDB in properties answers as moto does."""

from typing import Any

from hypothesis import given, settings, strategies as st
from pynamodb.expressions.condition import size

from chalicelib.runtime.gathering import get_each
from chalicelib.runtime.limits import tallies
from chalicelib.runtime.store import Table
from chalicelib.runtime.transactions import Transaction
from tests.support.aws import Aws
from tests.support.memory import in_memory
from tests.unit.runtime.test_store import DEADLINE, Note, note

NAMES = st.sampled_from(["a", "b", "ba"])
NOW = st.sampled_from([0, DEADLINE - 1, DEADLINE])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.sampled_from([DEADLINE, DEADLINE + 1])),
        st.tuples(st.just("create"), NAMES, NOW),
        st.tuples(st.just("update"), NAMES, NOW),
        st.tuples(st.just("update where"), NAMES, NOW),
        st.tuples(st.just("upsert"), NAMES, NOW),
        st.tuples(st.just("delete"), NAMES, NOW),
        st.tuples(st.just("get"), NAMES, NOW),
        st.tuples(st.just("query"), NAMES, NOW),
        st.tuples(st.just("query limit"), NAMES, NOW),
        st.tuples(st.just("get_many"), NAMES, NOW),
        st.tuples(st.just("get_each"), NAMES, NOW),
        st.tuples(st.just("batches"), NAMES, NOW),
        st.tuples(st.just("transaction"), NAMES, NOW),
    ),
    max_size=12,
)


def run(steps: list[tuple[str, str, int]]) -> list[Any]:
    """What each step answers."""
    notes = Table(Note, "clips")
    return [plain(take(notes, *step)) for step in steps]


def take(notes: Table[Note], verb: str, name: str, now: int) -> Any:
    key = ("here", name)
    match verb:
        case "put":
            return notes.put(note(name, now))
        case "create":
            return notes.create(note(name, text="created"), now=now)
        case "update":
            return notes.update(key, [Note.text.set(Note.text | "changed"), Note.times.add(1)], now=now)
        case "update where":
            where = (Note.text == "changed") & Note.times.exists() | (Note.times > 2)
            short = size(Note.text) < 5  # type: ignore[no-untyped-call]  # of PynamoDB's, without a type
            where = where | Note.text.contains("rst") & short
            return notes.update(key, [Note.text.set("again"), Note.times.remove()], now=now, where=where)
        case "upsert":
            actions = [Note.times.add(2), Note.expires_at_ms.set(DEADLINE), Note.expires_at.set(DEADLINE // 1_000 + 1)]
            return notes.upsert(key, actions, now=now)
        case "delete":
            return notes.delete(key)
        case "get":
            return notes.get(key, now=now)
        case "query":
            return notes.query("here", now=now, where=Note.join_id.startswith(name))
        case "query limit":
            return notes.query("here", now=now, limit=1, forward=name == "a")
        case "get_many":
            return sorted(notes.get_many([("here", one) for one in ("a", "b", name + "!")], now=now), key=str)
        case "get_each":
            rows = [(notes, ("here", one)) for one in ("a", "b", name + "!")]
            return [plain(one) for one in get_each(*rows, (tallies, name), now=now)]
        case "transaction":
            return transact(notes, name, now)
        case _:
            notes.put_many([note(name + "1"), note(name + "2")])
            return notes.delete_many([("here", name + "1"), ("here", "never")])


def transact(notes: Table[Note], name: str, now: int) -> bool:
    both = Transaction(now=now)
    both.update(notes, note(name), [Note.times.add(1)], where=Note.text == "first")
    both.create(notes, note(name + "!"))
    both.delete(notes, note("b" if name == "a" else "a"), where=Note.times.does_not_exist())
    both.require(notes, note("ba" if name != "ba" else "bb"))
    return both.commit()


def plain(answer: Any) -> Any:
    if isinstance(answer, Note):
        return answer.serialize()
    return sorted((plain(one) for one in answer), key=repr) if isinstance(answer, list) else answer


@settings(max_examples=25)
@given(steps=STEPS)
def test_the_dictionary_answers_as_moto_does(aws: Aws, steps: list[tuple[str, str, int]]) -> None:
    """A double that nobody holds to the original proves nothing."""
    aws.clear()
    expected = run(steps)
    with in_memory() as memory:
        answered = run(steps)
        kept = memory.items("clips")

    assert answered == expected
    assert by_name(kept) == by_name(aws.items("clips"))


def by_name(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["e"]["S"]: item for item in items}
