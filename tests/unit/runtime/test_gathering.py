"""Items of several tables by one request."""

from typing import Any

import pytest
from pynamodb.connection.base import Connection

from chalicelib.runtime import meter
from chalicelib.runtime.errors import TooMany, Unavailable
from chalicelib.runtime.gathering import ATTEMPTS, get_each
from chalicelib.runtime.limits import Window, tallies
from tests.support.aws import Aws
from tests.unit.runtime.test_store import DEADLINE, KEY, note, notes

WINDOW = Window("x", 3, 60_000)


def text_and_tries(now: int) -> list[Any]:
    row, key = WINDOW.row("me", DEADLINE - 1)
    one, other, missing = get_each((notes, KEY), (row, key), (notes, ("here", "nothing")), now=now)
    return [one and one.text, other and int(other.tries), missing]


def test_each_is_found_in_its_table_in_the_order_asked_for(aws: Aws) -> None:
    """The four lifetimes: what has expired is not there."""
    notes.put(note())
    WINDOW.note("me", now=DEADLINE - 1)
    assert text_and_tries(DEADLINE - 1) == ["first", 1, None]
    assert text_and_tries(DEADLINE)[0] is None


@pytest.mark.usefixtures("aws")
def test_it_is_one_request_at_a_unit_each() -> None:
    """G3: a batch is one request; an item that is not there costs a unit, too."""
    with meter.metering() as counted:
        get_each((notes, KEY), (tallies, "me"), now=0)
    assert (counted.requests, counted.units) == (1, 2)
    assert [call.table for call in counted.calls] == ["clips", "limits"]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("left_out", [1, ATTEMPTS])
def test_what_is_left_unread_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, left_out: int) -> None:
    """DynamoDB leaves keys unread under load: that is not the same as nothing being there."""
    notes.put(note())
    real, times = Connection.dispatch, iter(range(left_out))

    def dispatch(self: Connection, operation: str, request: dict[str, Any]) -> Any:
        if operation == "BatchGetItem" and next(times, None) is not None:
            return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}
        return real(self, operation, request)

    monkeypatch.setattr(Connection, "dispatch", dispatch)
    if left_out < ATTEMPTS:
        [found] = get_each((notes, KEY), now=0)
        assert found.text == "first"
    else:
        with pytest.raises(Unavailable):
            get_each((notes, KEY), now=0)


@pytest.mark.usefixtures("aws")
def test_a_window_that_others_filled_is_seen_before_the_act() -> None:
    """C5: counted after the act, checked before the next."""
    row, key = WINDOW.row("me", 0)
    for full in (False, False, False, True):
        [found] = get_each((row, key), now=0)
        if full:
            with pytest.raises(TooMany):
                WINDOW.check(found, now=0)
        else:
            WINDOW.check(found, now=0)
            WINDOW.note("me", now=0)
