"""What has expired does not exist, for any reader and any conditional writer."""

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.lifetimes import ttl_seconds
from chalicelib.runtime import meter
from chalicelib.runtime.store import BATCH_WRITE_MAX, PAST_MAX, Binding, Record, Table
from tests.support.aws import Aws

DEADLINE = 1_800_000_010_123  # not a whole second, so that rounding shows
KEY = ("here", "note")


class Note(Record):
    """Lives in the clips table: a partition and a sort key."""

    class Meta(Binding):
        pass

    place = UnicodeAttribute(hash_key=True, attr_name="p")
    join_id = UnicodeAttribute(range_key=True, attr_name="e")
    text = UnicodeAttribute(null=True)
    times = NumberAttribute(null=True)


notes = Table(Note, "clips")


def note(name: str = "note", deadline: int = DEADLINE, text: str = "first") -> Note:
    made = Note("here", name, text=text)
    made.lives_until(deadline)
    return made


def stored_text(aws: Aws) -> list[str]:
    return [item["text"]["S"] for item in aws.items("clips")]


READERS: dict[str, Callable[[int], list[Note]]] = {
    "get": lambda now: [found for found in [notes.get(KEY, now=now)] if found],
    "get_many": lambda now: notes.get_many([KEY], now=now),
    "query": lambda now: notes.query("here", now=now),
    "query where": lambda now: notes.query("here", now=now, where=Note.join_id.startswith("no")),
    "query limit": lambda now: notes.query("here", now=now, limit=1, forward=False),
}


@pytest.mark.parametrize("reader", READERS)
def test_an_item_is_read_until_the_last_millisecond_and_not_after(aws: Aws, reader: str) -> None:
    """The four lifetimes: unreadable at the deadline, to the millisecond, though the item still exists."""
    notes.put(note())

    before, after = READERS[reader](DEADLINE - 1), READERS[reader](DEADLINE)

    assert [found.text for found in before] == ["first"]
    assert after == []
    assert stored_text(aws) == ["first"]


def test_reading_leaves_out_the_expired_and_keeps_the_living(aws: Aws) -> None:
    """The four lifetimes: one expired item hides none of its neighbours."""
    notes.put_many([note("a", DEADLINE), note("b", DEADLINE + 1), note("c", DEADLINE - 1)])

    assert [found.join_id for found in notes.query("here", now=DEADLINE)] == ["b"]
    assert [found.join_id for found in notes.get_many([("here", n) for n in "abc"], now=DEADLINE)] == ["b"]


@pytest.mark.parametrize("forward", [True, False])
def test_a_limited_reading_finds_the_living_behind_the_expired(aws: Aws, forward: bool) -> None:
    """The four lifetimes: what is deleted late hides nothing that lives."""
    expired = [note(name, DEADLINE) for name in ("a", "b", "d", "e")]
    notes.put_many([*expired, note("c", DEADLINE + 1), note("f", DEADLINE + 1)])

    found = notes.query("here", now=DEADLINE, limit=2, forward=forward)

    assert [one.join_id for one in found] == (["c", "f"] if forward else ["f", "c"])


@pytest.mark.usefixtures("aws")
def test_a_limited_reading_reads_only_so_far_past_the_expired() -> None:
    """G2: where nothing was deleted for long, a reader's cost has a bound still."""
    notes.put_many(note(f"{n:02}", DEADLINE) for n in range(20))

    with meter.metering() as counted:
        found = notes.query("here", now=DEADLINE, limit=2)

    assert (found, found.whole) == ([], False)
    assert counted.requests == 1 + PAST_MAX


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("limit", "whole"), [(None, True), (3, True), (2, False)])
def test_a_reader_knows_whether_there_is_more(limit: int | None, whole: bool) -> None:
    """The four lifetimes: a reader with a limit can tell nothing more from nothing seen."""
    notes.put_many([note("a", DEADLINE), note("b", DEADLINE + 1), note("c", DEADLINE + 1), note("d", DEADLINE + 1)])

    assert notes.query("here", now=DEADLINE, limit=limit).whole is whole


@pytest.mark.usefixtures("aws")
def test_reading_nothing_asks_nobody() -> None:
    with meter.metering() as counted:
        assert notes.get_many([], now=DEADLINE) == []
    assert counted.requests == 0


def test_create_never_overwrites_a_living_item(aws: Aws) -> None:
    """Condition, not check-then-act."""
    notes.put(note())

    assert notes.create(note(text="second"), now=DEADLINE - 1) is False
    assert stored_text(aws) == ["first"]


def test_create_takes_the_place_of_an_expired_item(aws: Aws) -> None:
    """The four lifetimes: what has expired is in nobody's way."""
    notes.put(note())

    assert notes.create(note(text="second", deadline=DEADLINE + 5), now=DEADLINE) is True
    assert stored_text(aws) == ["second"]


@pytest.mark.usefixtures("aws")
def test_create_makes_what_was_not_there() -> None:
    assert notes.create(note(), now=0) is True
    assert notes.get(KEY, now=0) is not None


@pytest.mark.parametrize("writer", ["update", "upsert"])
def test_an_expired_item_can_never_be_renewed(aws: Aws, writer: str) -> None:
    """The four lifetimes: an expired item can never be renewed, not even by a write that moves its deadline."""
    notes.put(note())
    longer = [Note.expires_at_ms.set(DEADLINE * 2), Note.text.set("renewed")]

    assert getattr(notes, writer)(KEY, longer, now=DEADLINE) is None
    assert stored_text(aws) == ["first"]
    assert notes.get(KEY, now=DEADLINE) is None


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("writer", ["update", "upsert"])
def test_a_living_item_is_changed_until_its_last_millisecond(writer: str) -> None:
    notes.put(note())

    changed = getattr(notes, writer)(KEY, [Note.text.set("changed")], now=DEADLINE - 1)

    assert changed is not None
    assert changed.text == "changed"
    assert int(changed.expires_at_ms) == DEADLINE


def test_update_makes_nothing_out_of_nothing(aws: Aws) -> None:
    assert notes.update(KEY, [Note.text.set("ghost")], now=0) is None
    assert aws.items() == []


@pytest.mark.usefixtures("aws")
def test_upsert_makes_what_was_not_there() -> None:
    actions = [Note.times.add(1), Note.expires_at_ms.set(DEADLINE), Note.expires_at.set(ttl_seconds(DEADLINE))]

    assert [int(made.times) for made in (notes.upsert(KEY, actions, now=0) for _ in range(3)) if made] == [1, 2, 3]


def test_update_changes_nothing_where_its_condition_fails(aws: Aws) -> None:
    notes.put(note())

    assert notes.update(KEY, [Note.text.set("changed")], now=0, where=Note.text == "other") is None
    assert stored_text(aws) == ["first"]


@pytest.mark.parametrize("deadline", [DEADLINE, 1])
def test_delete_removes_the_living_and_the_expired(aws: Aws, deadline: int) -> None:
    notes.put(note(deadline=deadline))
    notes.delete(KEY)
    notes.delete(KEY)  # twice is once
    assert aws.items() == []


def test_many_are_written_and_deleted_past_the_size_of_one_batch(aws: Aws) -> None:
    """DynamoDB takes 25 items a batch."""
    names = [f"n{n:03}" for n in range(2 * BATCH_WRITE_MAX + 1)]

    notes.put_many([note(name) for name in names])
    written = [item["e"]["S"] for item in aws.items("clips")]
    notes.delete_many([("here", name) for name in names])

    assert sorted(written) == names
    assert aws.items() == []


@given(deadline=st.integers(0, 2**53))
def test_ttl_never_fires_early_and_at_most_a_second_late(deadline: int) -> None:
    """The four lifetimes: TTL on `expires_at`, never earlier and at most 1 s later than the deadline."""
    assert 0 <= ttl_seconds(deadline) * 1_000 - deadline < 1_000


@given(deadline=st.integers(0, 2**53), now=st.integers(0, 2**53))
def test_an_item_carries_both_forms_of_its_deadline(deadline: int, now: int) -> None:
    """The exact instant in ms beside the TTL attribute."""
    made = note(deadline=deadline)

    assert (made.expires_at_ms, made.expires_at) == (deadline, ttl_seconds(deadline))
    assert made.live_at(now) == (now < deadline)


@pytest.mark.parametrize(
    "name",
    ["get", "query", "scan", "count", "batch_get", "batch_write", "save", "update", "delete", "refresh",
     "create_table", "delete_table"],
)  # fmt: skip
def test_no_code_can_read_or_write_around_the_store(name: str) -> None:
    """No code path reads around it."""
    with pytest.raises(RuntimeError, match=r"runtime\.store"):
        getattr(Note, name)()
    with pytest.raises(RuntimeError, match=r"runtime\.store"):
        getattr(note(), name)()


def test_every_door_that_pynamodb_opens_is_known() -> None:
    """A later PynamoDB that adds a reader or writer fails here, so that it gets closed too."""
    harmless = set(
        "describe_table deserialize exists from_dynamodb_dict from_raw_data from_simple_dict get_attributes "
        "get_delete_kwargs_from_instance get_operation_kwargs_from_class get_save_kwargs_from_instance "
        "get_update_kwargs_from_instance serialize to_dynamodb_dict to_simple_dict update_local_version_attribute "
        "update_ttl".split()
    )  # fmt: skip
    doors = {name for name in dir(Model) if not name.startswith("_") and callable(getattr(Model, name))}
    assert doors - harmless == doors & set(vars(Record)) - {"live_at", "lives_until"}


@pytest.mark.usefixtures("aws")
def test_waiting_for_the_table_never_outlives_the_gateway() -> None:
    """Connect 1 s, read 2 s, 2 attempts (the gateway gives up at 29 s)."""
    notes.put(note())
    config = Note._get_connection().connection.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    attempts = config.retries["total_max_attempts"]
    assert attempts == 2


def test_an_item_is_taken_once_and_not_after_its_deadline(aws: Aws) -> None:
    """C5: what may be used once; the expired cannot be."""
    for now, outcomes in ((DEADLINE - 1, [True, False]), (DEADLINE, [False, False])):
        notes.put(note())
        assert [notes.take(note(), now=now) for _ in range(2)] == outcomes


def test_deleting_says_whether_the_condition_held(aws: Aws) -> None:
    notes.put(note())
    assert notes.delete(KEY, where=Note.text == "second") is False
    assert stored_text(aws) == ["first"]
    assert notes.delete(KEY, where=Note.text == "first") is True
    assert notes.delete(KEY) is True
