"""A backup brings nobody back who was erased since it was made (F6)."""

import copy
from collections import Counter
from collections.abc import Callable

import boto3
import pytest

from chalicelib.insights import held_models
from chalicelib.privacy.replaying import Replayed, replay
from chalicelib.runtime import disclosure, expiry, holdings
from chalicelib.runtime.addresses import Address, key_of
from chalicelib.runtime.disclosure import ADDRESS, Ground, HandOut, Recipient, What
from infra.local.resources import TEMPLATE
from infra.local.template import Template
from infra.privacy.__main__ import main
from tests.support.accounts import log_in
from tests.support.belongings import CANARY, EMAIL, MINUTE, Belongings, guest_with_everything, owner_with_everything
from tests.support.environment import REGION
from tests.support.erasures import erase, finish, left_over, report_of, run, started
from tests.support.memory import Memory, in_memory
from tests.support.world import World

BACKED_UP = ("accounts", "meetings", "reports", "disclosures", "consents")  # of these the last names nobody


Backup = dict[str, list[dict[str, object]]]


def restore(backup: Backup) -> None:
    """Each table is as it was: what was written since is not there any more."""
    client = boto3.client("dynamodb", region_name=REGION)
    for table, items in backup.items():
        name = f"earshot-local-{table}"
        keys = [one["AttributeName"] for one in client.describe_table(TableName=name)["Table"]["KeySchema"]]
        for item in client.scan(TableName=name)["Items"]:
            client.delete_item(TableName=name, Key={key: item[key] for key in keys})
        for item in items:
            client.put_item(TableName=name, Item=item)


def backed_up(world: World) -> Backup:
    return {table: world.aws.items(table) for table in BACKED_UP}


@pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])
def test_whoever_was_erased_is_erased_again_after_a_restore(
    world: World, make: Callable[[World], Belongings], capsys: pytest.CaptureFixture[str]
) -> None:
    """F6: by one command, which says how many people that were, by however many names; whoever was not stays as they
    were."""
    theirs = make(world)
    backup = backed_up(world)
    assert erase(theirs).status == 200
    run(world)
    restore(backup)
    assert left_over(world, theirs) != []
    capsys.readouterr()
    assert main(["replay"]) == 0
    assert capsys.readouterr().out.startswith("Erased again: 1. ")
    assert left_over(world, theirs) == []
    assert log_in(world.browser(), EMAIL).status == 401
    assert [one.participant_id for one in report_of(theirs)[0].people] == [theirs.over.ids["Ben"]]
    names = [
        one["name"] for one in theirs.over.organiser.get(f"/v1/meetings/{theirs.over.room}").json()["participants"]
    ]
    assert sorted(names) == ["Ada", "Ben"]
    assert replay(now=world.now).found == 0


@pytest.mark.parametrize("table", BACKED_UP)
@pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])
def test_no_table_brings_anybody_back_by_itself(world: World, make: Callable[[World], Belongings], table: str) -> None:
    """F6: restored alone, without what would lead to them; and the report that others read is whole."""
    with in_memory() as memory:
        theirs = make(world)
        backup = copy.deepcopy(memory.items(table))
        world.clock.advance(3 * MINUTE)
        assert erase(theirs).status == 200
        for one in started(world):
            finish(str(one.given["erasure_id"]), world.now)
        listed, before = ledger(memory), reports(memory)
        memory.replace(table, backup)
        assert main(["replay"]) == 0
        assert named_in(memory, theirs) == []
        assert ledger(memory) <= listed
        assert reports(memory) == before
        assert [one.participant_id for one in report_of(theirs)[0].people] == [theirs.over.ids["Ben"]]
        read = theirs.over.organiser.get(f"/v1/meetings/{theirs.over.room}/report").json()
        assert [one["name"] for one in read["report"]["people"]] == ["Ben"]
        assert replay(now=world.now) == Replayed(0, 0, 0)


def reports(memory: Memory) -> dict[str, int]:
    """By meeting, of how many parts there are."""
    return Counter(one["meeting_id"]["S"] for one in memory.items("reports"))


def ledger(memory: Memory) -> set[tuple[str, str]]:
    return {(one["subject"]["S"], one["entry"]["S"]) for one in memory.items("disclosures")}


def named_in(memory: Memory, theirs: Belongings) -> list[str]:
    """Tables that name them; a due look leads nowhere by then."""
    names = [CANARY, *theirs.person.participants, theirs.person.account_id or CANARY]
    found = {table: repr(memory.items(table)) for table in (*BACKED_UP, "organiser-keys", "tabs", "sessions", "rooms")}
    return [table for table, rows in found.items() if any(name in rows for name in names)]


def test_what_was_handed_out_about_an_address_alone_stays_gone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """F6, F11: of somebody without account, whom the operator has erased. Who comes again has what is listed since."""
    asked = ["--email", EMAIL, "--operator", "Olga", "--request-id", "mail-17"]
    who = f"{ADDRESS}{key_of(Address(EMAIL))}"
    handed = HandOut(who, Ground.SAFETY, Recipient.NAMED, What.EVERYTHING, name="the police")
    disclosure.hand_out([handed], now=world.now)
    backup = backed_up(world)
    world.clock.advance(1)
    assert main(["erase", *asked]) == 0
    world.clock.advance(1)
    restore({"disclosures": backup["disclosures"]})
    disclosure.hand_out([handed], now=world.now)
    capsys.readouterr()
    assert main(["replay"]) == 0
    said = "Erased again: 0. Records deleted without a name that leads to them: 1.\n"
    assert capsys.readouterr().out == said
    assert [int(one["at_ms"]["N"]) for one in world.aws.items("disclosures")] == [world.now]


def test_what_has_to_wait_is_gone_on_with(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """F6: a report that is being put together is waited for, by the workflow; then nothing names them any more."""
    theirs = guest_with_everything(world)
    backup = backed_up(world)
    assert erase(theirs).status == 200
    run(world)
    restore(backup)
    world.workflows.started.clear()
    with monkeypatch.context() as busy:
        busy.setattr(held_models, "take_out", lambda *_, **__: False)
        assert main(["replay"]) == 0
    assert "Of 1 something waits for a report" in capsys.readouterr().out
    for _ in range(6):
        world.clock.advance(60_000)
        expiry.reap(now=world.now)
    for one in started(world):
        finish(str(one.given["erasure_id"]), world.now)
    assert left_over(world, theirs) == []
    assert [row for row in world.aws.items("receipts") if "person" in row] == []
    assert [one.participant_id for one in report_of(theirs)[0].people] == [theirs.over.ids["Ben"]]


def test_whoever_was_too_young_is_not_erased_by_it(world: World) -> None:
    """C7, F6: what they agreed to does not count; where they were stays."""
    theirs = guest_with_everything(world)
    said = {"birth_month": 1, "birth_year": 2020}
    assert theirs.browser.post("/v1/session/age", json_body=said).status == 200
    assert replay(now=world.now).found == 0


def test_whatever_a_backup_can_bring_back_says_whose_it_is() -> None:
    """F6: or is found by what does: links by their meeting, beside which they lie; the ledger by traces of its own."""
    tables = Template.read(TEMPLATE, "local").of_type("AWS::DynamoDB::Table").values()
    kept = {
        one["TableName"].removeprefix("earshot-local-") for one in tables
        if one.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    }  # fmt: skip
    assert kept == set(BACKED_UP)
    silent = {
        one.record.__name__ for one in holdings.held()
        if one.fate == "erased" and one.table and one.table.name in kept and one.whose is None
    }  # fmt: skip
    assert silent == {"Share", "Disclosure", "InMeeting"}
