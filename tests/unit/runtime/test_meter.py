"""Capacity units follow from item bytes, by DynamoDB's documented rules."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime import meter
from chalicelib.runtime.meter import Call, item_size, metering, read_units, record, write_units
from chalicelib.runtime.parallel import together
from tests.support.aws import Aws
from tests.unit.runtime.test_store import DEADLINE, KEY, Note, note, notes

CLIP = {"place": {"S": "p" * 22}, "join_id": {"S": "j" * 36}, "fingerprint": {"B": b"x" * 4_000}}


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": {"S": ""}}, 1),
        ({"name": {"S": "Zoë"}}, 4 + 4),  # UTF-8 bytes, of names and of values
        ({"ö": {"S": "x"}}, 2 + 1),
        ({"b": {"B": b"12345"}}, 1 + 5),
        ({"t": {"BOOL": True}}, 1 + 1),
        ({"n": {"NULL": True}}, 1 + 1),
        ({"s": {"SS": ["ab", "c"]}}, 1 + 3),
        ({"s": {"BS": [b"ab", b"c"]}}, 1 + 3),
        ({"n": {"N": "1"}}, 1 + 2),  # two digits a byte, and one byte more
        ({"n": {"N": "1800000000000"}}, 1 + 2),  # trailing zeros cost nothing
        ({"n": {"N": "1800000000123"}}, 1 + 8),
        ({"n": {"N": "-12"}}, 1 + 3),  # a sign costs one
        ({"l": {"L": [{"S": "ab"}, {"BOOL": True}]}}, 1 + 3 + (1 + 2) + (1 + 1)),
        ({"l": {"L": []}}, 1 + 3),
        ({"m": {"M": {"k": {"S": "v"}}}}, 1 + 3 + 1 + 2),
    ],
)
def test_an_item_weighs_what_the_developer_guide_says(item: dict[str, Any], size: int) -> None:
    """G3: sizes by "Item sizes and formats"; numbers are about (digits / 2) + 1 bytes."""
    assert abs(item_size(item) - size) <= (1 if "N" in repr(item) else 0)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_costs_at_most_21_bytes_and_its_digits_decide(number: Decimal) -> None:
    """G3: "approximately (length of attribute name) + (1 byte per two significant digits) + (1 byte)"."""
    text = f"{number:f}"
    significant = len(text.replace(".", "").replace("-", "").strip("0"))
    cost = item_size({"n": {"N": text}}) - 1
    assert significant / 2 <= cost <= significant / 2 + 3


@given(st.dictionaries(st.text(min_size=1), st.binary(max_size=200), max_size=8))
def test_bytes_are_counted_one_by_one(values: dict[str, bytes]) -> None:
    item = {name: {"B": value} for name, value in values.items()}
    assert item_size(item) == sum(len(name.encode()) + len(value) for name, value in values.items())


@pytest.mark.parametrize(("size", "units"), [(1, 1), (1_024, 1), (1_025, 2), (4_096, 4), (4_097, 5)])
def test_writes_cost_a_unit_a_kibibyte(size: int, units: int) -> None:
    """G3: rounded up to the next 1 KB."""
    assert write_units({"b": {"B": b"x" * (size - 1)}}) == units


@pytest.mark.parametrize(("size", "units"), [(1, 1), (4_096, 1), (4_097, 2), (8_192, 2), (8_193, 3)])
def test_reads_cost_a_unit_four_kibibytes_and_half_of_it_without_consistency(size: int, units: int) -> None:
    """G3: rounded up to the next 4 KB; eventually consistent reads cost half."""
    items = [{"b": {"B": b"x" * (size - 1)}}]
    assert read_units(items, consistent=True) == units
    assert read_units(items, consistent=False) == units / 2


def test_a_query_adds_its_items_before_it_rounds() -> None:
    """G3: 40 items of 100 bytes are one unit, not forty."""
    assert read_units([{"b": {"B": b"x" * 99}}] * 40, consistent=True) == 1


def test_reading_nothing_costs_a_unit() -> None:
    """G3: a miss is charged as the smallest read."""
    assert read_units([], consistent=True) == 1


@pytest.mark.usefixtures("aws")
def test_every_access_is_a_call_with_its_units() -> None:
    """G3: requests and units per use case."""
    with metering() as counted:
        notes.put(note())
        notes.create(note(), now=0)  # refused: charged all the same
        notes.get(KEY, now=0)
        notes.get(("here", "missing"), now=0)
        notes.get(KEY, now=0, consistent=False)
        notes.query("here", now=0)
        notes.update(KEY, [Note.text.set("x")], now=0)
        notes.update(("here", "missing"), [Note.text.set("x")], now=0)
        notes.delete(KEY)

    assert [(call.operation, call.units, call.write) for call in counted.calls] == [
        ("PutItem", 1, True),
        ("PutItem", 1, True),
        ("GetItem", 1, False),
        ("GetItem", 1, False),
        ("GetItem", 0.5, False),
        ("Query", 1, False),
        ("UpdateItem", 1, True),
        ("UpdateItem", 1, True),
        ("DeleteItem", 1, True),
    ]
    assert {(call.table, call.partition) for call in counted.calls} == {("clips", "here")}
    assert counted.requests == 9


@pytest.mark.usefixtures("aws")
def test_a_batch_is_one_request_a_chunk_and_rounds_every_item_by_itself() -> None:
    """G3: 30 puts are two requests and 30 units; reading them one request."""
    with metering() as written:
        notes.put_many([note(f"n{n}") for n in range(30)])
    with metering() as read:
        notes.get_many([("here", f"n{n}") for n in range(30)], now=0)

    assert (written.requests, written.units) == (2, 30)
    assert (read.requests, read.units) == (1, 30)


@pytest.mark.usefixtures("aws")
def test_a_changed_large_item_costs_its_size() -> None:
    """G3: an update consumes the size of the item, not of the request."""
    notes.put(note(text="x" * 5_000))
    with metering() as counted:
        notes.update(KEY, [Note.times.set(1)], now=0)
    assert counted.units == 5


def test_expired_items_are_paid_for_too(aws: Aws) -> None:
    """G3: what is read is charged, whatever the reader drops afterwards."""
    notes.put_many([note(f"n{n}", DEADLINE, "x" * 1_900) for n in range(4)])
    with metering() as counted:
        assert notes.query("here", now=DEADLINE) == []
    assert counted.units == 2


def test_meters_nest_and_nobody_counts_outside() -> None:
    call = Call("GetItem", "clips", "here", 1.0, write=False)
    assert not meter.active()
    with metering() as outer:
        record(call)
        with metering() as inner:
            record(call)
    record(call)

    assert (len(outer.calls), len(inner.calls)) == (2, 1)
    assert (outer.requests, outer.units) == (2, 2.0)


def test_steps_are_the_longest_way_through_what_is_done_side_by_side() -> None:
    """A14: what waits for one another counts, also within one of several branches; what does not is one step."""

    def asks(times: int) -> None:
        for _ in range(times):
            record(Call("GetItem", "rooms", "p", 1, write=False))
            record(Call("GetItem", "rooms", "q", 1, write=False, requests=0))

    with metering() as counted:
        asks(1)
        together([partial(asks, 1), partial(asks, 3), partial(asks, 2)])
        together([partial(asks, 2)])
    assert (counted.requests, counted.steps) == (9, 1 + 3 + 2)


@pytest.mark.usefixtures("aws")
def test_items_are_counted_as_often_as_they_are_read() -> None:
    """G3: by key, by partition, by keys together; a look in vain is one, a write none."""
    now = DEADLINE - 1
    with metering() as counted:
        notes.put_many(note(name) for name in "abc")
        assert notes.get(("here", "a"), now=now)
        assert notes.get(("here", "nobody"), now=now) is None
        assert len(notes.query("here", now=now)) == 3
        assert len(notes.get_many([("here", "a"), ("here", "b")], now=now)) == 2
    assert counted.items_read == 1 + 1 + 3 + 2
