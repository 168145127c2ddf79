"""The end of a stage: its stack, and what outlives a stack unless somebody sees to it."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy import buckets, firewall, keys
from infra.deploy.given import Refused
from infra.deploy.places import Place

KEY_WAITS_DAYS = 7  # KMS deletes no key sooner
KEY_IS = "Wraps the keys of Earshot's organisers ({stage})"  # as infra/deployment.yaml says of it

# The list is the account's, and nobody's mailbox says of which stage's mail it complained.
SUPPRESSED = (
    "SES keeps addresses whose mailboxes refused a mail, or that complained, for the whole account: "
    "aws sesv2 list-suppressed-destinations shows them, delete-suppressed-destination takes one off."
)


def destroy(place: Place, say: Callable[[str], None], ask: Callable[[str], str]) -> None:
    """Everything of the stage. Raises Refused where the answer is not its name, StackFailed."""
    dynamodb, stack = place.client("dynamodb"), place.stack()
    tables = list(_tables(dynamodb, place.stage))
    _tell(place, say, dynamodb, tables)
    if ask(f"This cannot be undone. Type {place.stage} to go on: ").strip() != place.stage:
        raise Refused("Nothing was destroyed.")
    _drop_backups(dynamodb, tables)
    if stack.is_there():
        stack.protect(False)
        _empty_files(place, stack)
    stack.delete()
    _delete_tables(dynamodb, place.stage)
    _delete_keys(place.client("kms"), place.stage, say)
    _delete_rest(place, say)
    say(f"Destroyed: {place.stage}. Its key opens nothing any more, and is gone in {KEY_WAITS_DAYS} days.")
    say("What AWS counted (metrics, no personal data) stays for 15 months. The sender stays verified in SES.")
    say(SUPPRESSED)


def _tell(place: Place, say: Callable[[str], None], dynamodb: Any, tables: list[str]) -> None:
    say(f"Stage {place.stage} in account {place.account}, {place.region}. What will be lost:")
    for name in tables:
        items = dynamodb.describe_table(TableName=name)["Table"]["ItemCount"]
        say(f"  {name}: about {items} items")
    say("  every backup of them, the key that opens reports, the secrets of cookies and edge, logs, files, packages")


def _tables(dynamodb: Any, stage: str) -> Iterator[str]:
    for page in dynamodb.get_paginator("list_tables").paginate():
        yield from (name for name in page["TableNames"] if name.startswith(f"earshot-{stage}-"))


def _drop_backups(dynamodb: Any, tables: list[str]) -> None:
    """First: of a table that is deleted while it can be restored, DynamoDB keeps a backup for 35 days."""
    for name in tables:
        found = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        if found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED":
            off = {"PointInTimeRecoveryEnabled": False}
            dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=off)
        for backup in dynamodb.list_backups(TableName=name, BackupType="USER")["BackupSummaries"]:
            dynamodb.delete_backup(BackupArn=backup["BackupArn"])


def _empty_files(place: Place, stack: Any) -> None:
    if bucket := stack.outputs().get("FilesBucket"):
        buckets.empty(place.client("s3"), bucket)


def _delete_tables(dynamodb: Any, stage: str) -> None:
    """Those that outlive the stack of prod, so that a mistake there does not cost what people have."""
    for name in list(_tables(dynamodb, stage)):
        dynamodb.delete_table(TableName=name)


def _delete_keys(kms: Any, stage: str, say: Callable[[str], None]) -> None:
    """Found by what the template says of them, so that a second try finds them without the stack."""
    for page in kms.get_paginator("list_keys").paginate():
        for one in page["Keys"]:
            found = _described(kms, one["KeyId"], say)
            if found.get("Description") == KEY_IS.format(stage=stage) and found["KeyState"] != "PendingDeletion":
                kms.schedule_key_deletion(KeyId=one["KeyId"], PendingWindowInDays=KEY_WAITS_DAYS)


def _described(kms: Any, key_id: str, say: Callable[[str], None]) -> Any:
    """Nothing of a key of the account's whose policy shuts the operator out: ours shuts out no owner."""
    try:
        return kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        say(f"The key {key_id} is somebody else's to see; it stays.")
        return {}


def _delete_rest(place: Place, say: Callable[[str], None]) -> None:
    firewall.drop_unused(place, "", say)
    keys.forget(place.client("ssm"), place.stage)
    logs = place.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=f"/aws/lambda/earshot-{place.stage}-"
    ):
        for group in page["logGroups"]:
            logs.delete_log_group(logGroupName=group["logGroupName"])
    for bucket, region in ((place.artefacts, place.region), (firewall.artefacts(place), firewall.REGION)):
        _delete_bucket(place.client("s3", region), bucket)


def _delete_bucket(s3: Any, bucket: str) -> None:
    buckets.empty(s3, bucket)
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
