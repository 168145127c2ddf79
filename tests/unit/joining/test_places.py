"""Where clips may have neighbours: networks, hidden under a key of the day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.joining.places import network, places
from chalicelib.lifetimes import DAY
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS

MIDNIGHT = START_MS // DAY * DAY


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", "8.8.8.0/24"),
        ("8.8.8.255", "8.8.8.0/24"),
        ("8.8.9.8", "8.8.9.0/24"),
        ("::ffff:8.8.8.8", "8.8.8.0/24"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001::/48"),
        ("2a00:1450:4001:ffff::1", "2a00:1450:4001::/48"),
        ("10.0.0.1", "own-network"),
        ("192.168.178.20", "own-network"),
        ("127.0.0.1", "own-network"),
        ("::1", "own-network"),
        ("fe80::1%eth0", "own-network"),
        ("", "unknown"),
        ("nonsense", "unknown"),
        ("8.8.8.8, 1.1.1.1", "unknown"),
    ],
)
def test_a_network_is_a_slash_24_or_48(address: str, expected: str) -> None:
    """Network prefix IPv4 /24 or IPv6 /48."""
    assert network(address) == expected


@given(st.text(max_size=60))
def test_no_address_breaks_it(address: str) -> None:
    assert network(address)


@given(last=st.integers(0, 255), other=st.integers(0, 255))
def test_one_network_is_one_place(last: int, other: int) -> None:
    assert places(f"8.8.8.{last}", SECRET, START_MS) == places(f"8.8.8.{other}", SECRET, START_MS)


def test_a_place_tells_nothing_and_changes_daily() -> None:
    """HMACs under a daily key, no address is stored; E2's spirit: no linking over days."""
    today = places("8.8.8.8", SECRET, MIDNIGHT)
    assert places("8.8.8.8", SECRET, MIDNIGHT + DAY - 1) == today
    assert places("8.8.8.8", SECRET, MIDNIGHT + DAY) != today
    assert places("8.8.8.8", SECRET[::-1], MIDNIGHT) != today
    assert all(len(place) == 22 and "8.8" not in place for place in today)
