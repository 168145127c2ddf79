"""An AWS account, as moto plays it, into which a stage is deployed."""

import os
import zipfile
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.client import BaseClient
from moto import mock_aws
from moto.cloudformation.models import ChangeSet
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from infra import deploying
from infra.deploy import places

REGION = "eu-central-1"
GIVEN = {"MAIL_FROM": "Earshot <noreply@example.org>", "ALARM_ADDRESS": "you@example.org"}
TEMPLATE = {  # what of infra/deployment.yaml a deployment reads; the whole of it moto cannot make
    "Parameters": {
        name: {"Type": "String", "Default": ""}
        for name in ("MailFrom", "AlarmAddress", "Domain", "Certificate", "SupportUrl", "Firewall", "Origin",
                     "SecretVersion", "EdgeSecret", "EdgeSecrets")
    } | {"Stage": {"Type": "String", "Default": "prod"}},
    "Globals": {"Function": {"Environment": {"Variables": {"EARSHOT_ASSETS": "/assets/abc"}}}},
    "Resources": {
        "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "files-of-prod", "CodeUri": "./x.zip"}},
    },
    "Outputs": {"EdgeDomain": {"Value": "d1.cloudfront.net"}, "FilesBucket": {"Value": {"Ref": "Files"}}},
}  # fmt: skip


apply_change_set = ChangeSet.apply


def applied(change: ChangeSet) -> None:
    """moto forgets the outputs of a stack that a change set makes, and what it was given."""
    apply_change_set(change)
    stack = change.stack
    stack.template, stack.parameters = change.template, change.parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()


@contextmanager
def an_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every line that the operator reads, over an account with nothing in it but a verified sender."""
    lines: list[str] = []
    for module in (deploying, places):
        monkeypatch.setattr(module, "say", lines.append)
    asked = BaseClient._make_api_call

    def beside_moto(self: Any, operation: str, given: Mapping[str, Any]) -> Any:
        if operation == "UpdateTerminationProtection":  # moto has none
            return lines.append(f"protected: {given['EnableTerminationProtection']}")
        answer = asked(self, operation, given)
        return {**answer, "VerifiedForSendingStatus": True} if operation == "GetEmailIdentity" else answer

    monkeypatch.setattr(BaseClient, "_make_api_call", beside_moto)
    # moto leaves out a policy's condition, and would refuse everybody everything.
    monkeypatch.setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    monkeypatch.setattr(ChangeSet, "apply", applied)
    with mock_aws():
        for sender in ("noreply@example.org", "other@example.org"):
            boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity=sender)
        yield lines


def out(folder: Path, template: Mapping[str, Any] = TEMPLATE) -> Path:
    with zipfile.ZipFile(folder / "deployment.zip", "w") as made:
        made.writestr("app.py", "app = 1")
        made.writestr("__pycache__/app.cpython-311.pyc", os.urandom(4))  # holds the time of its source
    (folder / "sam.yaml").write_text(yaml.safe_dump(dict(template)))
    return folder


def deploy(folder: Path, **environ: str) -> places.Place:
    place = places.place_of("prod")
    deploying.deploy(place, Namespace(out=folder), {**GIVEN, **environ})
    return place
