"""Records: items with a deadline. PynamoDB's own readers and writers are closed on them (store.py is the way)."""

from typing import TYPE_CHECKING, NoReturn

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.lifetimes import ttl_seconds

_CLOSED = "get query scan count batch_get batch_write save update delete refresh create_table delete_table".split()


class Binding:
    """Base of every record's Meta: where its table is and how long to wait for it (the gateway gives up at 29 s)."""

    table = ""  # its short name in infra/resources.yaml, set by Table
    table_name = ""  # set by Table, from the stage
    connect_timeout_seconds = 1
    read_timeout_seconds = 2
    max_retry_attempts = 1  # beside the first attempt
    max_pool_connections = 50


class Record(Model):
    """An item with a deadline: `expires_at_ms` is exact, `expires_at` is the TTL net below it."""

    expires_at = NumberAttribute()
    expires_at_ms = NumberAttribute()

    def live_at(self, now: int) -> bool:
        """Whether the item still exists for a reader at `now`."""
        return int(self.expires_at_ms) > now

    def lives_until(self, deadline_ms: int) -> None:
        """Sets the deadline, in both forms."""
        self.expires_at_ms = deadline_ms
        self.expires_at = ttl_seconds(deadline_ms)

    @classmethod
    def living_until(cls, deadline_ms: int) -> list[Action]:
        """As `lives_until`, as actions of an update."""
        return [cls.expires_at_ms.set(deadline_ms), cls.expires_at.set(ttl_seconds(deadline_ms))]


if not TYPE_CHECKING:

    def _closed(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("records are read and written through runtime.store.Table")

    for _name in _CLOSED:
        setattr(Record, _name, _closed)
