"""An account's owner acts while somebody who knew the old password, or had a session, is half way through something."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import pytest

from chalicelib.accounts import registration, reset, second_factor, service
from chalicelib.accounts.signed import Signed, find_signed
from chalicelib.privacy import service as privacy
from chalicelib.runtime import expiry
from chalicelib.runtime.errors import Problem
from chalicelib.sessions.edge import held_pass
from chalicelib.sessions.service import find_session
from tests.support.accounts import (
    EMAIL,
    PASSWORD,
    code_of,
    grown_up,
    log_in,
    mailed_token,
    register,
    with_account,
    with_second_factor,
)
from tests.support.browser import Answer, Browser
from tests.support.memory import Memory, in_memory
from tests.support.world import World

OTHER = "another good password"
Act = Callable[[], object]
OWNERS_ACTS = ("password", "reset", "second factor on", "second factor off", "erasure")


def signed(world: World, browser: Browser) -> Signed:
    """As the application knows the browser at this moment."""
    held = held_pass({"cookie": "; ".join(f"{name}={value}" for name, value in browser.jar.items())})
    return find_signed(find_session(held, now=world.now), now=world.now)


def owners_act(world: World, owner: Browser, what: str, secret: str | None) -> Act:
    """What the owner will do, all preparations made."""
    who, now = signed(world, owner), world.now
    match what:
        case "password":
            return lambda: reset.change_password(who, PASSWORD, OTHER, now=now)
        case "reset":
            world.browser().post("/v1/accounts/password-reset", json_body={"email": EMAIL})
            token = mailed_token(world)
            return lambda: reset.set_password(token, OTHER, "", None, now=now)
        case "second factor on":
            offered = second_factor.offer(who, PASSWORD, now=now).secret
            again = signed(world, owner)
            return lambda: second_factor.switch_on(again, code_of(offered, now), now=now)
        case "second factor off":
            code = code_of(secret or "", now, -1)
            return lambda: second_factor.switch_off(who, PASSWORD, code, now=now)
        case _:
            return lambda: service.erase_account(who, PASSWORD, now=now)


def is_in(browser: Browser) -> bool:
    """Signed in: by its session's own words, or because the account opens."""
    who = browser.get("/v1/session")
    return (who.status == 200 and who.json()["account"] is not None) or browser.get("/v1/account").status == 200


@pytest.mark.parametrize("guest", [False, True], ids=["without a session", "with a guest's"])
@pytest.mark.parametrize("what", OWNERS_ACTS)
def test_no_log_in_under_way_outlives_what_its_owner_does(world: World, what: str, guest: bool) -> None:
    """C5, exhaustively at one switch: verified under the old password or second factor is not signed in under the new.

    Whoever begins before the account is read is measured by it as it is then: where the second factor is off by that
    time, the password is enough.
    """
    with in_memory() as memory:
        owner = with_account(world)
        secret = with_second_factor(world, owner)[0] if what == "second factor off" else None
        act = owners_act(world, owner, what, secret)
        code = code_of(secret, world.now) if secret else None
        alive = []
        for switch in count():
            with memory.undone():
                intruder = world.member() if guest else world.browser()
                with memory.interrupted(switch, act) as reached:
                    log_in(intruder, totp=code)
                if not reached():
                    break
                alive += [switch] if is_in(intruder) else []
    assert switch >= 3
    assert alive == ([0] if what == "second factor off" else [])


def test_what_is_done_during_a_log_in_is_not_undone_by_it(world: World) -> None:
    """C1: a name deleted, a meeting entered in another tab meanwhile: the session that goes on has it."""
    with in_memory() as memory:
        with_account(world)
        done = list[int]()
        for switch in count():
            with memory.undone():
                browser = world.browser()
                browser.post("/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980})
                browser.request("PATCH", "/v1/session", json_body={"participant_name": "Philippa"})
                tab = Browser(world.app, jar=dict(browser.jar))
                delete = partial(tab.request, "PATCH", "/v1/session", json_body={"participant_name": None})
                deleted = list[Answer]()
                with memory.interrupted(switch, partial(_answered, delete, deleted)) as reached:
                    assert log_in(browser).status == 200
                if not reached():
                    break
                if deleted[0].status == 200:  # 401: the session has another id already
                    assert "Philippa" not in str(memory.items("sessions")), switch
                    done.append(switch)
    assert done == [0, 1, 2]


def test_a_log_out_during_a_log_in_leaves_one_session(world: World) -> None:
    """C2: the session that was ended does not come back under another id."""
    with in_memory() as memory:
        with_account(world)
        for switch in count():
            with memory.undone():
                before = len(memory.items("sessions"))
                browser = world.member()
                tab = Browser(world.app, jar=dict(browser.jar))
                ended = tab.get("/v1/sessions").json()["sessions"][0]["id"]
                [guest] = [one["participant_id"] for one in memory.items("sessions") if "email" not in one]
                out = list[Answer]()
                end = partial(_answered, partial(tab.delete, f"/v1/sessions/{ended}"), out)
                with memory.interrupted(switch, end) as reached:
                    assert log_in(browser).status == 200
                if not reached():
                    break
                assert len(memory.items("sessions")) == before + 1
                people = [one["participant_id"] for one in memory.items("sessions")]
                assert (guest in people) is (out[0].status == 401)  # 401: it has another id already
    assert switch >= 3


def _answered(ask: Callable[[], Answer], answers: list[Answer]) -> None:
    answers.append(ask())


INTRUDERS_ACTS: dict[str, Callable[[Signed, str, int], object]] = {
    "password": lambda who, _, now: reset.change_password(who, PASSWORD, "the intruder's own one", now=now),
    "offer": lambda who, _, now: second_factor.offer(who, PASSWORD, now=now),
    "second factor on": lambda who, secret, now: second_factor.switch_on(who, code_of(secret, now), now=now),
    "erasure": lambda who, _, now: service.erase_account(who, PASSWORD, now=now),
}


@pytest.mark.parametrize("theirs", INTRUDERS_ACTS)
@pytest.mark.parametrize("owners", ["password", "reset"])
def test_of_two_changes_at_once_the_later_one_is_refused(world: World, owners: str, theirs: str) -> None:
    """C5, exhaustively at one switch: once the owner's new password holds, nothing proved by the old one happens."""
    with in_memory() as memory:
        owner, intruder = with_account(world), world.browser()
        log_in(intruder)
        act = owners_act(world, owner, owners, None)
        secret = ""
        if theirs == "second factor on":
            secret = second_factor.offer(signed(world, intruder), PASSWORD, now=world.now).secret
        for switch in count():
            with memory.undone():
                who, done = signed(world, intruder), list[bool]()
                with memory.interrupted(switch, partial(_tried, act, done)) as reached, suppress(Problem):
                    INTRUDERS_ACTS[theirs](who, secret, world.now)
                if not reached():
                    break
                if done == [True]:
                    _owner_holds_it(world, memory, switch)
    assert switch >= 2


def _tried(act: Act, done: list[bool]) -> None:
    try:
        act()
    except Problem:
        done.append(False)
    else:
        done.append(True)


def _owner_holds_it(world: World, memory: Memory, switch: int) -> None:
    browser = world.browser("9.9.9.9")
    assert log_in(browser, password=OTHER).status == 200, switch
    account: dict[str, Any] = browser.get("/v1/account").json()
    assert (account["email"], account["totp"]) == (EMAIL, False)
    assert "totp_offered" not in memory.items("accounts")[0]


@pytest.mark.parametrize("interrupted", ["consent", "erasure"])
def test_no_consent_outlives_an_erasure_at_the_same_moment(world: World, interrupted: str) -> None:
    """F1, F4, exhaustively at one switch: a minute later whatever was agreed to is withdrawn, or was never written."""
    with in_memory() as memory:
        owner = with_account(world)
        for switch in count():
            with memory.undone():
                who = signed(world, owner)
                acts: list[Act] = [
                    partial(service.erase_account, who, PASSWORD, now=world.now),
                    partial(privacy.decide_here, who.session, {"news": True}, now=world.now),
                ]
                act, other = acts[::-1] if interrupted == "consent" else acts
                with memory.interrupted(switch, partial(_tried, other, [])) as reached, suppress(Problem):
                    act()
                if not reached():
                    break
                expiry.reap(now=world.now)
                assert not privacy.has_consented("news", privacy.person(who.session), world.now), switch
                assert memory.items("accounts") == []
    assert switch >= 2


def test_a_session_ended_elsewhere_is_not_renewed(world: World) -> None:
    """C3: logged out everywhere while this device changes the password: it is out, too, or was so before."""
    with in_memory() as memory:
        owner, elsewhere = with_account(world), world.browser()
        log_in(elsewhere)
        for switch in count():
            with memory.undone():
                here, there = (Browser(world.app, jar=dict(one.jar)) for one in (owner, elsewhere))
                body = {"password": PASSWORD, "new_password": OTHER}
                with memory.interrupted(switch, partial(there.delete, "/v1/sessions")) as reached:
                    here.request("PUT", "/v1/account/password", json_body=body)
                if not reached():
                    break
                assert not is_in(there)
                assert len(memory.items("sessions")) <= 1
    assert switch >= 3


def test_a_link_that_is_opened_twice_brings_no_erased_account_back(world: World) -> None:
    """F4, C5, exhaustively at one switch: during the second opening it is confirmed, used and erased."""
    with in_memory() as memory:
        for switch in count():
            with memory.undone():
                register(grown_up(world))
                token = mailed_token(world)
                with memory.interrupted(switch, partial(_confirmed_and_erased, world, token)) as reached:
                    world.browser().post("/v1/accounts/verify", json_body={"token": token})
                if not reached():
                    break
                assert memory.items("accounts") == [], switch
                assert log_in(world.browser()).status == 401
    assert switch > 3


def _confirmed_and_erased(world: World, token: str) -> None:
    registration.confirm_address(token, now=world.now)
    owner = world.browser()
    assert log_in(owner).status == 200
    assert owner.delete("/v1/account", json_body={"password": PASSWORD}).status == 200
