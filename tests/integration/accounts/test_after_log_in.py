"""What a log in puts off is done within a minute, by whoever comes first, and by no halves."""

import uuid

import pytest

from chalicelib.accounts import models
from chalicelib.privacy import service as privacy
from chalicelib.runtime import expiry
from tests.support.accounts import EMAIL, PASSWORD, code_of, grown_up, log_in, with_account, with_second_factor
from tests.support.browser import Browser
from tests.support.world import World

OTHER = "ben@example.org"


def in_a_meeting(browser: Browser) -> str:
    """Opens one and follows it by the socket `before`."""
    room = str(browser.post("/v1/join-codes", json_body={}).json()["room_id"])
    browser.connect("before", tab=str(uuid.uuid4())).resume(room)
    return room


def sessions_of_members(world: World) -> list[str]:
    return [one["session_id"]["S"] for one in world.aws.items("rooms") if one["entry"]["S"].startswith("member#")]


def owners(world: World) -> list[str]:
    """The ids of all sessions there are."""
    rows = [(one["owner_id"]["S"], one["own_id"]["S"]) for one in world.aws.items("sessions")]
    return [own if owner == own else f"{owner}.{own}" for owner, own in rows]


@pytest.mark.parametrize("first", ["the reaper", "the tab"])
def test_a_guest_who_logs_in_stays_in_the_meeting(world: World, first: str) -> None:
    """C5, B: under the new session, whichever of reaper and tab comes first; nobody sees them leave."""
    with_account(world).delete("/v1/session")
    guest, host = world.member(), world.member("8.8.8.8")
    room = in_a_meeting(guest)
    code = guest.post("/v1/join-codes", json_body={"room_id": room}).json()["code"]
    host.post(f"/v1/join-codes/{code}", json_body={})
    host.connect("host").resume(room)
    seen = len(world.pushes.to("host"))
    log_in(guest)
    assert world.pushes.closed == ["before"]
    if first == "the tab":
        guest.connect("after").resume(room)
    else:
        expiry.reap(now=world.now)
    [mine] = [one for one in owners(world) if "." in one]
    assert mine in sessions_of_members(world)
    assert guest.get(f"/v1/rooms/{room}").status == 200
    expiry.reap(now=world.now)
    assert "participant.left" not in world.pushes.kinds("host")[seen:]
    assert not [one for one in world.aws.items("connections") if one["connection_id"]["S"] == "before"]


def test_a_socket_that_closes_with_its_session_makes_nobody_leave(world: World) -> None:
    """C5: the gateway says that the socket closed, before the new one is open."""
    with_account(world)
    guest = world.member()
    room = str(guest.post("/v1/join-codes", json_body={}).json()["room_id"])
    socket = guest.connect("only", tab=str(uuid.uuid4()))
    socket.resume(room)
    log_in(guest)
    socket.close()
    assert len(guest.get(f"/v1/rooms/{room}").json()["participants"]) == 1


def test_two_changes_within_a_minute_end_at_the_last(world: World) -> None:
    """C5: whatever the order in which they are looked at; the membership is never left with a session that is over."""
    owner = with_account(world)
    secret, _ = with_second_factor(world, owner)
    guest = world.member()
    in_a_meeting(guest)
    log_in(guest, totp=code_of(secret, world.now))
    world.clock.advance(30_000)
    log_in(guest, totp=code_of(secret, world.now))
    body = {"password": PASSWORD, "new_password": "another good password"}
    assert guest.request("PUT", "/v1/account/password", json_body=body).status == 200
    expiry.reap(now=world.now)
    [mine] = owners(world)
    assert sessions_of_members(world) == [mine]


def test_what_a_guest_agreed_to_is_the_accounts_within_a_minute(world: World) -> None:
    """F1: also where they never come back, or log out first; and not into an account that is erased by then."""
    with_account(world)
    guest = grown_up(world)
    guest.request("PUT", "/v1/consents", json_body={"improvement": True})
    log_in(guest)
    guest.delete("/v1/session")
    [account] = [models.find(one["account_id"]["S"], now=world.now) for one in world.aws.items("accounts")]
    assert account
    who = privacy.account(account.account_id)
    assert not privacy.has_consented("improvement", who, world.now)
    expiry.reap(now=world.now)
    assert privacy.has_consented("improvement", who, world.now)


def test_whoever_looks_at_the_account_finds_what_they_agreed_to(world: World) -> None:
    """F1: at once, without waiting for that minute; a change made then comes after what was decided before."""
    with_account(world)
    guest = grown_up(world)
    guest.request("PUT", "/v1/consents", json_body={"news": True})
    log_in(guest)
    assert guest.get("/v1/account").json()["mail"]["news"] is True
    guest.request("PATCH", "/v1/account", json_body={"mail": {"news": False}})
    expiry.reap(now=world.now)
    assert guest.get("/v1/account").json()["mail"]["news"] is False


def test_nothing_comes_to_an_account_that_is_erased_meanwhile(world: World) -> None:
    """F1, F4."""
    with_account(world)
    guest = grown_up(world)
    guest.request("PUT", "/v1/consents", json_body={"improvement": True})
    log_in(guest)
    [account] = [models.find(one["account_id"]["S"], now=world.now) for one in world.aws.items("accounts")]
    assert account
    privacy.note_erasure(privacy.account(account.account_id), now=world.now)
    expiry.reap(now=world.now)
    assert not privacy.has_consented("improvement", privacy.account(account.account_id), world.now)


def test_another_accounts_session_is_over_at_once_and_gone_within_a_minute(world: World) -> None:
    """C5: its cookie is nobody's, its sockets are closed, its membership ends."""
    with_account(world, OTHER)
    browser = with_account(world)
    room, before = in_a_meeting(browser), Browser(world.app, jar=dict(browser.jar))
    assert log_in(browser, OTHER).status == 200
    assert before.get("/v1/session").status == 401
    assert browser.get(f"/v1/rooms/{room}").status == 404
    assert world.pushes.closed == ["before"]
    expiry.reap(now=world.now)
    assert len(owners(world)) == 2  # the other account's: here, and where it registered
    assert sessions_of_members(world) == []


def test_what_waits_names_neither_account_nor_session(world: World) -> None:
    """C3, F4: an entry outlives an erasure by up to a minute."""
    with_account(world, OTHER)
    browser = with_account(world)
    log_in(browser)
    log_in(browser, OTHER)
    waiting = repr(world.aws.items("expiries"))
    named = [part for one in owners(world) for part in one.split(".")]
    assert [one for one in named if one in waiting] == []
    assert EMAIL not in waiting
