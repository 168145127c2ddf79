"""What AWS asks, in dollars: list prices of us-east-1 as known on 2026-11-23, first tier, without volume discounts.

Sources: what is published of the pricing pages of Lambda (arm64), API Gateway (REST, WebSocket), DynamoDB (on demand,
standard class), SQS, Step Functions (Standard), SES, CloudFront (United States and Europe), KMS and CloudWatch. Other
regions ask up to a third more. Nothing else in this repository holds a price.
"""

from collections.abc import Mapping
from types import MappingProxyType

DATE, REGION = "2026-11-23", "us-east-1"
MILLION = 1_000_000

EACH: Mapping[str, float] = MappingProxyType(
    {
        "rest_requests": 3.50 / MILLION,
        "socket_messages": 1.00 / MILLION,  # of up to 32 KB, either way
        "socket_minutes": 0.25 / MILLION,
        "edge_requests": 1.00 / MILLION,  # HTTPS
        "edge_functions": 0.10 / MILLION,
        "edge_bytes": 0.085 / 2**30,
        "invocations": 0.20 / MILLION,
        "gb_seconds": 0.0000133334,
        "write_units": 0.625 / MILLION,
        "read_units": 0.125 / MILLION,
        "queue_requests": 0.40 / MILLION,
        "transitions": 25.00 / MILLION,
        "mails": 0.10 / 1_000,
        "log_bytes": 0.50 / 2**30,
    }
)

MONTHLY: Mapping[str, float] = MappingProxyType({"keys": 1.00, "alarms": 0.10, "metrics": 0.30, "dashboards": 3.00})

# What every account has free each month for as long as it exists, not in its first year alone.
ALWAYS_FREE: Mapping[str, float] = MappingProxyType(
    {
        "invocations": 1 * MILLION,
        "gb_seconds": 400_000,
        "queue_requests": 1 * MILLION,
        "transitions": 4_000,
        "edge_requests": 10 * MILLION,
        "edge_functions": 2 * MILLION,
        "edge_bytes": 1_000 * 2**30,
        "log_bytes": 5 * 2**30,
        "alarms": 10,
        "metrics": 10,
        "dashboards": 3,
    }
)
