"""Numbers under a month and an act. They know no person, session, meeting, device or instant."""

from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.lifetimes import SECOND, USE_COUNT
from chalicelib.runtime import holdings
from chalicelib.runtime.store import Binding, Record, Table


class Count(Record):
    class Meta(Binding):
        pass

    month = UnicodeAttribute(hash_key=True)  # such as 2026-11, in UTC
    act = UnicodeAttribute(range_key=True)
    number = NumberAttribute()


counts = Table(Count, "counts")


def add_one(act: str, *, now: int) -> None:
    begun = datetime.fromtimestamp(now / SECOND, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    until_ms = USE_COUNT.deadline(int(begun.timestamp()) * SECOND)
    counts.upsert((f"{begun:%Y-%m}", act), [Count.number.add(1), *Count.living_until(until_ms)], now=now)


holdings.is_nobodys(Count, USE_COUNT, why="a number is linked to nobody")
