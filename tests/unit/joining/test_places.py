"""Where clips may have neighbours: networks, hidden under a key of the day."""

import pytest
from hypothesis import given, strategies as st

from chalicelib.joining.places import places
from chalicelib.joining.rules import Span
from chalicelib.lifetimes import DAY
from chalicelib.runtime.networks import network
from chalicelib.runtime.viewers import Viewer
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


SPAN = Span(START_MS, START_MS + 4_000)


@given(last=st.integers(0, 255), other=st.integers(0, 255))
def test_one_network_is_one_place(last: int, other: int) -> None:
    one, another = Viewer(f"8.8.8.{last}"), Viewer(f"8.8.8.{other}")
    assert places(one, SPAN, SECRET) == places(another, SPAN, SECRET)


def test_places_go_from_wide_to_narrow() -> None:
    """A2: someone on a VPN shares `anywhere`; a phone on mobile data the area; a neighbour the network."""
    laptop, phone, vpn = Viewer("8.8.8.8", "CH/Zurich"), Viewer("1.1.1.1", "CH/Zurich"), Viewer("9.9.9.9")
    anywhere, area, network_place = places(laptop, SPAN, SECRET)
    assert places(phone, SPAN, SECRET)[:2] == [anywhere, area]
    assert places(phone, SPAN, SECRET)[2] != network_place
    assert places(vpn, SPAN, SECRET)[0] == anywhere


@given(start=st.integers(MIDNIGHT - 10_000, MIDNIGHT + 10_000), lag=st.integers(-2_000, 2_000))
def test_clips_that_overlap_share_a_name_of_every_place(start: int, lag: int) -> None:
    """A3: also around midnight, when the key changes."""
    here = Viewer("8.8.8.8")
    one, other = Span(start, start + 4_000), Span(start + lag, start + lag + 4_000)
    pairs = zip(places(here, one, SECRET), places(here, other, SECRET), strict=True)
    assert all(set(first) & set(second) for first, second in pairs)


def test_a_place_tells_nothing_and_changes_daily() -> None:
    """HMACs under a daily key, no address is stored; E2's spirit: no linking over days."""
    here, noon = Viewer("8.8.8.8"), Span(MIDNIGHT, MIDNIGHT + 4_000)
    today = places(here, noon, SECRET)
    assert places(here, Span(MIDNIGHT + DAY - 4_001, MIDNIGHT + DAY - 1), SECRET) == today
    assert places(here, Span(MIDNIGHT + DAY, MIDNIGHT + DAY + 4_000), SECRET) != today
    assert places(here, noon, SECRET[::-1]) != today
    assert all(len(name) == 12 and "8.8" not in name for place in today for name in place)
