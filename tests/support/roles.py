"""Holds each function's role to what it does (G2), where a run of the whole suite asks for that (`make roles`): a test
fails that has a function do what its policy forbids.
"""

from collections.abc import Iterator

import pytest

from tests.support import permissions


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--roles", action="store_true", help="policies must allow what all tests do")


@pytest.fixture(autouse=True, scope="session")
def watched_functions(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--roles"):
        from app import app  # the environment is set by now

        permissions.watch(app)


@pytest.fixture(autouse=True)
def roles_suffice(request: pytest.FixtureRequest) -> Iterator[None]:
    permissions.refused.clear()
    yield
    assert not (request.config.getoption("--roles") and permissions.refused)
