"""`make run`'s command, in a process of its own: it starts, says where, and stops when told."""

import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from infra.local.certificate import CERTIFICATE, KEY, names_of
from infra.local.listening import PortBusy, busy_sentence, holder_of, listeners
from infra.local.stack import ROOT
from infra.local.testing import Running
from tests.integration.local_stack.tiny import TEMPLATE, fetch
from tests.support.aside import run_aside
from tests.support.searched import searched_stack

ARGUMENTS = ["--app", "tests.integration.local_stack.plain:app", "--template", str(TEMPLATE.with_name("empty.yaml"))]


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """The command, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "infra.local", *ARGUMENTS, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_a_stack_prints_of_what_it_was_told_is_found() -> None:
    """G6: otherwise the silence of all other stacks would say nothing."""
    with pytest.raises(AssertionError, match="Philippa Quux"):
        have_it_say("Philippa Quux")


def have_it_say(name: str) -> None:
    headers, said = {"Content-Type": "application/json"}, json.dumps({"name": name}).encode()
    with searched_stack(arguments=ARGUMENTS) as stack:
        assert fetch(stack.port, "/say", "POST", headers=headers, body=said).status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_told(number: int) -> None:
    """G1: Ctrl-C is quick and clean, also while a browser holds a connection."""
    with searched_stack(arguments=ARGUMENTS) as stack, socket.create_connection(("127.0.0.1", stack.port), 10):
        assert fetch(stack.port, "/health").json() == {"status": "ok"}
        status, [line] = stack.stop(number), stack.log().splitlines()

    assert status == 0
    assert line.startswith(f"Earshot is at http://127.0.0.1:{stack.port} ")
    assert "ends with this process" in line
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", stack.port), 1)


def test_it_listens_to_this_machine_only() -> None:
    with searched_stack(arguments=ARGUMENTS) as stack:
        table = Path("/proc/net/tcp")
        if not table.exists():
            pytest.skip("only Linux tells")
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
        ours = [row[1] for row in rows if row[1].endswith(f":{stack.port:04X}") and row[3] == "0A"]

    assert ours == [f"0100007F:{stack.port:04X}"]


def test_a_busy_port_is_one_sentence_that_says_who_and_what_to_do() -> None:
    """Issue: a busy port behaves well."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = run(PORT=str(port))

    assert (result.returncode, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Port {port} is already in use by ")
    assert f"(process {os.getpid()})" in line
    assert line.endswith(f"PORT={port + 1} make run")


@pytest.mark.parametrize("port", ["eighty", "-1", "70000", "8000 "])
def test_a_port_that_is_none_is_one_sentence(port: str) -> None:
    result = run(PORT=port)

    assert result.returncode == 1
    assert result.stderr == f"PORT must be a number from 0 to 65535, not {port}\n"


def test_a_port_taken_on_one_family_only_is_busy_too() -> None:
    """Browsers try [::1] first: half a port would show them somebody else's pages."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(PortBusy, match=f"Port {port} is already in use"):
            listeners(port)
        assert holder_of(port)
    assert holder_of(port) is None
    assert busy_sentence(port).startswith(f"Port {port} is already in use:")


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """C2: who restarts the stack stays signed in."""
    env = ["--state", str(tmp_path)]
    found = []
    for _ in range(2):
        with searched_stack(arguments=[*ARGUMENTS, *env]) as stack:
            found.append(fetch(stack.port, "/secret").json()["secret"])

    assert found[0] == found[1]
    assert found[0]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def get_over_tls(stack: Running, state: Path) -> object:
    async def get() -> object:
        trust = ssl.create_default_context(cafile=str(state / CERTIFICATE))
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"https://localhost:{stack.port}/environment", ssl=trust) as answer,
        ):
            return await answer.json()

    return run_aside(get())


def test_on_the_network_it_speaks_https_and_shows_a_code(tmp_path: Path) -> None:
    """LAN=1: a phone's browser gives its microphone to secure pages only; cookies are Secure there."""
    try:
        with searched_stack({"LAN": "1"}, [*ARGUMENTS, "--state", str(tmp_path)]) as stack:
            found, said = get_over_tls(stack, tmp_path), stack.log()
    except RuntimeError as error:
        if "this machine is on none" not in str(error):
            raise
        pytest.skip("this machine is on no network")

    assert found == {"insecure_cookies": "0", "scheme": "https"}
    [address] = re.findall(rf"Earshot is at https://([0-9.]+):{stack.port} ", said)
    assert "warn once" in said
    assert "█" in said
    names = names_of(x509.load_pem_x509_certificate((tmp_path / CERTIFICATE).read_bytes()))
    assert {"localhost", "127.0.0.1", "::1", address} <= names
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
