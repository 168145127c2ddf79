"""How many of those around a clip it is compared with."""

import uuid

import pytest

from chalicelib.joining import company, engine
from chalicelib.joining.census import BOUND
from chalicelib.joining.engine import Heard
from chalicelib.joining.models import ClipId, Listing
from chalicelib.joining.places import hidden
from chalicelib.joining.rules import Span
from chalicelib.runtime.meter import read_units
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS

SPAN = Span(START_MS, START_MS + 4_000)
HEARD = Heard(b"", START_MS.to_bytes(8, "big") + bytes(200), SPAN, (), ())


def listing(at: int) -> Listing:
    """As large as they come, and no more like HEARD than the others."""
    clip_id = ClipId(f"{at:022}", str(uuid.UUID(int=at)))
    one = Listing(hidden("here", SECRET, 1), clip_id.tag, signature=HEARD.signature, ranked=True)
    one.start_ms, one.end_ms = SPAN.start_ms, SPAN.end_ms
    one.lives_until(SPAN.deadline(SPAN.end_ms))
    return one


@pytest.mark.parametrize("others", [5, 25, 100, 200, BOUND])
def test_a_clip_is_compared_with_as_many_as_its_units_pay_for(others: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A14: reading those around and comparing costs the same for any number; a few are compared with, all of them."""
    monkeypatch.setattr(engine, "likeliest", lambda queries, among, top: [list(range(top)) for _ in queries])
    near = [listing(at) for at in range(others)]

    found = company.likeliest(HEARD, "me", near)

    most = read_units([listing(at).serialize() for at in range(BOUND)], consistent=True) + company.COMPARE_MAX
    spent = read_units([one.serialize() for one in near], consistent=True) + len(found)
    assert len(found) == others if others <= 25 else most - 2 <= spent
    assert spent <= most
