"""How the promises stand on this machine: of each kind of datum how much lives, what is overdue, how late it ever was.

An item belongs to the record whose attributes it has (docs/adr/0029): every record is known, and so is its lifetime.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import DiscriminatorAttribute

from chalicelib.accounts.models import Account
from chalicelib.accounts.token_models import MailToken
from chalicelib.joining.crowd import CALLED
from chalicelib.joining.models import Notice
from chalicelib.lifetimes import (
    CROWD_NOTICE,
    CROWD_ROUND,
    LIFETIMES,
    PASSWORD_RESET,
    PERSONAL_DATA,
    QUEUED_CLIP,
    QUEUED_PAIRS,
    QUEUED_PUSH,
    REGISTRATION,
    Lifetime,
)
from chalicelib.runtime import clock, holdings
from chalicelib.runtime.settings import settings
from chalicelib.runtime.store import Record
from infra.local.aws import client
from infra.local.deleting import deleted_by
from infra.local.resources import Resources

PAGE = 500  # items of one request, so that it keeps nobody waiting
QUEUES = {"clip-expiry": QUEUED_CLIP, "crowd": QUEUED_PAIRS, "push": QUEUED_PUSH}  # by their short names
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")
Item = Mapping[str, Mapping[str, Any]]  # in DynamoDB's JSON form
# of a record with several lifetimes: which one an item has
WHICH: Mapping[type[Record], Callable[[Item], Lifetime]] = {
    Account: lambda item: PERSONAL_DATA if item["confirmed"]["BOOL"] else REGISTRATION,
    MailToken: lambda item: REGISTRATION if "registration" in item else PASSWORD_RESET,
    Notice: lambda item: CROWD_ROUND if item["e"]["S"] == CALLED else CROWD_NOTICE,
}


@dataclass
class Standing:
    """Of one kind: items that live, items that lie there past their end and are read by nobody, and how late in ms.

    `late_ms` is the worst since the start: of what was deleted, as the deleting told, and of what was seen lying there.
    """

    kind: str
    living: int = 0
    overdue: int = 0
    late_ms: int = 0


class Watch:
    """Looks at everything that is stored; remembers the worst."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._worst: dict[str, int] = {}
        self._lock = threading.Lock()

    def hear(self, act: str, late_ms: int) -> None:
        """Of a kind of the reaper's entries: each kind of data that they delete was at worst as late, or the act is
        no datum's own."""
        for kind in deleted_by(act) or [act]:
            self._note(kind, late_ms)

    def _note(self, kind: str, late_ms: int) -> None:
        with self._lock:
            self._worst[kind] = max(late_ms, self._worst.get(kind, 0))

    def look(self) -> list[Standing]:
        """By the order of the table of lifetimes; then what the reaper told of acts that are no datum's own."""
        found = {one.kind: Standing(one.kind) for one in LIFETIMES}
        now, queues = clock.now(), {settings().resource(name): one for name, one in QUEUES.items()}
        for table, records in stored(self._resources).items():
            for item in scanned(table):
                self._count(found[_kind_of(item, records).kind], int(item["expires_at_ms"]["N"]), now)
        for queue, url in self._resources.queues.items():
            if queue in queues:
                found[queues[queue].kind].living += _waiting(url)
        with self._lock:
            worst = dict(self._worst)
        for kind, late_ms in worst.items():
            found.setdefault(kind, Standing(kind)).late_ms = late_ms
        return list(found.values())

    def _count(self, standing: Standing, until_ms: int, now: int) -> None:
        if until_ms > now:
            standing.living += 1
        else:
            standing.overdue += 1
            self._note(standing.kind, now - until_ms)


def scanned(table: str) -> Iterator[Item]:
    """Every item of the table of that short name, whatever has run out included."""
    pages = (
        client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=settings().resource(table), ConsistentRead=True, PaginationConfig={"PageSize": PAGE})
    )
    for page in pages:
        yield from page["Items"]


def stored(resources: Resources) -> dict[str, list[holdings.Holding]]:
    """By the short name of each table that is here, what lies in it."""
    found = dict[str, list[holdings.Holding]]()
    for one in holdings.held():
        if settings().resource(_table_of(one.record)) in resources.tables:
            found.setdefault(_table_of(one.record), []).append(one)
    return found


def _table_of(record: type[Record]) -> str:
    meta: Any = record.Meta
    return str(meta.table)


def _kind_of(item: Item, held: list[holdings.Holding]) -> Lifetime:
    found = next(one for one in held if is_one(item, one.record))
    return found.lifetimes[0] if len(found.lifetimes) == 1 else WHICH[found.record](item)


def is_one(item: Item, record: type[Record]) -> bool:
    attributes = record.get_attributes().values()
    for one in attributes:
        if isinstance(one, DiscriminatorAttribute):
            return item.get(one.attr_name, {}).get("S") == one.get_discriminator(record)
    needed = {one.attr_name for one in attributes if not one.null and one.default is None}
    return needed <= set(item) <= {one.attr_name for one in attributes}


def _waiting(url: str) -> int:
    counted = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return sum(int(counted[name]) for name in _COUNTS)
