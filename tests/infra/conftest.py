"""Fixtures of what is deployed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infra.packaging import ROOT
from tests.support.an_account import an_account


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of prod, without what the functions run: that takes a minute and the network."""
    out = tmp_path_factory.mktemp("package")
    command = [sys.executable, "-m", "infra.packaging", "--stage", "prod", "--template-only", "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={**os.environ})
    found: dict[str, Any] = yaml.safe_load((out / "sam.yaml").read_text())
    return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every line that the operator reads, over an account with nothing in it but verified senders."""
    with an_account(monkeypatch) as lines:
        yield lines
