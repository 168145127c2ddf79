"""From a path to a route, as API Gateway does it."""

from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from infra.local.routing import Match, Router

ROUTER = Router(["/", "/v1/joins", "/v1/joins/{join_id}", "/v1/joins/mine", "/v1/{any}/{thing}", "/v1/{any}/last"])


@pytest.mark.parametrize(
    ("path", "route", "parameters"),
    [
        ("/", "/", {}),
        ("/v1/joins", "/v1/joins", {}),
        ("/v1/joins/", "/v1/joins", {}),
        ("/v1/joins/mine", "/v1/joins/mine", {}),
        ("/v1/joins/m%69ne", "/v1/joins/mine", {}),
        ("/v1/joins/a%2Fb", "/v1/joins/{join_id}", {"join_id": "a/b"}),
        ("/v1/rooms/last", "/v1/{any}/last", {"any": "rooms"}),
        ("/v1/rooms/one", "/v1/{any}/{thing}", {"any": "rooms", "thing": "one"}),
    ],
)
def test_the_static_comes_before_the_variable(path: str, route: str, parameters: dict[str, str]) -> None:
    assert ROUTER.match(path) == Match(route, parameters)


@pytest.mark.parametrize("path", ["", "*", "/v1", "/v1//x", "/v1/joins//", "//", "/v1/joins/%ff", "v1/joins"])
def test_what_fits_no_route_matches_nothing(path: str) -> None:
    assert ROUTER.match(path) is None


@given(value=st.text(min_size=1).filter(lambda text: text != "mine"))
def test_a_parameter_arrives_as_it_was_meant(value: str) -> None:
    match = ROUTER.match(f"/v1/joins/{quote(value, safe='', errors='surrogatepass')}")

    if match is not None:  # a lone surrogate is no UTF-8, so it has no address
        assert match.parameters == {"join_id": value}
    else:
        assert any("\ud800" <= letter <= "\udfff" for letter in value)
