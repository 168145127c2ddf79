"""The certificate of LAN=1: kept while it serves, made anew when it does not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.certificate import CERTIFICATE, KEY, RENEW_BEFORE, VALID, ensure_certificate, lan_context
from infra.local.lan import own_names, qr_text

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = own_names(["192.0.2.7"])
LAST = VALID - RENEW_BEFORE


@pytest.mark.parametrize(
    ("names", "later", "renewed"),
    [
        (NAMES, timedelta(0), False),
        (NAMES, LAST - timedelta(seconds=1), False),
        (NAMES, LAST, True),
        (own_names(["192.0.2.8"]), timedelta(0), True),
        (own_names(["192.0.2.7", "192.0.2.8"]), timedelta(0), True),
    ],
)
def test_it_is_renewed_when_its_time_or_an_address_changes(
    tmp_path: Path, names: frozenset[str], later: timedelta, renewed: bool
) -> None:
    assert ensure_certificate(tmp_path, NAMES, NOW)
    assert ensure_certificate(tmp_path, names, NOW + later) is renewed
    assert lan_context(tmp_path, names, NOW + later)


@pytest.mark.parametrize("name", [CERTIFICATE, KEY])
def test_what_cannot_be_read_is_replaced(tmp_path: Path, name: str) -> None:
    ensure_certificate(tmp_path, NAMES, NOW)
    (tmp_path / name).write_text("not this")

    assert ensure_certificate(tmp_path, NAMES, NOW)
    assert not ensure_certificate(tmp_path, NAMES, NOW)


def test_a_key_of_another_certificate_is_replaced(tmp_path: Path) -> None:
    ensure_certificate(tmp_path / "a", NAMES, NOW)
    ensure_certificate(tmp_path / "b", NAMES, NOW)
    (tmp_path / "b" / KEY).replace(tmp_path / "a" / KEY)

    assert ensure_certificate(tmp_path / "a", NAMES, NOW)


def test_the_code_fits_a_terminal() -> None:
    lines = qr_text("https://192.168.100.200:8000").splitlines()

    assert len(lines) <= 24
    assert len({len(line) for line in lines if line}) <= 2
