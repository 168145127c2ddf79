"""What an act costs: requests to DynamoDB, runs of argon2."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from chalicelib.runtime import meter


def calls(metered: meter.Meter) -> list[tuple[str, str]]:
    return [(one.operation, one.table) for one in metered.calls if one.requests]


def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with what argon2 is asked to do."""
    seen = list[str]()

    def recorded(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object) -> object:
            seen.append(name)
            return real(*args)

        return run

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, recorded(name, getattr(PasswordHasher, name)))
    return seen
