"""A stage is deployed and changed by one command, over AWS as moto plays it (G2, G8)."""

import json
import zipfile
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError
from moto.cloudformation.models import ChangeSet
from moto.s3.models import s3_backends

from infra import deploying, digests
from infra.deploy import buckets, firewall, places
from infra.deploy.given import Refused, settings
from infra.packaging import STATIC
from tests.support.an_account import GIVEN, deploy, out

pytestmark = pytest.mark.usefixtures("said")


def test_a_stage_is_deployed_by_one_command(tmp_path: Path, said: list[str]) -> None:
    """G2: the package is where its functions find it, the files are cached for ever, all know the address."""
    place = deploy(out(tmp_path))
    s3, stack = place.client("s3"), place.stack()
    assert stack.parameters()["Origin"] == "https://d1.cloudfront.net"
    [template] = yaml.safe_load_all(place.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"])
    uri = template["Resources"]["Files"]["Properties"]["CodeUri"]
    assert s3.head_object(Bucket=place.artefacts, Key=uri.removeprefix(f"s3://{place.artefacts}/"))
    served = s3.head_object(Bucket="files-of-prod", Key="assets/abc/js/main.js")
    assert (served["CacheControl"], served["ContentType"]) == (buckets.FOR_EVER, "text/javascript; charset=utf-8")
    listed = s3.get_paginator("list_objects_v2").paginate(Bucket="files-of-prod")
    assert sum(page["KeyCount"] for page in listed) == len([path for path in STATIC.rglob("*") if path.is_file()])
    assert said[-1] == "Earshot is at https://d1.cloudfront.net"
    assert "protected: True" in said


def test_what_is_deployed_from_is_ours_alone(tmp_path: Path) -> None:
    """G8: encrypted, nobody else's to read, by TLS only."""
    place = deploy(out(tmp_path))
    s3, bucket = place.client("s3"), place.artefacts
    shut = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(shut.values()) == {True}
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    [statement] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path, said: list[str]) -> None:
    """G2: nor does one with nothing given, and a package that was packed anew."""
    deploy(out(tmp_path))
    said.clear()
    (tmp_path / "deployment.zip").unlink()
    place = places.place_of("prod")
    deploying.deploy(place, Namespace(out=out(tmp_path)), {})
    assert "Nothing to change: what is deployed is what is here." in said
    assert len(place.client("s3").list_objects_v2(Bucket=place.artefacts, Prefix="packages/")["Contents"]) == 1


def test_what_is_long_out_of_use_goes(tmp_path: Path) -> None:
    """F9, G3: packages, templates and files, but for what is deployed and what was before, to which AWS may go back."""
    place = deploy(out(tmp_path))
    s3, deployed = place.client("s3"), {"files-of-prod": "assets/", place.artefacts: ""}
    in_use = {bucket: keys_of(s3, bucket, folder) for bucket, folder in deployed.items()}
    for days in (100, 200, 300):
        for bucket, key in (
            ("files-of-prod", f"assets/of-{days}/main.js"),
            (place.artefacts, f"packages/of-{days}.zip"),
            (place.artefacts, f"templates/of-{days}.yaml"),
        ):
            put_before(place, bucket, key, days)
    deploying.deploy(place, Namespace(out=tmp_path), {})
    for bucket, folder in deployed.items():
        left = keys_of(s3, bucket, folder) - in_use[bucket]
        assert {key for key in left if "of-100" not in key} == set()
        assert left
        assert in_use[bucket] <= keys_of(s3, bucket, folder)


def put_before(place: places.Place, bucket: str, key: str, days: int) -> None:
    """As it would lie there, had it been put there so many days ago."""
    place.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    held = s3_backends[place.account]["aws"].get_object(bucket, key)
    assert held
    held.last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def keys_of(s3: Any, bucket: str, folder: str) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return {one["Key"] for page in pages for one in page.get("Contents", ())}


def test_what_nobody_uses_for_a_while_stays_that_while(tmp_path: Path) -> None:
    """G2: pages that are open in browsers ask for the files of their day."""
    place = deploy(out(tmp_path))
    s3, now = place.client("s3"), datetime.now(UTC)
    for days in (2, 80):
        put_before(place, "files-of-prod", f"assets/of-{days}/main.js", days)
    assert buckets.forget_old(s3, "files-of-prod", "assets", {"abc"}, now) == 0
    assert buckets.forget_old(s3, "files-of-prod", "assets", {"abc"}, now + timedelta(days=11)) == 1


def test_what_is_compiled_otherwise_is_another_package(tmp_path: Path) -> None:
    """G3: another list of modules is deployed, other bytes of the same source are not."""
    found = []
    for names, contents in ((["a"], b"1"), (["a"], b"2"), (["a", "b"], b"1")):
        with zipfile.ZipFile(tmp_path / "package.zip", "w") as made:
            made.writestr("a.py", "a = 1")
            for name in names:
                made.writestr(f"__pycache__/{name}.cpython-311.pyc", contents)
        found.append(digests.of_package(tmp_path / "package.zip"))
    assert found[0] == found[1] != found[2]


def test_another_sender_is_a_change(tmp_path: Path, said: list[str]) -> None:
    """G2: what is not given stays."""
    place = deploy(out(tmp_path))
    deploying.deploy(place, Namespace(out=tmp_path), {"MAIL_FROM": "other@example.org"})
    found = place.stack().parameters()
    assert (found["MailFrom"], found["AlarmAddress"]) == ("other@example.org", "you@example.org")
    assert said[-2] == "Deployed."


def test_with_a_domain_its_address_is_known_at_once(tmp_path: Path, said: list[str]) -> None:
    """G1: no second step."""
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
    deploy(out(tmp_path), DOMAIN="earshot.example.org", CERTIFICATE=certificate)
    assert said[-1] == "Earshot is at https://earshot.example.org"
    assert not [line for line in said if "is told" in line]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, ("MAIL_FROM is not set", "ALARM_ADDRESS is not set")),
        ({**GIVEN, "MAIL_FROM": "Earshot"}, ("MAIL_FROM cannot be 'Earshot'",)),
        ({**GIVEN, "DOMAIN": "earshot.example.org"}, ("CERTIFICATE",)),
        ({**GIVEN, "SUPPORT_URL": "http://help.example.org"}, ("SUPPORT_URL cannot be",)),
    ],
)
def test_a_setting_that_is_missing_is_named(given: dict[str, str], named: tuple[str, ...]) -> None:
    """G2: all that are, with an example each; of dev nobody has to hear alarms."""
    with pytest.raises(Refused) as refused:
        settings(given, {}, "prod")
    assert all(one in str(refused.value) for one in named)
    assert settings({"MAIL_FROM": "a@example.org"}, {}, "dev")["AlarmAddress"] == ""


def test_what_is_set_can_be_taken_away() -> None:
    """G2: nothing said leaves it as it is."""
    before = {"MailFrom": "a@example.org", "SupportUrl": "https://help.example.org"}
    assert settings({}, before, "dev")["SupportUrl"] == before["SupportUrl"]
    assert settings({"SUPPORT_URL": "none"}, before, "dev")["SupportUrl"] == ""
    with pytest.raises(Refused, match="MAIL_FROM is not set"):
        settings({"MAIL_FROM": "none"}, before, "dev")


def test_what_was_packaged_for_another_stage_is_not_deployed(tmp_path: Path) -> None:
    """G2: dev's tables are not made by prod's stack."""
    with pytest.raises(Refused, match="make package STAGE=dev"):
        deploying.deploy(places.place_of("dev"), Namespace(out=out(tmp_path)), GIVEN)


def test_a_sender_that_nobody_has_verified_is_refused_first(tmp_path: Path) -> None:
    """G2: before anything is made, with what to do."""
    with pytest.raises(Refused, match=r"create-email-identity --email-identity example\.com"):
        deploy(out(tmp_path), MAIL_FROM="a@example.com")
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_without_credentials_it_says_how_to_get_some(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert deploying.main(["check", "--stage", "dev"]) == 1
    assert capsys.readouterr().out.startswith(places.NO_CREDENTIALS)


def test_without_a_region_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(Refused, match="AWS_DEFAULT_REGION=eu-central-1"):
        places.place_of("dev")


def test_a_change_that_aws_refuses_tells_its_reason(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """G2: whatever it is, and what to do then."""

    def refuse(_: ChangeSet) -> None:
        raise ClientError({"Error": {"Code": "LimitExceeded", "Message": "no more tables"}}, "ExecuteChangeSet")

    monkeypatch.setattr(ChangeSet, "apply", refuse)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    assert deploying.main(["deploy", "--stage", "prod", "--out", str(out(tmp_path))]) == 1
    assert "no more tables" in said[-1]
    assert deploying.FAILED in said[-1]


def test_a_firewall_is_there_for_who_asks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """G2: in us-east-1, where AWS wants it; it stays until it is not wanted any more."""
    stand_in = {  # moto makes no rules from a template
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {"Rules": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "rules"}}},
        "Outputs": {"Firewall": {"Value": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/earshot-prod/1"}},
    }
    monkeypatch.setattr(firewall, "TEMPLATE", tmp_path / "firewall.yaml")
    firewall.TEMPLATE.write_text(yaml.safe_dump(stand_in))
    place = deploy(out(tmp_path), FIREWALL="yes")
    rules = place.stack().parameters()["Firewall"]
    assert rules.startswith("arn:aws:wafv2:us-east-1:")
    deploying.deploy(place, Namespace(out=tmp_path), {})
    assert place.stack().parameters()["Firewall"] == rules
    deploying.deploy(place, Namespace(out=tmp_path), {"FIREWALL": "no"})
    assert place.stack().parameters()["Firewall"] == ""
    assert place.client("cloudformation", "us-east-1").describe_stacks()["Stacks"] == []
    with pytest.raises(Refused, match="yes or no"):
        deploying.deploy(place, Namespace(out=tmp_path), {"FIREWALL": "perhaps"})
