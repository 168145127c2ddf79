"""The stack around the tiny application, in this process, started anew for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.testing import Serving, serving
from tests.integration.local_stack.tiny import Tiny, make_tiny, options


@pytest.fixture
def tiny() -> Tiny:
    return make_tiny()


@pytest.fixture
def stack(tiny: Tiny, tmp_path: Path) -> Iterator[Serving]:
    """Its queues and streams are looked at only when a test says so."""
    with serving(options(tiny, tmp_path, poll_s=None)) as found:
        yield found
