"""MiniStack on the loopback of this machine, with the packaged template deployed to it."""

import json
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import boto3

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv-stack" / "bin"
REGION, STAGE, ORIGIN = "eu-central-1", "dev", "https://earshot.example"
SENDER = "earshot@earshot.example"
READY_MAX_S, DEPLOYED_MAX_S, GONE_MAX_S = 60.0, 300.0, 20.0


class NotDeployed(RuntimeError):
    """The emulator did not start, or refused the stack; the message says what it said."""


@dataclass(frozen=True)
class Deployed:
    """`http` and `live` are what the edge has as its origins; `edge_secret` is what it puts on each request.

    `left_out`: resources that the emulator does not take, and why.
    """

    host: str
    http: str
    live: str
    edge_secret: str
    left_out: Mapping[str, str]

    def mails(self) -> list[str]:
        """What SES was given, as it would have gone out, the oldest first."""
        with urllib.request.urlopen(f"http://{self.host}/_ministack/ses/messages") as answer:
            return [str(one) for some in json.load(answer)["messages"].values() for one in some]


@contextmanager
def deployed(out: Path) -> Iterator[Deployed]:
    """The stack of what `make package` has put into `out`, inside the block. Raises NotDeployed."""
    with TemporaryDirectory() as folder, _emulator(Path(folder)) as host, patch.dict(os.environ, _environ(host)):
        yield _deploy(out, Path(folder), host)


@contextmanager
def _emulator(folder: Path) -> Iterator[str]:
    """Host and port. Whatever it leaves behind lies in `folder`."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    environ = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": host.partition(":")[2],
        "TMPDIR": str(folder),
        "AUTH": "true",  # what a function asks for, its role must allow; whoever deploys is the account itself
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [BIN / "ministack"], cwd=folder, env={**os.environ, **environ, "PYTHONWARNINGS": "ignore"}, stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _await(lambda: _listens(host), READY_MAX_S, "The emulator did not start.")
        yield host
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(GONE_MAX_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _listens(host: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}/_ministack/health", timeout=2):
            return True
    except OSError:
        return False


def _await(is_so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    end_s = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end_s:
            raise NotDeployed(otherwise)
        time.sleep(0.5)


def _environ(host: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"http://{host}"}  # fmt: skip


def _deploy(out: Path, folder: Path, host: str) -> Deployed:
    left_out = _expand(out / "sam.yaml", folder / "stack.json", host)
    edge_secret = secrets.token_urlsafe(32)
    boto3.client("ssm").put_parameter(
        Name=f"/earshot/{STAGE}/secret", Value=b64encode(secrets.token_bytes(32)).decode(), Type="SecureString"
    )
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    files = boto3.client("s3")
    files.create_bucket(Bucket="package", CreateBucketConfiguration={"LocationConstraint": REGION})
    files.upload_file(str(out / "deployment.zip"), "package", "deployment.zip")
    files.upload_file(str(folder / "stack.json"), "package", "stack.json")
    given = {
        "Origin": ORIGIN,
        "MailFrom": SENDER,
        "EdgeSecret": edge_secret,
        "EdgeSecrets": edge_secret,
        "Stage": STAGE,
    }
    outputs = _create_stack(f"http://{host}/package/stack.json", given)
    gateway = f"http://{host}/_aws/execute-api"
    http, live = (f"{gateway}/{outputs[one]}/live" for one in ("RestAPIId", "WebsocketAPIId"))
    return Deployed(host, http, live.replace("http:", "ws:"), edge_secret, left_out)


def _expand(template: Path, made: Path, host: str) -> dict[str, str]:
    command = [str(one) for one in (BIN / "python", Path(__file__).with_name("expanded.py"), template, made, host)]
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotDeployed(f"The template could not be expanded: {done.stderr[-2_000:]}")
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _create_stack(address: str, given: Mapping[str, str]) -> dict[str, str]:
    client, name = boto3.client("cloudformation"), f"earshot-{STAGE}"
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    client.create_stack(
        StackName=name, TemplateURL=address, Parameters=parameters, Capabilities=["CAPABILITY_NAMED_IAM"]
    )

    def stack() -> Any:
        return client.describe_stacks(StackName=name)["Stacks"][0]

    _await(lambda: "IN_PROGRESS" not in stack()["StackStatus"], DEPLOYED_MAX_S, "The stack did not come to an end.")
    if stack()["StackStatus"] != "CREATE_COMPLETE":
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        failed = {
            one["LogicalResourceId"]: one.get("ResourceStatusReason", "")
            for one in events
            if "FAILED" in one["ResourceStatus"]
        }
        raise NotDeployed(f"The emulator refused the stack: {failed}")
    return {one["OutputKey"]: one["OutputValue"] for one in stack()["Outputs"]}
