"""Fixtures of what is deployed."""

from collections.abc import Iterator

import pytest

from tests.support.an_account import an_account


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every line that the operator reads, over an account with nothing in it but verified senders."""
    with an_account(monkeypatch) as lines:
        yield lines
