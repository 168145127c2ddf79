"""Deployed, everything comes through the edge, which says whom it comes from (G1, G6)."""

import pytest

from chalicelib.runtime.settings import settings
from chalicelib.runtime.viewers import Viewer, viewer_of
from infra.local.chalice_app import handlers_of
from infra.local.events import LambdaContext
from tests.support.browser import Browser
from tests.support.world import World

SECRETS = ("s" * 40, "t" * 40)
DEPLOYED = {
    "EARSHOT_STAGE": "dev",
    "EARSHOT_KMS_KEY": "alias/earshot-dev",
    "EARSHOT_MAIL_FROM": "Earshot <noreply@earshot.example>",
    "EARSHOT_WORKFLOWS": "arn:aws:states:eu-central-1:123456789012:stateMachine",
    "EARSHOT_EDGE_SECRETS": " ".join(SECRETS),
}


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DEPLOYED.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("given", "status"), [(None, 403), ("", 403), ("s" * 39, 403), ("ü", 403), *((one, 200) for one in SECRETS)]
)
@pytest.mark.parametrize("path", ["/v1/time", "/"])
def test_an_origin_answers_nothing_but_the_edge(world: World, path: str, given: str | None, status: int) -> None:
    """G6: while a secret is replaced, with either."""
    headers = {} if given is None else {"Earshot-Edge": given}
    answer = world.browser().get(path, headers=headers)
    assert answer.status == status
    assert status == 200 or not answer.body


@pytest.mark.usefixtures("deployed")
def test_a_path_that_is_not_there_is_not_told_to_whoever_goes_round_the_edge(world: World) -> None:
    """G6."""
    assert world.browser().get("/v1/nothing").status == 403


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("given", "status"), [(None, 403), (SECRETS[0], 401)])
def test_a_socket_too_opens_through_the_edge_alone(world: World, given: str | None, status: int) -> None:
    """G6: refused for want of a session, once it has come through."""
    headers = {"Origin": settings().origin, **({} if given is None else {"Earshot-Edge": given})}
    event = {
        "headers": headers,
        "requestContext": {
            "connectionId": "one", "domainName": "127.0.0.1", "stage": "live", "routeKey": "$connect",
            "eventType": "CONNECT", "apiId": "live",
        },
    }  # fmt: skip
    connect = handlers_of(world.app).sockets["$connect"]
    assert connect(event, LambdaContext("websocket_connect", "handshake"))["statusCode"] == status


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("given", "viewer"),
    [
        ({"earshot-viewer": "2001:db8::7"}, Viewer("2001:db8::7")),
        ({}, Viewer("203.0.113.9")),
        (
            {"earshot-viewer": "198.51.100.7", "cloudfront-viewer-country": "DE",
             "cloudfront-viewer-country-region": "HH", "cloudfront-viewer-city": "Hamburg"},
            Viewer("198.51.100.7", "DE/HH/Hamburg"),
        ),
    ],
)  # fmt: skip
def test_the_edge_says_whom_a_request_comes_from(given: dict[str, str], viewer: Viewer) -> None:
    """G6, B5."""
    assert viewer_of(given, "203.0.113.9") == viewer


def test_nobody_says_who_they_are_where_nothing_is_in_front() -> None:
    """G6: on one machine the address is that of the connection, whatever the headers claim."""
    claimed = {"earshot-viewer": "198.51.100.7", "cloudfront-viewer-country": "DE"}
    assert viewer_of(claimed, "203.0.113.9") == Viewer("203.0.113.9")


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("origin", "status"), [("https://earshot.example", 422), ("https://origin.example", 403)])
def test_a_sites_own_address_is_the_one_in_the_settings(world: World, origin: str, status: int) -> None:
    """G6: the Host that an origin is asked by is not what people see. What comes from there is read."""
    headers = {"Earshot-Edge": SECRETS[0], "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    browser: Browser = world.browser()
    answer = browser.request("DELETE", "/v1/account", json_body={}, headers=headers)
    assert answer.status == status
