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
    until_s = ttl_seconds(clock.now() - AFTER_MS)
    return sum(_sweep(table, until_s) for table in stored(resources))


def _sweep(table: str, until_s: int) -> int:
    name, over = settings().resource(table), [one for one in scanned(table) if _over(one, until_s)]
    if not over:
        return 0
    schema = client("dynamodb").describe_table(TableName=name)["Table"]["KeySchema"]
    keys = [one["AttributeName"] for one in schema]
    return sum(_delete(name, {key: item[key] for key in keys}, until_s) for item in over)


def _over(item: Any, until_s: int) -> bool:
    return int(item["expires_at"]["N"]) <= until_s


def _delete(name: str, key: Any, until_s: int) -> bool:
    api = client("dynamodb")
    try:
        api.delete_item(
            TableName=name,
            Key=key,
            ConditionExpression="expires_at <= :until",
            ExpressionAttributeValues={":until": {"N": str(until_s)}},
        )
    except api.exceptions.ConditionalCheckFailedException:
        return False
    return True
