"""Everything a test of the whole application needs, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.joining import census
from chalicelib.runtime import clock
from infra.local.chalice_app import handlers_of
from infra.local.events import LambdaContext, queue_record
from tests.support import canaries
from tests.support.aws import Aws, empty_aws
from tests.support.browser import Browser
from tests.support.hand_clock import START_MS, HandClock
from tests.support.pushes import Pushes, recorded_pushes
from tests.support.workflows import Workflows, recorded_workflows


@dataclass
class World:
    """The application, the time it reads, what it stored, what it pushed and which workflows it started."""

    app: Any
    clock: HandClock
    aws: Aws
    pushes: Pushes
    workflows: Workflows

    @property
    def now(self) -> int:
        return self.clock.now_ms

    def browser(self, address: str = "203.0.113.7") -> Browser:
        return Browser(self.app, address)

    def member(self, address: str = "203.0.113.7") -> Browser:
        """A browser with a session."""
        browser = self.browser(address)
        assert browser.open_session().status == 201
        return browser

    def deliver(self, queue: str, *bodies: str) -> None:
        """Hands messages to the handler of that queue, as SQS does."""
        [handler] = [one.handler for one in handlers_of(self.app).queues if one.queue == f"earshot-local-{queue}"]
        records = [
            queue_record({"MessageId": str(n), "ReceiptHandle": str(n), "Body": body}, queue)
            for n, body in enumerate(bodies)
        ]
        handler({"Records": records}, LambdaContext(queue, "delivery"))

    def reset(self) -> None:
        """As a fresh world: for one example of a property after another."""
        canaries.tell_mails(self.aws.mails())
        self.aws.clear()
        census.forget()
        self.pushes.clear()
        self.workflows.started.clear()
        self.clock.now_ms = START_MS


@contextmanager
def fresh_world() -> Iterator[World]:
    from app import app  # the environment is set by now

    census.forget()
    hands = HandClock()
    with empty_aws() as aws, recorded_pushes() as pushes, recorded_workflows() as workflows, clock.reading(hands):
        yield World(app, hands, aws, pushes, workflows)
        canaries.tell_mails(aws.mails())
