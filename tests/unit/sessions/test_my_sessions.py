"""My sessions: seen, ended one by one or all at once, with their sockets; renewed at a change of privilege."""

import base64
from contextlib import suppress
from functools import partial
from itertools import count

import boto3
import pytest

from chalicelib.lifetimes import HOUR
from chalicelib.rooms.channel import connect
from chalicelib.runtime import settings as app_settings
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import Unauthenticated
from chalicelib.runtime.ids import ConnectionId, opaque
from chalicelib.sessions import renewal, service
from chalicelib.sessions.models import Session, find
from chalicelib.sessions.rules import Pass
from tests.support.accounts import EMAIL, code_of, log_in, with_account, with_second_factor
from tests.support.environment import SECRET
from tests.support.hand_clock import START_MS
from tests.support.memory import Crash, in_memory
from tests.support.pushes import recorded_pushes
from tests.support.world import World

NEW_SECRET = bytes(range(32, 64))
ADA = opaque()


def signed_in(now: int = START_MS) -> Session:
    return sign_in(None, ADA, "ada@example.org", now)


def sign_in(session: Session | None, account_id: str, email: str, now: int) -> Session:
    """With nothing else in the transaction."""
    made = renewal.sign_in(session, account_id, Address(email), lambda _: None, now=now, age=None, proof="")
    assert made is not None
    return made


def test_a_guest_has_one_session_and_sees_no_key_to_it(world: World) -> None:
    """C3: "my sessions" lists and ends the others; nothing in the list is a key."""
    browser = world.member()
    [one] = browser.get("/v1/sessions").json()["sessions"]
    [stored] = world.aws.items("sessions")
    assert one["current"] is True
    assert one["opened_at_ms"] == one["used_at_ms"] == world.now
    assert stored["own_id"]["S"] not in str(one)


def test_the_last_use_was_within_12_hours_of_the_one_that_is_shown(world: World) -> None:
    """C3: as the page says it; recording each use would cost a write with every request. This device is in use now."""
    used, here = with_account(world), world.browser()
    log_in(here)
    for _ in range(14):
        world.clock.advance(HOUR)
        used.get("/v1/session")
        shown = {one["current"]: one["used_at_ms"] for one in here.get("/v1/sessions").json()["sessions"]}
        assert shown[True] == world.now
        assert 0 <= world.now - shown[False] <= 12 * HOUR


def test_ending_the_listed_one_ends_it(world: World) -> None:
    """C3: the cookie goes, too, where it is this one."""
    browser = world.member()
    [one] = browser.get("/v1/sessions").json()["sessions"]
    assert browser.delete(f"/v1/sessions/{one['id']}").status == 204
    assert browser.jar == {}
    assert world.aws.items("sessions") == []


def test_a_session_of_others_cannot_be_ended(world: World) -> None:
    """C3: not yours and not there are one answer."""
    mine, theirs = world.member(), world.member()
    [one] = theirs.get("/v1/sessions").json()["sessions"]
    assert mine.delete(f"/v1/sessions/{one['id']}").status == 404
    assert mine.delete(f"/v1/sessions/{opaque()}").status == 404
    assert theirs.get("/v1/session").status == 200


def test_an_id_that_is_missing_ends_nothing(world: World) -> None:
    """C3: `/v1/sessions/` is no `/v1/sessions`: a slip of a program must not log anyone out everywhere."""
    browser = world.member()
    assert browser.delete("/v1/sessions/").status == 404
    assert browser.get("/v1/session").status == 200


def test_an_account_sees_all_its_devices_and_can_log_out_everywhere() -> None:
    """C5, C3: and of other accounts nothing."""
    with in_memory():
        phone, laptop = signed_in(), signed_in(START_MS + 5)
        stranger = sign_in(None, opaque(), "ben@example.org", START_MS)
        assert [one.session_id for one in service.list_sessions(phone, now=START_MS)] == [
            laptop.session_id,
            phone.session_id,
        ]
        service.end_sessions_of(ADA, keep=laptop.session_id, now=START_MS)
        assert find(phone.session_id, now=START_MS) is None
        assert find(laptop.session_id, now=START_MS) is not None
        service.end_sessions_of(ADA, now=START_MS)
        assert service.list_sessions(laptop, now=START_MS) == []
        assert find(stranger.session_id, now=START_MS) is not None


def test_signing_in_keeps_the_person_and_voids_the_old_id() -> None:
    """C5: a new session id at every change of privilege; name, meeting and preferences stay."""
    with in_memory():
        guest = service.open_session(now=START_MS, age="adult")
        guest = service.change_preferences(guest, {"language": "ru"}, now=START_MS)
        member = sign_in(guest, ADA, "ada@example.org", START_MS + 1)
        assert find(guest.session_id, now=START_MS + 1) is None
        found = find(member.session_id, now=START_MS + 1)
        assert found is not None
        assert (found.participant_id, found.participant_name, found.age) == (
            guest.participant_id,
            guest.participant_name,
            "adult",
        )
        assert (found.preferences, found.email_address, found.account_id) == (
            {"language": "ru"},
            "ada@example.org",
            ADA,
        )
        renewed = renewal.renew(found, lambda _: None, now=START_MS + 2, proof="")
        assert renewed is not None
        assert renewed.account_id == ADA
        assert find(member.session_id, now=START_MS + 2) is None


def test_the_cookie_of_an_account_opens_its_session() -> None:
    """C2: the pass holds both parts of the id."""
    with in_memory():
        session = signed_in()
        held = Pass.from_bytes(Pass(session.session_id, START_MS).to_bytes())
        assert service.find_session(held, now=START_MS).session_id == session.session_id


def test_ending_a_session_closes_its_sockets(world: World) -> None:
    """Log out kills the server's half and its sockets."""
    browser = world.member()
    socket = browser.connect("tab-1")
    assert browser.delete("/v1/session").status == 204
    assert world.pushes.closed == [socket.id]
    assert world.aws.items("connections") == []


def test_no_socket_outlives_a_session_that_ends_while_it_opens() -> None:
    """C3, exhaustively at one switch: the log out runs whole between any two requests of the opening."""
    for switch in count():
        with in_memory() as memory, recorded_pushes():
            session = service.open_session(now=START_MS)
            end = partial(service.end_session, session.session_id, now=START_MS)
            with memory.interrupted(switch, end) as reached, suppress(Unauthenticated):
                connect(ConnectionId("tab"), session, now=START_MS)
            if not reached():
                break
            assert memory.items("connections") == [], switch
    assert switch > 1


@pytest.mark.parametrize("survived", range(6))
def test_a_log_out_that_breaks_off_is_over_for_everyone_and_can_be_repeated(survived: int) -> None:
    """C2: from the first write nobody is logged in by it; its repetition leaves nothing behind."""
    with in_memory() as memory:
        session = service.open_session(now=START_MS)
        held = Pass(session.session_id, START_MS)
        with memory.crash_after(survived), suppress(Crash):
            service.end_session(session.session_id, now=START_MS)
        if survived:
            with pytest.raises(Unauthenticated):
                service.find_session(held, now=START_MS)
        service.end_session(session.session_id, now=START_MS)
        assert memory.items("sessions") == []


def test_a_new_secret_logs_nobody_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C2, rotation: old keys still open, new ones seal."""
    browser = world.member()
    old = dict(browser.jar)
    both = " ".join(base64.b64encode(one).decode() for one in (NEW_SECRET, SECRET))
    monkeypatch.setenv("EARSHOT_SECRET", both)
    app_settings.settings.cache_clear()
    assert browser.get("/v1/session").status == 200

    world.clock.now_ms += 60_000
    assert browser.get("/v1/session").status == 200
    assert browser.jar != old

    monkeypatch.setenv("EARSHOT_SECRET", both.split()[0])
    app_settings.settings.cache_clear()
    assert browser.get("/v1/session").status == 200
    browser.jar = old
    assert browser.get("/v1/session").status == 401


OLD, NEW = (base64.b64encode(one).decode() for one in (SECRET, NEW_SECRET))


@pytest.mark.parametrize(
    ("before", "after"), [(OLD, f"next:{NEW} {OLD}"), (f"next:{NEW} {OLD}", f"{NEW} {OLD}")], ids=["add", "promote"]
)
def test_processes_before_and_after_each_step_serve_the_same_people(
    world: World, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """C2, ADR 13: a new secret reaches one process after the other; whichever answers, all stay signed in."""
    browser = with_account(world)
    secret, _ = with_second_factor(world, browser)
    for step in range(6):
        monkeypatch.setenv("EARSHOT_SECRET", (after, before)[step % 2])
        app_settings.settings.cache_clear()
        world.clock.advance(13 * HOUR)  # cookie, session and account are all due to be sealed again
        assert browser.get("/v1/session").json()["account"] == {"email": EMAIL}
        assert browser.get("/v1/account").json()["email"] == EMAIL
        assert log_in(browser if step > 3 else world.browser(), totp=code_of(secret, world.now)).status == 200


@pytest.mark.usefixtures("aws")
def test_the_secret_can_come_from_the_parameter_store() -> None:
    """Keys from settings: an SSM SecureString when deployed; one that cannot be read is named."""
    deployed = {
        "EARSHOT_ORIGIN": "https://x",
        "EARSHOT_MAIL_FROM": "a@x.example",
        "EARSHOT_KMS_KEY": "a",
        "EARSHOT_WORKFLOWS": "a",
        "EARSHOT_EDGE_SECRETS": "e" * 40,
    }
    environ = {
        **deployed,
        "EARSHOT_STAGE": "prod",
        "EARSHOT_LIVE_ENDPOINT": "http://x",
        "EARSHOT_SECRET_PARAMETER": "/earshot",
    }
    with pytest.raises(app_settings.MissingSetting, match="/earshot"):
        app_settings.Settings.from_environ(environ)
    kept = base64.b64encode(SECRET).decode()
    boto3.client("ssm").put_parameter(Name="/earshot", Value=kept, Type="SecureString")
    assert app_settings.Settings.from_environ(environ).secret == SECRET
