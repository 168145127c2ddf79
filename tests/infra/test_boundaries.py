"""What may know what (docs/architecture.md), held on the source itself."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.environment import ENVIRONMENT

ROOT = Path(__file__).parents[2]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
CLOCK = "chalicelib/runtime/clock.py"
CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "gmtime", "localtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The top-level packages that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def importers(package: str) -> set[str]:
    return {name_of(path) for path in SOURCES if package in imports(path)}


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 30
    assert importers("botocore") >= {"chalicelib/runtime/live.py", "chalicelib/runtime/clients.py"}


def test_aws_is_reached_from_the_runtime_only() -> None:
    """AWS only in runtime/."""
    strangers = importers("boto3") | importers("botocore")
    assert {name for name in strangers if not name.startswith("chalicelib/runtime/")} == set()


ABROAD = {"requests", "urllib3", "httpx", "aiohttp", "http", "smtplib", "socket", "ftplib", "telnetlib", "websockets"}
SERVICES = {"kms", "sesv2", "sqs", "ssm", "stepfunctions", "apigatewaymanagementapi"}  # beside DynamoDB, by PynamoDB


def test_data_goes_out_by_one_door() -> None:
    """F13: mail by runtime/disclosure.py, which takes the ground; nothing else reaches anybody outside."""
    assert {package: found for package in ABROAD if (found := importers(package))} == {}
    assert {name_of(path) for path in SOURCES if "urllib.request" in path.read_text()} == set()
    called = {name for path in SOURCES for name in re.findall(r'make_client\(\s*"(\w+)"', path.read_text())}
    makers = {name_of(path) for path in SOURCES if "create_client(" in path.read_text()}
    assert (called, makers, importers("boto3")) == (SERVICES, {"chalicelib/runtime/clients.py"}, set())
    assert {name_of(path) for path in SOURCES if "sesv2" in path.read_text()} == {"chalicelib/runtime/mail.py"}
    assert {name_of(path) for path in SOURCES if _may_send_mail(path)} == {"chalicelib/runtime/disclosure.py"}


def _may_send_mail(path: Path) -> bool:
    """By its name, or through the module."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    taken = {
        name.name for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "chalicelib.runtime.mail"
        for name in node.names
    }  # fmt: skip
    called = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    return "send" in taken or "mail.send" in called


def test_chalice_stays_replaceable() -> None:
    """Chalice is imported only by app.py, routes.py, tasks.py and runtime/http.py."""
    edges = {"app.py", "chalicelib/runtime/http.py"}
    strangers = {name for name in importers("chalice") - edges if not name.endswith(("routes.py", "tasks.py"))}
    assert strangers == set()


def test_only_models_know_the_database() -> None:
    """Models.py holds the models and the queries over them; the store is below it."""
    below = {
        f"chalicelib/runtime/{name}.py"
        for name in "store records dynamodb contention transactions limits expiry".split()
    }
    allowed = below | {"chalicelib/rooms/connections.py", "chalicelib/rooms/tabs.py"}
    strangers = {name for name in importers("pynamodb") - allowed if not name.endswith("models.py")}
    assert strangers == set()


def test_nobody_reads_the_time_but_the_clock() -> None:
    """Time is an argument; runtime/clock.py is the one place that reads it."""
    readers = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.attr in CLOCKS.get(node.value.id, ()):
                    readers.add(name_of(path))
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                readers.add(name_of(path))
    assert readers == {CLOCK}


def test_only_edges_ask_the_clock() -> None:
    """Use cases take `now`; routes and tasks read it once."""
    readers = {name_of(path) for path in SOURCES if "clock.now(" in path.read_text()}
    assert {name for name in readers if not name.endswith(("routes.py", "tasks.py"))} == set()
    assert readers


def test_app_is_a_table_of_contents() -> None:
    """The file app.py has no logic, at most 60 lines."""
    text = (ROOT / "app.py").read_text()
    kinds = {type(node) for node in ast.parse(text).body}
    assert kinds <= {ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.For}
    assert len(text.splitlines()) <= 60


def test_whatever_runs_in_a_test_is_searched() -> None:
    """G6: stacks start in one place, browser profiles in another, and both are told of by those."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    starters = {
        (word, name_of(path)) for path in tests for word in ("running_stack(", ".new_context(")
        if path != Path(__file__) and word in path.read_text()
    }  # fmt: skip
    assert starters == {
        ("running_stack(", "tests/support/searched.py"),
        (".new_context(", "tests/browser/profiles.py"),
    }


def loaded_after(statement: str) -> set[str]:
    """The modules of a fresh interpreter after `statement`."""
    found = subprocess.run(
        [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules, sep='\\n')"],
        cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(found.stdout.split())


def test_a_cold_start_does_not_pay_for_numpy() -> None:
    """Numpy is imported by no handler at start."""
    loaded = loaded_after("import app")
    assert "chalicelib.joining.routes" in loaded
    assert loaded & {"numpy", "scipy", "moto", "aiohttp"} == set()


def test_a_cold_start_does_not_pay_for_passwords() -> None:
    """What only accounts need is loaded when first needed."""
    assert loaded_after("import app") & {"argon2", "idna", "pyotp", "segno", "zxcvbn"} == set()


def test_a_cold_start_loads_these_packages_and_no_others() -> None:
    """G3: what one more costs is seen by `make bench-cold`."""
    ours, tops = {"app", "chalicelib"}, {name.partition(".")[0] for name in loaded_after("import app")}
    found = {one for one in tops - ours - set(sys.stdlib_module_names) if not one.startswith("_")}
    assert found == {
        "aws_lambda_powertools", "botocore", "certifi", "chalice", "cryptography", "dateutil", "jmespath", "msgspec",
        "pynamodb", "six", "typing_extensions", "urllib3",
    }  # fmt: skip


@pytest.mark.parametrize(
    "module",
    ["chalicelib.joining.rules", "chalicelib.sessions.rules", "chalicelib.accounts.rules", "chalicelib.lifetimes"],
)
def test_rules_need_neither_aws_nor_web(module: str) -> None:
    """Rules are pure: no I/O, no AWS, no Chalice."""
    assert loaded_after(f"import {module}") & {"boto3", "pynamodb", "chalice", "numpy"} == set()
