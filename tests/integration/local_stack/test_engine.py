"""AWS in this process: atomic, closed to the outside, executing workflows with the application's functions."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.local.aws import client
from infra.local.engine import RealAwsRefused, call_function, engine
from infra.local.resources import create_resources
from infra.local.testing import Serving, serving
from tests.integration.local_stack.tiny import MACHINE, TABLE, TEMPLATE, Tiny, options

AT_ONCE = 200


@pytest.fixture
def table() -> Iterator[Any]:
    with engine({}):
        create_resources(TEMPLATE, "local")
        yield client("dynamodb")


def at_once(call: Callable[[int], Any]) -> list[Any]:
    """AT_ONCE calls that all wait for the last one to be ready."""
    start = threading.Barrier(AT_ONCE)

    def wait_and_call(number: int) -> Any:
        start.wait(30)
        return call(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(wait_and_call, range(AT_ONCE)))


def test_of_many_conditional_puts_exactly_one_wins(table: Any) -> None:
    """A11: natural keys stand on this; moto alone lets several win."""

    def put(number: int) -> bool:
        try:
            item = {"pk": {"S": "same"}, "by": {"N": str(number)}}
            table.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except table.exceptions.ConditionalCheckFailedException:
            return False
        return True

    won = [number for number, fine in enumerate(at_once(put)) if fine]

    stored = table.get_item(TableName=TABLE, Key={"pk": {"S": "same"}})["Item"]
    assert [str(number) for number in won] == [stored["by"]["N"]]


def test_of_many_additions_none_is_lost(table: Any) -> None:
    """D3, A11: counters are one atomic ADD, and each caller sees a value of its own."""

    def add(_: int) -> int:
        answer = table.update_item(
            TableName=TABLE,
            Key={"pk": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        return int(answer["Attributes"]["n"]["N"])

    assert sorted(at_once(add)) == list(range(1, AT_ONCE + 1))


def test_every_kind_of_value_comes_back_as_it_was_stored(table: Any) -> None:
    """A canary: the quick way around moto's serializer leaves nothing out and changes nothing."""
    nested = {"L": [{"S": ""}, {"M": {"S": {"N": "1"}, "deep": {"B": b"\0\xff"}}}, {"NULL": True}]}
    item = {
        "pk": {"S": "all"},
        "number": {"N": "-1.5"},
        "bytes": {"B": b"\x00earshot\xff"},
        "yes": {"BOOL": False},
        "nothing": {"NULL": True},
        "list": nested,
        "map": {"M": {"list": nested, "empty": {"M": {}}}},
        "texts": {"SS": ["a", "é"]},
        "numbers": {"NS": ["1", "2"]},
        "blobs": {"BS": [b"\0", b"1"]},
    }
    table.put_item(TableName=TABLE, Item=item)
    assert table.get_item(TableName=TABLE, Key={"pk": item["pk"]})["Item"] == item
    assert table.scan(TableName=TABLE)["Items"] == [item]


@pytest.mark.parametrize(
    "asked", [{"config": Config(use_dualstack_endpoint=True)}, {"endpoint_url": "https://example.org"}]
)
def test_nothing_leaves_the_machine(asked: dict[str, Any]) -> None:
    """G1: no AWS account is touched, even by a client that asks for one by another name."""
    with engine({}), pytest.raises(RealAwsRefused):
        boto3.client("dynamodb", **asked).list_tables()


def test_credentials_in_the_environment_mean_nothing_and_come_back(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G1."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    with serving(options(tiny, tmp_path)) as stack:
        assert (os.environ["AWS_ACCESS_KEY_ID"], "AWS_PROFILE" in os.environ) == ("local", False)
        assert os.environ["EARSHOT_LIVE_ENDPOINT"] == stack.stack.connections_url
    assert (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_PROFILE"]) == ("AKIAREAL", "production")


def test_another_engine_on_this_machine_is_used_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docs/architecture: AWS_ENDPOINT_URL_DYNAMODB."""
    asked: list[str | None] = []

    class Engine(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.headers["X-Amz-Target"])
            body = json.dumps({"TableNames": ["from the engine"]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Engine) as server, engine({}):
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{server.server_port}")
        assert client("dynamodb").list_tables()["TableNames"] == ["from the engine"]
        thread.join()

    assert asked == ["DynamoDB_20120810.ListTables"]


def execute(stack: Serving, n: int) -> Any:
    """The workflow's output, once it has ended."""
    machine = stack.stack.resources.state_machines[MACHINE]
    states = client("stepfunctions")
    started = states.start_execution(stateMachineArn=machine, input=json.dumps({"n": n}))
    ended = threading.Event()
    for _ in range(500):
        described = states.describe_execution(executionArn=started["executionArn"])
        if described["status"] != "RUNNING":
            assert described["status"] == "SUCCEEDED", described
            return json.loads(described["output"])
        ended.wait(0.02)
    raise AssertionError("the execution did not end")


def test_a_workflow_calls_the_applications_functions(stack: Serving) -> None:
    """D6: the template's name of the function, `DoubleIt`, finds `double_it`."""
    assert execute(stack, 21) == {"n": 42, "function": "DoubleIt"}


def test_a_functions_error_is_caught_by_its_name(stack: Serving, tiny: Tiny) -> None:
    """D6: Retry and Catch see the exception's class."""
    tiny.failing.add("13")

    assert execute(stack, 13) == {"failed": True}


def test_a_function_that_is_not_there_is_an_error() -> None:
    body, failed = call_function({}, "arn:aws:lambda:eu-central-1:1:function:Nobody", "{}")

    assert (failed, json.loads(body)["errorType"]) == (True, "KeyError")
