"""AWS as moto plays it, in this process: the tables and queues of infra/resources.yaml, empty for every test.

moto never removes what has expired: it is DynamoDB with the TTL sweeper switched off (docs/product.md).
Making the tables takes 160 ms, so they are made once a process and emptied, moto's own objects put back.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from chalicelib.runtime.settings import settings
from infra.local.engine import dynamodb
from infra.local.mail import Mail, sent_mail, verify_sender
from infra.local.resources import create_resources
from infra.local.template import ACCOUNT
from tests.support.environment import REGION

ENGINE: Any = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
_made: dict[str, Any] = {}  # moto's tables and queues, by kind, once they exist


@dataclass(frozen=True)
class Delayed:
    """A message on a queue: its body and the seconds it waits there."""

    queue: str
    body: dict[str, Any]
    delay_s: int


class Aws:
    """What is stored, seen from outside the application: raw, whatever has expired included."""

    def tables(self) -> list[str]:
        return sorted(_made["tables"])

    def items(self, table: str | None = None) -> list[dict[str, Any]]:
        """Every item of the table of that short name, or of all tables, in DynamoDB's JSON form."""
        names = self.tables() if table is None else [f"earshot-local-{table}"]
        client = boto3.client("dynamodb", region_name=REGION)
        return [item for name in names for item in client.scan(TableName=name, ConsistentRead=True)["Items"]]

    def mentions(self, text: str) -> list[dict[str, Any]]:
        """The items of any table that hold `text` somewhere."""
        return [item for item in self.items() if text in repr(item)]

    def sounds(self) -> list[dict[str, Any]]:
        """The clips: the fine part of each fingerprint."""
        return [item for item in self.items("clips") if item["e"]["S"].startswith("sound#")]

    def of_clips(self) -> list[dict[str, Any]]:
        """Everything of a clip but its verdict and its owner's seat: listings, fine part."""
        return [item for item in self.items("clips") if not item["e"]["S"].startswith(("verdict#", "seat"))]

    def verdicts(self) -> list[dict[str, Any]]:
        return [item for item in self.items("clips") if item["e"]["S"].startswith("verdict#")]

    def messages(self) -> list[Delayed]:
        """Everything that waits on any queue."""
        return [
            Delayed(name, json.loads(message.body), _delay_s(message))
            for name, queue in _made["queues"].items()
            for message in queue._messages
        ]

    def mails(self) -> list[Mail]:
        """Everything that was sent, the oldest first."""
        return sent_mail()[::-1]

    def raw_mails(self) -> list[str]:
        """The same, as it went out."""
        return [one.raw_data for one in ses_backends[ACCOUNT][REGION].sent_messages]

    def forget(self, queue: str) -> None:
        """Takes what waits on the queue of that short name away."""
        [found] = [one for name, one in _made["queues"].items() if name == f"earshot-local-{queue}"]
        found._messages = []

    def clear(self) -> None:
        """Empties every table, queue and mailbox."""
        dynamodb_backends[ACCOUNT][REGION].tables.update(_made["tables"])  # moto copies those of a failed transaction
        for table in _made["tables"].values():
            table.items.clear()
        for queue in _made["queues"].values():
            queue._messages = []
        ses_backends[ACCOUNT][REGION].sent_messages.clear()


def _delay_s(message: Any) -> int:
    seconds: float = (message.delayed_until - message.sent_timestamp) / 1_000
    return max(0, round(seconds))


@contextmanager
def empty_aws() -> Iterator[Aws]:
    """Every AWS call of this process goes to moto inside this block."""
    with mock_aws(config=ENGINE), dynamodb():
        _furnish()
        verify_sender(settings().mail_from)
        aws = Aws()
        aws.clear()
        yield aws


def _furnish() -> None:
    tables = dynamodb_backends[ACCOUNT][REGION]
    queues = sqs_backends[ACCOUNT][REGION]
    if not _made:
        create_resources()
        _made.update(tables=dict(tables.tables), queues=dict(queues.queues))
    tables.tables.update(_made["tables"])
    queues.queues.update(_made["queues"])
