"""AWS as moto plays it, in this process: the tables and queues of infra/resources.yaml, empty for every test.

moto never removes what has expired: it is DynamoDB with the TTL sweeper switched off (docs/product.md).
Making the tables takes 160 ms, so they are made once a process and emptied, moto's own objects put back.
With EARSHOT_TEST_ENGINE=local the tables are those of DynamoDB Local, AWS's own engine (`make test-dynamodb`).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from chalicelib.runtime.settings import settings
from infra.local.aws import client
from infra.local.dynamodb_local import dynamodb_local
from infra.local.engine import dynamodb
from infra.local.mail import Mail, sent_mail, verify_sender
from infra.local.resources import TEMPLATE, create_resources, create_tables
from infra.local.template import ACCOUNT, Template
from tests.support.environment import REGION

ENGINE: Any = {
    "core": {"passthrough": {"urls": [r"^http://127\.0\.0\.1:\d+/"], "services": []}},
    "lambda": {"use_docker": False},
    "stepfunctions": {"execute_state_machine": True},
}
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
        return [item for name in names for item in _scanned(name)]

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
        _made["empty"]()
        for queue in _made["queues"].values():
            queue._messages = []
        ses_backends[ACCOUNT][REGION].sent_messages.clear()


def _delay_s(message: Any) -> int:
    seconds: float = (message.delayed_until - message.sent_timestamp) / 1_000
    return max(0, round(seconds))


@contextmanager
def empty_aws() -> Iterator[Aws]:
    """Every AWS call of this process goes to moto inside this block; DynamoDB's, where so chosen, to AWS's own."""
    with _engine(), mock_aws(config=ENGINE), dynamodb():
        _furnish()
        verify_sender(settings().mail_from)
        aws = Aws()
        aws.clear()
        yield aws


@contextmanager
def _engine() -> Iterator[None]:
    """Started once a process, and never stopped: it ends with it."""
    if os.environ.get("EARSHOT_TEST_ENGINE") != "local":
        yield
        return
    if "engine" not in _made:
        _made["engine"] = dynamodb_local()
        _made["url"] = _made["engine"].__enter__()
    with patch.dict(os.environ, {"AWS_ENDPOINT_URL_DYNAMODB": _made["url"]}):
        yield


def _furnish() -> None:
    tables = dynamodb_backends[ACCOUNT][REGION]
    queues = sqs_backends[ACCOUNT][REGION]
    if "tables" not in _made:
        created = create_resources()
        _made.update(queues=dict(queues.queues))
        _made.update(tables=created.tables, empty=_empty_engine if "url" in _made else _empty_moto)
        _made["moto"] = dict(tables.tables)
    tables.tables.update(_made["moto"])
    queues.queues.update(_made["queues"])


def _empty_moto() -> None:
    dynamodb_backends[ACCOUNT][REGION].tables.update(_made["moto"])  # moto copies those of a failed transaction
    for table in _made["moto"].values():
        table.items.clear()


def _empty_engine() -> None:
    """By making anew each table in which something lies."""
    api = client("dynamodb")
    for name in _made["tables"]:
        if api.scan(TableName=name, Limit=1, Select="COUNT")["ScannedCount"]:
            api.delete_table(TableName=name)
    create_tables(Template.read(TEMPLATE, "local"))


def _scanned(table: str) -> Iterator[dict[str, Any]]:
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (item for page in pages for item in page["Items"])
