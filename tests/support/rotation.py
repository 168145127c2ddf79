"""A change of secret."""

import base64

import pytest

from chalicelib.runtime.settings import settings


def rotate(monkeypatch: pytest.MonkeyPatch, *secrets: bytes) -> None:
    """The newest first."""
    monkeypatch.setenv("EARSHOT_SECRET", " ".join(base64.b64encode(one).decode() for one in secrets))
    settings.cache_clear()
