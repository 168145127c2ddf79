"""A backup brings nobody back who was erased since it was made (F6)."""

from collections.abc import Callable

import boto3
import pytest

from chalicelib.privacy.replaying import replay
from chalicelib.runtime import holdings
from infra.local.resources import TEMPLATE
from infra.local.template import Template
from infra.privacy.__main__ import main
from tests.support.accounts import log_in
from tests.support.belongings import EMAIL, Belongings, guest_with_everything, owner_with_everything
from tests.support.environment import REGION
from tests.support.erasures import erase, left_over, report_of, run
from tests.support.world import World

BACKED_UP = ("accounts", "meetings", "reports", "disclosures")  # and consents, which name nobody


def restore(backup: dict[str, list[dict[str, object]]]) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    for table, items in backup.items():
        for item in items:
            client.put_item(TableName=f"earshot-local-{table}", Item=item)


@pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])
def test_whoever_was_erased_is_erased_again_after_a_restore(world: World, make: Callable[[World], Belongings]) -> None:
    """F6: by one command; whoever was not stays as they were."""
    theirs = make(world)
    backup = {table: world.aws.items(table) for table in BACKED_UP}
    assert erase(theirs).status == 200
    run(world)
    restore(backup)
    assert left_over(world, theirs) != []
    assert main(["replay"]) == 0
    assert left_over(world, theirs) == []
    assert log_in(world.browser(), EMAIL).status == 401
    assert [one.participant_id for one in report_of(theirs)[0].people] == [theirs.over.ids["Ben"]]
    names = [
        one["name"] for one in theirs.over.organiser.get(f"/v1/meetings/{theirs.over.room}").json()["participants"]
    ]
    assert sorted(names) == ["Ada", "Ben"]
    assert replay(now=world.now) == 0


def test_whoever_was_too_young_is_not_erased_by_it(world: World) -> None:
    """C7, F6: what they agreed to does not count; where they were stays."""
    theirs = guest_with_everything(world)
    said = {"birth_month": 1, "birth_year": 2020}
    assert theirs.browser.post("/v1/session/age", json_body=said).status == 200
    assert replay(now=world.now) == 0


def test_whatever_a_backup_can_bring_back_says_whose_it_is() -> None:
    """F6: or is found by what does: links and sealed parts by their meeting."""
    tables = Template.read(TEMPLATE, "local").of_type("AWS::DynamoDB::Table").values()
    kept = {
        one["TableName"].removeprefix("earshot-local-") for one in tables
        if one.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    }  # fmt: skip
    assert kept == {*BACKED_UP, "consents"}
    silent = {
        one.record.__name__ for one in holdings.held()
        if one.fate == "erased" and one.table and one.table.name in kept and one.whose is None
    }  # fmt: skip
    assert silent == {"Share", "Part", "Gone", "Disclosure"}
