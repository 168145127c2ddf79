"""A stage's secrets are replaced, and it goes, by one command each, over AWS as moto plays it (G2)."""

import io
import shlex
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from infra import deploying
from infra.deploy import destroying, keys, places
from infra.deploy.given import Refused
from tests.support.an_account import REGION, deploy, out

pytestmark = pytest.mark.usefixtures("said")


def test_a_secret_is_replaced_in_steps(said: list[str]) -> None:
    """Every function knows the new one before any uses it; the oldest stays, which digests are made with (ADR 13)."""
    ssm = boto3.client("ssm", region_name=REGION)
    [old], version = keys.ensure(ssm, "cookies", "dev")
    assert keys.ensure(ssm, "cookies", "dev") == ([old], version)
    with pytest.raises(Refused, match="not the turn of use"):
        keys.replace(ssm, "cookies", "dev", "use")
    for step in ("announce", "use", "announce", "use"):
        keys.replace(ssm, "cookies", "dev", step)
    assert len(keys.ensure(ssm, "cookies", "dev")[0]) == 3
    keys.replace(ssm, "cookies", "dev", "drop")
    (newest, oldest), version = keys.ensure(ssm, "cookies", "dev")
    assert (oldest, version) == (old, 6)
    assert newest != old


def test_the_secret_of_the_edge_is_known_before_it_is_sent(tmp_path: Path, said: list[str]) -> None:
    """G6: at each step the functions take what the edge sends, before and after it has changed."""
    place = deploy(out(tmp_path))
    sent = [place.stack().parameters()["EdgeSecret"]]
    for step in keys.STEPS:
        deploying.rotate(place, Namespace(secret="edge", step=step))
        deploying.deploy(place, Namespace(out=tmp_path), {})
        found = place.stack().parameters()
        sent.append(found["EdgeSecret"])
        assert {sent[-1], *([sent[-2]] if step != "drop" else [])} <= set(found["EdgeSecrets"].split())
    assert sent[0] == sent[1] != sent[2] == sent[3]
    assert said.count("Deployed.") == 4


def test_the_operator_has_the_environment_that_the_functions_have(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F11: for the commands of docs/rights.md; a shell takes each line as it is."""
    place, asked = places.place_of("prod"), BaseClient._make_api_call
    with pytest.raises(Refused, match="no stage prod"):
        deploying.environ(place, Namespace())
    variables = {"EARSHOT_STAGE": "prod", "EARSHOT_MAIL_FROM": "It's us <a@example.org>"}

    def beside_moto(self: Any, operation: str, given: Mapping[str, Any]) -> Any:
        if operation == "GetFunctionConfiguration":
            return {"Environment": {"Variables": variables}}
        return asked(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", beside_moto)
    deploying.environ(place, Namespace())
    words = shlex.split(" ".join(said))
    assert dict(word.split("=", 1) for word in words if word != "export") == variables


def planted(place: places.Place) -> Any:
    """A table that outlives its stack and can be restored, the key, and a log group."""
    dynamodb = place.client("dynamodb")
    for name in ("earshot-prod-accounts", "earshot-dev-accounts"):
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        )  # fmt: skip
        on = {"PointInTimeRecoveryEnabled": True}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
    dynamodb.create_backup(TableName="earshot-prod-accounts", BackupName="by-hand")
    place.client("logs").create_log_group(logGroupName="/aws/lambda/earshot-prod-reap")
    return place.client("kms").create_key(Description=destroying.KEY_IS.format(stage="prod"))["KeyMetadata"]["KeyId"]


def test_a_stage_that_is_destroyed_leaves_nothing(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4, G2: nor does what outlives a stack: tables, their backups, the key, logs, secrets, packages."""
    place = deploy(out(tmp_path))
    key, acts = planted(place), watched(monkeypatch)
    destroying.destroy(place, said.append, lambda _: "prod")
    assert place.client("dynamodb").list_tables()["TableNames"] == ["earshot-dev-accounts"]
    assert acts.index("UpdateContinuousBackups") < acts.index("DeleteTable")  # else a backup stays for 35 days
    assert place.client("dynamodb").list_backups()["BackupSummaries"] == []
    assert place.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert place.client("s3").list_buckets()["Buckets"] == []
    assert place.client("logs").describe_log_groups()["logGroups"] == []
    assert place.client("ssm").describe_parameters()["Parameters"] == []
    assert place.client("cloudformation").describe_stacks()["Stacks"] == []
    assert "protected: False" in said


def test_a_key_that_shuts_the_operator_out_stops_nothing(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4: it is somebody else's, in the same account; and what AWS keeps for all of the account is said."""
    place = deploy(out(tmp_path))
    key, foreign = planted(place), place.client("kms").create_key(Description="theirs")["KeyMetadata"]["KeyId"]
    asked = BaseClient._make_api_call

    def refuse(self: Any, operation: str, given: Mapping[str, Any]) -> Any:
        if operation == "DescribeKey" and given["KeyId"] == foreign:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}, operation)
        return asked(self, operation, given)

    with monkeypatch.context() as theirs:
        theirs.setattr(BaseClient, "_make_api_call", refuse)
        destroying.destroy(place, said.append, lambda _: "prod")
    kms = place.client("kms")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.describe_key(KeyId=foreign)["KeyMetadata"]["KeyState"] == "Enabled"
    assert place.client("ssm").describe_parameters()["Parameters"] == []
    assert "list-suppressed-destinations" in said[-1]


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of AWS from now on, in this order."""
    acts: list[str] = []
    asked = BaseClient._make_api_call

    def noted(self: Any, operation: str, given: Mapping[str, Any]) -> Any:
        acts.append(operation)
        return asked(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return acts


def test_where_nobody_can_be_asked_nothing_is_destroyed(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4: in a script, or after Ctrl-C."""
    place = deploy(out(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert deploying.main(["destroy", "--stage", "prod"]) == 1
    assert said[-1] == deploying.BROKEN_OFF
    assert place.stack().is_there()


def test_destroying_asks_for_the_name_and_says_what_will_be_lost(tmp_path: Path, said: list[str]) -> None:
    """F4: any other answer changes nothing."""
    place = deploy(out(tmp_path))
    planted(place)
    with pytest.raises(Refused, match=r"Nothing was destroyed\."):
        destroying.destroy(place, said.append, lambda _: "dev")
    assert "  earshot-prod-accounts: about 0 items" in said
    assert place.stack().is_there()
    assert "earshot-prod-accounts" in place.client("dynamodb").list_tables()["TableNames"]
