"""The page that an organiser's analytics run in, as any browser would get it (C8)."""

from collections.abc import Mapping

import pytest

from tests.support.world import World

ID = "G-ABC123DEF4"
OURS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"}  # as browsers say it of a frame that our page made


def policy(headers: Mapping[str, str]) -> dict[str, str]:
    """Directives by name."""
    directives = (one.strip().partition(" ") for one in headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in directives}


def test_the_frame_is_of_no_origin_and_google_is_allowed_nowhere_else(world: World) -> None:
    """C8: even opened alone it reaches nothing of ours; the room's own script-src stays 'self'."""
    who = world.browser()
    frame = policy(who.get(f"/analytics?id={ID}", headers=OURS).headers)
    assert frame["sandbox"] == "allow-scripts"
    assert frame["default-src"] == "'none'"
    assert frame["frame-ancestors"] == "'self'"
    assert frame["script-src"] == "'self' https://www.googletagmanager.com"
    for page in ("/", f"/rooms/{'A' * 22}"):
        room = policy(who.get(page).headers)
        assert (room["script-src"], room["connect-src"]) == ("'self'", "'self'")
        assert "google" not in str(room)


@pytest.mark.parametrize("wrong", ["", "?id=", "?id=g-abc123def4", "?id=UA-12345-1", f"?id={ID}%0A", f"?id={ID}&id=x"])
def test_only_what_may_be_an_id_gets_the_frame(world: World, wrong: str) -> None:
    """C8: checked by the pattern, however the address was come by."""
    assert world.browser().get(f"/analytics{wrong}", headers=OURS).status == 404


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": None, "Sec-Fetch-Dest": None},  # a browser that tells nothing
        OURS | {"Sec-Fetch-Dest": None},
        OURS | {"Sec-Fetch-Site": None},
        OURS | {"Sec-Fetch-Site": "cross-site"},  # a shown link that redirects here
        OURS | {"Sec-Fetch-Site": "same-site"},
        OURS | {"Sec-Fetch-Site": "none"},  # typed
        OURS | {"Sec-Fetch-Dest": "document"},
        OURS | {"Sec-GPC": "1"},
        OURS | {"DNT": "1"},
    ],
)
def test_no_page_but_ours_can_make_the_frame_and_nobody_who_objects_gets_it(
    world: World, foreign: dict[str, str | None]
) -> None:
    """C8, B6: whatever a shown link leads to, no code of Google's runs under our name; nor against GPC or DNT."""
    answer = world.browser().get(f"/analytics?id={ID}", headers=foreign)
    assert answer.status == 404
    assert "analytics.js" not in answer.body
    assert policy(answer.headers)["frame-ancestors"] == "'none'"
    assert world.browser().get(f"/analytics?id={ID}", headers=OURS | {"Sec-GPC": "0", "DNT": "0"}).status == 200


def test_the_script_may_be_run_by_a_frame_of_no_origin(world: World) -> None:
    """C8: and it is ours, with the check of the id in it."""
    answer = world.browser().get("/analytics.js")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "if (!ID.test(id)) return;" in answer.body
