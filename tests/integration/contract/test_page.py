"""docs/api.md, the contract in words, against what the code generates, in both directions."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app import app
from chalicelib.runtime.errors import Problem
from chalicelib.runtime.problem_kinds import PROBLEM_KINDS
from chalicelib.web.api_routes import asyncapi, openapi
from tests.integration.contract.page import LATER, rows

ROOT = Path(__file__).parents[3]


def _generated_operations() -> set[tuple[str, str, str]]:
    """Method, path and the status of success: where a 202 says that others decide, the other one."""
    found = set()
    for path, methods in openapi(app.routes)["paths"].items():
        for method, described in methods.items():
            success = next(status for status in described["responses"] if status < "300")  # its usual one is first
            found.add((method.upper(), path, success))
    return found


def _generated_messages() -> set[tuple[str, str]]:
    document, found = asyncapi(), set()
    for operation in document["operations"].values():
        sender = "server" if operation["action"] == "send" else "client"
        for reference in operation["messages"]:
            name = reference["$ref"].rsplit("/", 1)[1]
            found.add((sender, document["components"]["messages"][name]["name"]))
    return found


def test_page_and_code_list_the_same_operations() -> None:
    """G4: same methods, paths and statuses; what is not built is marked, and nothing else is."""
    assert {row.cells[:3] for row in rows("HTTP") if not row.later} == _generated_operations()


def test_what_is_later_is_not_there_yet() -> None:
    """G4: a mark comes off the page with the change that builds the row."""
    built = {(method, path) for method, path, _ in _generated_operations()}
    assert not built & {row.cells[:2] for row in rows("HTTP") if row.later}


def test_page_and_code_list_the_same_messages() -> None:
    """G4: of both directions of the live channel."""
    assert {row.cells[:2] for row in rows("The live channel") if not row.later} == _generated_messages()


def test_no_row_stands_twice() -> None:
    """G4: a contract says everything once."""
    for section, width in (("HTTP", 2), ("The live channel", 2), ("Problem types", 1)):
        keys = [row.cells[:width] for row in rows(section)]
        assert len(keys) == len(set(keys))


def test_marks_are_spelt_one_way() -> None:
    """G4: a misspelt mark would pass for a built row."""
    assert {row.cells[-1] for section in ("HTTP", "The live channel") for row in rows(section)} == {"", LATER}


def test_page_lists_every_type_of_problem() -> None:
    """API, errors: whoever receives one finds it explained."""
    listed = {row.cells for row in rows("Problem types")}
    assert listed == {(one.kind, str(one.family.status), one.meaning) for one in PROBLEM_KINDS}


def test_every_kind_in_the_code_is_listed() -> None:
    """API, errors: neither a class of problem nor a raise with its own kind can go undocumented."""
    families = {Problem.kind, *(one.kind for one in Problem.__subclasses__())}
    assert families | set(_kinds_raised()) == {one.kind for one in PROBLEM_KINDS}


def _kinds_raised() -> Iterator[str]:
    """Every text given as `kind=` where a problem is made."""
    names = {one.__name__ for one in Problem.__subclasses__()}
    for path in (*ROOT.glob("chalicelib/**/*.py"), *ROOT.glob("infra/**/*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id in names:
                yield from (str(ast.literal_eval(word.value)) for word in call.keywords if word.arg == "kind")
