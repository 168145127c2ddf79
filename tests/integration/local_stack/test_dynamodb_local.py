"""AWS's own engine on this machine, where `make test-dynamodb` has fetched it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from infra.local import dynamodb_local as engine
from infra.local.dynamodb_local import NoEngine, dynamodb_local
from tests.support.environment import REGION

fetched = pytest.mark.skipif(not engine.LIBRARY.is_dir(), reason="make test-dynamodb fetches DynamoDB Local")
TABLE: dict[str, Any] = {
    "TableName": "things",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
}
GONE_MAX_S = 20.0
STARTER = """
import time
from infra.local.dynamodb_local import dynamodb_local
with dynamodb_local() as url:
    print(url, flush=True)
    time.sleep(60)
"""


def client(url: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=url, region_name=REGION)


def is_listening(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@fetched
def test_it_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    """G1: `make run DYNAMODB=local`."""
    with dynamodb_local(tmp_path / "kept") as url:
        client(url).create_table(**TABLE)
        client(url).put_item(TableName="things", Item={"p": {"S": "kept"}})
    with dynamodb_local(tmp_path / "kept") as url:
        assert client(url).scan(TableName="things")["Items"] == [{"p": {"S": "kept"}}]


@fetched
def test_without_a_folder_it_forgets_and_is_gone_afterwards() -> None:
    with dynamodb_local() as url:
        port = urlsplit(url).port
        assert port
        client(url).create_table(**TABLE)
    assert not is_listening(port)
    with dynamodb_local() as url:
        assert client(url).list_tables()["TableNames"] == []


@fetched
def test_it_ends_with_whoever_started_it_however_they_ended() -> None:
    """Killed, they cannot stop it: it notices."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True, cwd=engine.ROOT)
    assert starter.stdout
    port = urlsplit(starter.stdout.readline().strip()).port
    assert port
    os.kill(starter.pid, signal.SIGKILL)
    starter.communicate()

    until = time.monotonic() + GONE_MAX_S
    while is_listening(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_listening(port)


def test_where_it_was_not_fetched_the_message_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIBRARY", tmp_path / "nowhere")
    with pytest.raises(NoEngine, match="engine fetches it"), dynamodb_local():
        pass


def test_where_java_does_not_start_it_the_message_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIBRARY", tmp_path)
    monkeypatch.setattr(engine, "SOURCE", tmp_path / "Nothing.java")
    with pytest.raises(NoEngine, match="Java 17"), dynamodb_local():
        pass
