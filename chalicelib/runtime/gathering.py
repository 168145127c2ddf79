"""Items of several tables, read by one request: for use cases that may make few of them."""

from typing import Any

from chalicelib.runtime.dynamodb import shared_connection
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.records import Record
from chalicelib.runtime.store import Key, Table

ATTEMPTS = 4  # at what DynamoDB leaves unread under load

Wanted = tuple[Table[Any], Key]
Raw = dict[str, Any]


def get_each(*wanted: Wanted, now: int) -> list[Any]:
    """The live record under each key, None where there is none, read consistently. At most 100, no two the same."""
    items = _read([(table.model.Meta.table_name, table.key_map(key)) for table, key in wanted])
    found = [_record(table, key, items) for table, key in wanted]
    for index, ((table, key), record) in enumerate(zip(wanted, found, strict=True)):
        table.count_read(key, record, requests=0 if index else 1)
    return [record if record is not None and record.live_at(now) else None for record in found]


def _read(left: list[tuple[str, Raw]]) -> dict[str, list[Raw]]:
    """By the tables' full names. Raises Unavailable where DynamoDB does not come round to it."""
    items: dict[str, list[Raw]] = {name: [] for name, _ in left}
    for _ in range(ATTEMPTS):
        answer = shared_connection().dispatch("BatchGetItem", {"RequestItems": _requests(left)})
        for name, some in answer["Responses"].items():
            items[name] += some
        left = [(name, key) for name, some in answer.get("UnprocessedKeys", {}).items() for key in some["Keys"]]
        if not left:
            return items
    raise Unavailable("The database is busy.", retry_after_s=1)


def _requests(keys: list[tuple[str, Raw]]) -> dict[str, Raw]:
    return {
        name: {"Keys": [key for table, key in keys if table == name], "ConsistentRead": True}
        for name in {name for name, _ in keys}
    }


def _record(table: Table[Any], key: Key, items: dict[str, list[Raw]]) -> Record | None:
    wanted = table.key_map(key).items()
    raw = next((one for one in items[table.model.Meta.table_name] if wanted <= one.items()), None)
    record: Record | None = None if raw is None else table.model.from_raw_data(raw)
    return record
