"""Everything that is stored is deleted on time by somebody, or it is said why DynamoDB's TTL alone will do (F9)."""

import json

import pytest

from chalicelib import wiring
from chalicelib.insights.fold_models import Fold
from chalicelib.lifetimes import BY_TTL_ALONE, HOUR, LIFETIMES, MINUTE
from chalicelib.runtime import expiry, holdings, running_out
from chalicelib.runtime.expiry_models import Cursor, Entry
from infra.local.deleting import DELETED_BY, ITSELF
from infra.local.resources import TEMPLATE
from infra.local.standing import is_one
from infra.local.template import Template
from tests.support.accounts import PASSWORD
from tests.support.belongings import owner_with_everything
from tests.support.memory import Item, Memory, in_memory
from tests.support.short_lived import short_lived
from tests.support.world import World

WHOLLY_FILED = ("mail-tokens", "consents", "disclosures", "privacy-requests", "receipts")  # tables of rows just over
ASIDE = (Entry, Cursor, Fold)  # the reaper's own; and what tests/support/belongings.py gives ten minutes, not a day


def test_every_lifetime_has_somebody_who_ends_it_or_a_reason() -> None:
    """F9: whoever adds one says which."""
    assert set(DELETED_BY) | set(BY_TTL_ALONE) == set(LIFETIMES)
    assert not set(DELETED_BY) & set(BY_TTL_ALONE)
    kinds = {*wiring.DUE, *wiring.DUE_BY_THE_PAGE, ITSELF}
    assert {kind for some in DELETED_BY.values() for kind in some} <= kinds


def test_what_the_reaper_does_is_called_as_a_kind_of_datum_only_where_it_deletes_that() -> None:
    """F9: so that how late it was stands beside what was late, in the metric and at /dev/lifetimes."""
    by_kind, kinds = {one.kind: one for one in LIFETIMES}, {*wiring.DUE, *wiring.DUE_BY_THE_PAGE}
    assert [one for one in kinds & set(by_kind) if one not in DELETED_BY.get(by_kind[one], ())] == []


def overdue(memory: Memory, before_ms: int) -> list[tuple[str, str]]:
    """What was over then, lies there, and is not TTL's alone: which kind of record, and its key."""
    found = []
    for holding in holdings.held():
        name: str = holding.record.Meta.table  # type: ignore[attr-defined]  # set by its Table
        if set(holding.lifetimes) <= set(BY_TTL_ALONE) or holding.record in ASIDE:
            continue
        found += [
            (holding.record.__name__, str(item))
            for item in memory.items(name)
            if int(item["expires_at_ms"]["N"]) <= before_ms and is_one(item, holding.record)
        ]
    return found


@pytest.mark.parametrize("step_ms", [MINUTE, HOUR])
def test_nothing_lies_there_past_its_end(world: World, step_ms: int) -> None:
    """The four lifetimes: looked at for an hour and a half by the minute, and for thirty by the hour."""
    with in_memory() as memory:
        owner_with_everything(world)
        short_lived(world)
        expiry.reap(now=world.now)
        for _ in range(90 if step_ms == MINUTE else 30):
            world.clock.advance(step_ms)
            expiry.reap(now=world.now)
            assert overdue(memory, world.now - MINUTE) == []


def test_every_row_that_is_just_over_one_day_is_filed(world: World) -> None:
    """The four lifetimes: whatever writes one, ending somebody included."""
    with in_memory() as memory:
        theirs = owner_with_everything(world)
        short_lived(world)
        assert theirs.browser.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
        expiry.reap(now=world.now + 1)
        filed = [json.loads(name) for name in names(memory)]
        keys = [key for some in filed for key in some]
        for name in WHOLLY_FILED:
            rows = memory.items(name)
            assert rows, name
            assert [row for row in rows if key_of(name, row) not in keys] == []


def names(memory: Memory) -> list[str]:
    """Of the entries of all rows that are just over one day."""
    kinds = {one.kind for one in running_out.kinds()}
    entries = [row["entry"]["S"].split("#", 2) for row in memory.items("expiries") if "#" in row["entry"]["S"]]
    return [entry[2] for entry in entries if entry[1] in kinds]


def key_of(table_name: str, row: Item) -> str | list[str]:
    found = [row[name]["S"] for name in table_keys(table_name)]
    return found[0] if len(found) == 1 else found


def table_keys(name: str) -> list[str]:
    found = Template.read(TEMPLATE, "local").of_type("AWS::DynamoDB::Table").values()
    schemas = {one["TableName"]: one["KeySchema"] for one in found}
    return [key["AttributeName"] for key in schemas[f"earshot-local-{name}"]]
