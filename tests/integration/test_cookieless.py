"""Without cookies: a bearer from a join code, kept by the caller, and a ticket for the live channel (C4)."""

import pytest

from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.sessions.cookieless import TICKETS
from tests.integration.test_join_codes import make
from tests.integration.test_rooms import name_of
from tests.support.accounts import EMAIL, PASSWORD, code_of, with_account
from tests.support.browser import Answer, Browser
from tests.support.world import World

NONE = {"Earshot-Cookies": "none"}


def enter_anew(who: Browser, code: str) -> Answer:
    return who.post(f"/v1/join-codes/{code}", json_body={}, headers=NONE)


def bearer(text: str) -> dict[str, str | None]:
    return {"Authorization": f"Bearer {text}"}


def come(world: World) -> tuple[Browser, dict[str, str], Browser]:
    """Somebody without cookies, what they were given, and the host of the meeting they are in."""
    host, guest = world.member(), world.browser()
    answer = enter_anew(guest, make(host).json()["code"])
    assert (answer.status, answer.cookies) == (200, [])
    return guest, answer.json(), host


def test_joining_by_code_works_without_cookies(world: World) -> None:
    """C4: one request; the bearer is the session wherever the cookie would be."""
    guest, given, host = come(world)
    mine = guest.get("/v1/session", headers=bearer(given["bearer"]))
    assert (mine.status, mine.cookies) == (200, [])
    names = {one["name"] for one in host.get(f"/v1/rooms/{given['room_id']}").json()["participants"]}
    assert names == {name_of(host), mine.json()["participant_name"]}
    left = guest.delete(f"/v1/rooms/{given['room_id']}/participants/me", headers=bearer(given["bearer"]))
    assert left.status == 204


def test_without_the_sign_a_session_is_asked_for(world: World) -> None:
    """C2: nobody gets a session without asking for one; any other wish is refused."""
    code = make(world.member()).json()["code"]
    assert world.browser().post(f"/v1/join-codes/{code}", json_body={}).status == 401
    answer = world.browser().post(f"/v1/join-codes/{code}", json_body={}, headers={"Earshot-Cookies": "all"})
    assert (answer.status, answer.json()["errors"][0]["at"]) == (422, "Earshot-Cookies")


def test_a_code_that_is_no_good_leaves_nobody_behind(world: World) -> None:
    """C2: made on entering a room, and at nothing else."""
    host = world.member()
    code = make(host).json()["code"]
    assert enter_anew(world.browser(), "AAAAAA").status == 410
    assert enter_anew(world.browser(), "A").status == 422
    assert len(world.aws.items("sessions")) == 1
    assert enter_anew(world.browser(), code).status == 200


def test_whoever_has_a_session_stays_who_they_are(world: World) -> None:
    """C4: no second session for a browser that keeps cookies after all."""
    host, guest = world.member(), world.member()
    assert enter_anew(guest, make(host).json()["code"]).json().keys() == {"room_id"}


def test_any_altered_bearer_is_nobody(world: World) -> None:
    """C2, C4: one flipped character, truncation, another seal: anonymous, no fault, no cookie."""
    guest, given, host = come(world)
    good = given["bearer"]
    cookie = next(iter(host.jar.values()))
    flipped = [good[:i] + ("A" if good[i] != "A" else "B") + good[i + 1 :] for i in range(0, len(good), 7)]
    for bad in [*flipped, good[:-1], good + "A", "", "x" * 600, cookie, "\u00e9", good.lower()]:
        answer = guest.get("/v1/session", headers=bearer(bad))
        assert (answer.status, answer.cookies) == (401, []), bad
    as_cookie = Browser(world.app, jar={next(iter(host.jar)): good})
    assert as_cookie.get("/v1/session").status == 401


def test_of_bearer_and_cookie_the_bearer_counts(world: World) -> None:
    """C4: a page sends it on purpose, the cookie goes along by itself; a bad one does not fall back."""
    guest, given, host = come(world)
    theirs = guest.get("/v1/session", headers=bearer(given["bearer"])).json()["participant_name"]
    assert host.get("/v1/session", headers=bearer(given["bearer"])).json()["participant_name"] == theirs
    refused = host.get("/v1/session", headers=bearer("nonsense"))
    assert (refused.status, refused.cookies) == (401, [])
    assert host.get("/v1/session", headers={"Authorization": "Basic YTpi"}).status == 200  # not ours to read


def test_a_bearer_does_not_excuse_from_the_cross_site_rule(world: World) -> None:
    """DESIGN, security: the same rule for every request that changes something."""
    guest, given, _ = come(world)
    path = f"/v1/rooms/{given['room_id']}/participants/me"
    for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert guest.delete(path, headers=bearer(given["bearer"]) | foreign).status == 403
    assert guest.get(f"/v1/rooms/{given['room_id']}", headers=bearer(given["bearer"])).status == 200


@pytest.mark.parametrize(("elapsed", "status"), [(30 * DAY - 1, 200), (30 * DAY, 401)])
def test_a_bearer_is_void_after_thirty_days(world: World, elapsed: int, status: int) -> None:
    """C2: to the millisecond; nothing can put it off, as no cookie goes back."""
    guest, given, _ = come(world)
    for part in (elapsed // 2, elapsed - elapsed // 2):
        world.clock.advance(part)
        last = guest.get("/v1/session", headers=bearer(given["bearer"]))
    assert last.status == status


def test_ending_the_session_ends_the_bearer_and_leaves_the_cookie_alone(world: World) -> None:
    """C3, C4: they are two sessions."""
    _, given, host = come(world)
    ended = host.delete("/v1/session", headers=bearer(given["bearer"]))
    assert (ended.status, ended.cookies) == (204, [])
    assert host.get("/v1/session", headers=bearer(given["bearer"])).status == 401
    assert host.get("/v1/session").status == 200


def test_a_ticket_opens_the_live_channel_once(world: World) -> None:
    """C4: and the socket is that session's."""
    guest, given, _ = come(world)
    socket = guest.connect(ticket=given["ticket"])
    assert socket.status == 200
    socket.resume(given["room_id"])
    assert world.pushes.kinds(socket.id) == ["room.changed"]
    assert guest.connect(ticket=given["ticket"]).status == 401
    another = guest.post("/v1/tickets", json_body={}, headers=bearer(given["bearer"]))
    assert (another.status, another.json()["expires_at_ms"]) == (201, world.now + MINUTE)
    assert guest.connect(ticket=another.json()["ticket"]).status == 200


@pytest.mark.parametrize(("elapsed", "status"), [(MINUTE - 1, 200), (MINUTE, 401)])
def test_a_ticket_is_good_for_a_minute(world: World, elapsed: int, status: int) -> None:
    """C4: to the millisecond."""
    guest, given, _ = come(world)
    world.clock.advance(elapsed)
    assert guest.connect(ticket=given["ticket"]).status == status


@pytest.mark.parametrize("ticket", ["", "x", "A" * 22, "\u00e9" * 22, "A" * 5_000])
def test_a_ticket_that_is_none_opens_nothing(world: World, ticket: str) -> None:
    """C4: nor does the cookie beside it; the Origin is asked for all the same."""
    member = world.member()
    assert member.connect(ticket=ticket).status == 401
    good = member.post("/v1/tickets", json_body={}).json()["ticket"]
    assert member.connect(headers={"Origin": "https://evil.example"}, ticket=good).status == 403


def test_no_bearer_and_no_ticket_is_stored(world: World) -> None:
    """Whoever reads the tables becomes nobody by it."""
    _, given, _ = come(world)
    stored = str(world.aws.items())
    assert given["bearer"] not in stored
    assert given["ticket"] not in stored


def test_tickets_have_to_be_asked_for_at_leisure(world: World) -> None:
    """DESIGN, limits; and by nobody without a session."""
    member = world.member()
    answers = [member.post("/v1/tickets", json_body={}).status for _ in range(TICKETS + 1)]
    assert answers == [201] * TICKETS + [429]
    assert world.browser().post("/v1/tickets", json_body={}).status == 401


def test_a_change_of_privilege_brings_another_bearer_and_no_cookie(world: World) -> None:
    """C4, C5: log in, second factor and password: the old bearer is worth nothing, the new one is in the answer."""
    with_account(world)
    guest, given, _ = come(world)
    held = bearer(given["bearer"])
    secret = ""

    def code() -> str:
        world.clock.advance(MINUTE)
        return code_of(secret, world.now)

    def renews(method: str, path: str, body: dict[str, str]) -> Answer:
        nonlocal held
        answer = guest.request(method, path, json_body=body, headers=held)
        assert answer.status in (200, 204), answer.body
        assert answer.cookies == []
        assert guest.get("/v1/session", headers=held).status == 401
        held = bearer(answer.headers["earshot-bearer"])
        assert guest.get("/v1/account", headers=held).status == 200
        return answer

    view = renews("POST", "/v1/session/login", {"email": EMAIL, "password": PASSWORD}).json()
    assert (view["account"], view["expires_at_ms"]) == ({"email": EMAIL}, world.now + 30 * DAY)
    renews("PUT", "/v1/account/password", {"password": PASSWORD, "new_password": "another good password"})
    asked = {"password": "another good password"}
    secret = guest.post("/v1/account/totp", json_body=asked, headers=held).json()["secret"]
    renews("PUT", "/v1/account/totp", {"totp": code()})
    renews("DELETE", "/v1/account/totp", {**asked, "totp": code()})
    erased = guest.request("DELETE", "/v1/account", json_body=asked, headers=held)
    assert (erased.status, erased.cookies, "earshot-bearer" in erased.headers) == (200, [], False)
