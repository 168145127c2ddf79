"""Holds each function's role to what it does (G2), where a run of the whole suite asks for that (`make roles`): a test
fails that has a function do what its policy forbids, the run where a policy allows what no function has done.

`make policies` writes them anew from what all tests together have functions do.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from infra import policy
from tests.support import permissions
from tests.support.permissions import Act

together: set[Act] = set()  # what the processes of a run have seen, where there are several


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--roles", action="store_true", help="policies must allow what all tests do, and no more")
    parser.addoption("--write-policies", action="store_true", help="write infra/policies from what tests do")


@pytest.fixture(autouse=True, scope="session")
def watched_functions(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--roles") or pytestconfig.getoption("--write-policies"):
        from app import app  # the environment is set by now

        permissions.watch(app)


@pytest.fixture(autouse=True)
def roles_suffice(request: pytest.FixtureRequest) -> Iterator[None]:
    permissions.refused.clear()
    yield
    assert not (request.config.getoption("--roles") and permissions.refused)


def pytest_testnodedown(node: Any) -> None:
    together.update(Act(*one) for one in getattr(node, "workeroutput", {}).get("acts", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    together.update(permissions.acts)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["acts"] = [list(one) for one in sorted(permissions.acts)]
    elif session.config.getoption("--write-policies"):
        policy.write_all(together)
    elif session.config.getoption("--roles"):
        unneeded = sorted(_allowed() - together)
        if unneeded and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for one in unneeded:
            print(f"\nNo function needs what {one.function}.yaml allows: {one.action} {one.resource}")


def _allowed() -> set[Act]:
    return {Act(function, *one) for function in policy.functions() for one in policy.allowed(function)}
