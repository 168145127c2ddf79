"""What DynamoDB's TTL does, for an engine that does not: moto goes on keeping what has run out.

Ten minutes after its end, so that whatever should have been deleted on time is seen at /dev/lifetimes first.
"""

from typing import Any

from chalicelib.lifetimes import MINUTE, ttl_seconds
from chalicelib.runtime import clock
from chalicelib.runtime.settings import settings
from infra.local.aws import client
from infra.local.resources import Resources
from infra.local.standing import scanned, stored

AFTER_MS = 10 * MINUTE  # AWS says "within a few days"


def delete_expired(resources: Resources) -> int:
    """How many items were deleted; what was renewed meanwhile stays."""
    until_s, tables = ttl_seconds(clock.now() - AFTER_MS), stored(resources)
    return sum(_delete(table, item, until_s) for table in tables for item in scanned(table) if _over(item, until_s))


def _over(item: Any, until_s: int) -> bool:
    return int(item["expires_at"]["N"]) <= until_s


def _delete(table: str, item: Any, until_s: int) -> bool:
    api, name = client("dynamodb"), settings().resource(table)
    keys = [one["AttributeName"] for one in api.describe_table(TableName=name)["Table"]["KeySchema"]]
    try:
        api.delete_item(
            TableName=name,
            Key={key: item[key] for key in keys},
            ConditionExpression="expires_at <= :until",
            ExpressionAttributeValues={":until": {"N": str(until_s)}},
        )
    except api.exceptions.ConditionalCheckFailedException:
        return False
    return True
