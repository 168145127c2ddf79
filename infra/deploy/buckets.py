"""The bucket that packages are deployed from, and what is put into buckets."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra import digests
from infra.deploy.given import Refused
from infra.local.static import TYPES

KEPT_DAYS = 90  # what is not in use any more; pages of before may be open in browsers
FOR_EVER = "public, max-age=31536000, immutable"  # a file's address says what is in it (infra/packaging.py)


def make_private(s3: Any, name: str, region: str, account: str) -> None:
    """A bucket of ours: encrypted, nobody else's to read, by TLS alone. Again does no harm. Raises Refused."""
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise Refused(f"The bucket {name} is there and not ours to use ({error}).") from error
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", **place)
    shut = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=shut)
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encrypted)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_tls_only(name)))


def _tls_only(name: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EncryptedOnTheWayOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def put_package(s3: Any, bucket: str, package: Path) -> str:
    """The key it lies under: the same for the same contents, whenever they were packed."""
    key = f"packages/{digests.of_package(package)}.zip"
    if not _is_there(s3, bucket, key):
        s3.upload_file(str(package), bucket, key)
    return key


def put_template(s3: Any, bucket: str, text: str, region: str) -> str:
    """Its address, for CloudFormation."""
    key = f"templates/{hashlib.sha256(text.encode()).hexdigest()[:32]}.yaml"
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/yaml")
    return f"https://{bucket}.s3.{region}.amazonaws.com/{key}"


def put_files(s3: Any, bucket: str, folder: Path, prefix: str) -> int:
    """Every file below `folder`, as it is to be served for ever; what is there stays. How many were new."""
    new = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = f"{prefix}/{path.relative_to(folder).as_posix()}"
        if not _is_there(s3, bucket, key):
            kind = TYPES.get(path.suffix, "application/octet-stream")
            s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=kind, CacheControl=FOR_EVER)
            new += 1
    return new


def forget_old(s3: Any, bucket: str, folder: str, in_use: Collection[str], now: datetime) -> int:
    """Versions below `folder/` that are not in use, nor the newest beside those, nor younger than KEPT_DAYS go.

    A version is the name after the folder's; `in_use` has such names. How many objects went.
    """
    versions: dict[str, list[Any]] = defaultdict(list)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{folder}/"):
        for one in page.get("Contents", ()):
            versions[one["Key"].split("/")[1]].append(one)
    others = {name: max(one["LastModified"] for one in some) for name, some in versions.items() if name not in in_use}
    before = max(others.values(), default=now)  # of the version before: CloudFormation goes back to it
    old = [name for name, at in others.items() if at < before and at < now - timedelta(days=KEPT_DAYS)]
    keys = [one["Key"] for name in old for one in versions[name]]
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    return len(keys)


def empty(s3: Any, bucket: str) -> None:
    """Every version of every object. One that is not there is empty."""
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return False
    return True
