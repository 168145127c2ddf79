"""Fixtures of the whole suite. The environment comes first: the application reads it while it is imported."""

from tests.support import environment  # isort: skip - it must be first

import io
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from chalicelib.runtime import settings as app_settings
from chalicelib.runtime.telemetry import log
from tests.support import canaries, personal
from tests.support.aws import Aws, empty_aws
from tests.support.hand_clock import HandClock
from tests.support.pushes import Pushes, recorded_pushes
from tests.support.world import World, fresh_world

pytest_plugins = ["tests.support.roles"]

settings.register_profile(
    "earshot",
    deadline=None,  # two cores shared with browsers: an example's time says nothing
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],  # tests reset by themselves
)
settings.register_profile("thorough", settings.get_profile("earshot"), max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "earshot"))


@pytest.fixture(autouse=True)
def known_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test starts from the same environment and settings, whatever another changed."""
    for name, value in environment.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    app_settings.settings.cache_clear()
    yield
    app_settings.settings.cache_clear()


@pytest.fixture
def aws() -> Iterator[Aws]:
    """Empty tables and queues."""
    with empty_aws() as found:
        yield found


@pytest.fixture
def pushes() -> Iterator[Pushes]:
    with recorded_pushes() as found:
        yield found


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world() -> Iterator[World]:
    """The whole application over empty tables, its clock in the test's hands."""
    with fresh_world() as found:
        yield found


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[io.StringIO]:
    """What the application logs, as it would reach CloudWatch: whatever a test does, nothing personal is in it (G6)."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(log.registered_formatter)
    log.addHandler(handler)
    yield lines
    logging.getLogger(log.service).removeHandler(handler)
    assert not personal.found_in(lines.getvalue())


@pytest.fixture(autouse=True)
def watched_logs() -> Iterator[canaries.Watch]:
    """Every logger: nothing that this test told the application in confidence is in any line (G6)."""
    with canaries.watching() as watch:
        yield watch
    assert not watch.found()
