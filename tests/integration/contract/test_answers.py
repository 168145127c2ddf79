"""One visit of two people, through every operation and every message: what they get is as described."""

import io
import uuid
import wave
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from app import app
from chalicelib.accounts.news import send_news
from chalicelib.insights.assembling import fail
from chalicelib.joining.routes import WAV
from chalicelib.rooms import door
from chalicelib.rooms.room import Person
from chalicelib.runtime.ids import RoomId
from chalicelib.sessions.edge import held_pass
from chalicelib.web.api_routes import asyncapi, openapi
from tests.support import accounts
from tests.support.browser import Answer, Browser
from tests.support.workflows import executed
from tests.support.world import World

RECORDINGS = Path(__file__).parents[2] / "recordings"
LENGTH_S = 5


class Visit:
    """Makes requests by their path as registered; `seen` are the operations that succeeded as described."""

    def __init__(self, world: World) -> None:
        self.document = openapi(app.routes)
        self.seen: set[tuple[str, str]] = set()
        self.ann, self.ben = world.browser(), world.browser()

    def does(self, who: Browser, method: str, path: str, ids: dict[str, str] | None = None, **sent: Any) -> Answer:
        """The answer, which must be the success that the document describes."""
        answer = who.request(method, path.format(**(ids or {})), **sent)
        described = self.document["paths"][path][method.lower()]["responses"]
        assert 200 <= answer.status < 300, answer
        self._check_body(answer, described[str(answer.status)])
        self.seen.add((method, path))
        return answer

    def _check_body(self, answer: Answer, described: dict[str, Any]) -> None:
        if "content" not in described:
            assert answer.body == ""
            return
        kind = answer.headers["content-type"]
        found = answer.json() if "json" in kind else answer.body
        assert errors(self.document, described["content"][kind]["schema"], found) == []


def errors(document: dict[str, Any], schema: Any, value: Any) -> list[str]:
    """What speaks against `value` being as `schema`, whose references lead into `document`."""
    validator = Draft202012Validator({"components": document["components"], "allOf": [schema]})
    return [error.message for error in validator.iter_errors(value)]


def clip(world: World, seat: str) -> dict[str, Any]:
    """The request of a clip that has just been recorded."""
    recorded_at_ms = world.now - LENGTH_S * 1_000
    headers = {"Content-Type": WAV, "Earshot-Join": str(uuid.uuid4()), "Earshot-Recorded-At": str(recorded_at_ms)}
    return {"body": beginning(RECORDINGS / seat), "headers": headers | {"Earshot-Processing": "off"}}


def beginning(recording: Path) -> bytes:
    """Its first 5 s, as a WAV."""
    cut = io.BytesIO()
    with wave.open(str(recording)) as whole, wave.open(cut, "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(LENGTH_S * whole.getframerate()))
    return cut.getvalue()


@pytest.fixture
def visit(world: World) -> Visit:
    """Ann and Ben come, meet, and go."""
    made = Visit(world)
    ann, ben, does = made.ann, made.ben, made.does
    for path in ("/health", "/openapi.json", "/asyncapi.json", "/v1/time"):
        does(ann, "GET", path)
    for person, connection in ((ann, "ann"), (ben, "ben")):
        does(person, "POST", "/v1/session", json_body={})
        does(person, "GET", "/v1/session")
        assert person.connect(connection).status == 200
    first = does(ann, "POST", "/v1/joins", **clip(world, "room-a-seat-1.wav")).json()
    second = does(ben, "POST", "/v1/joins", **clip(world, "room-a-seat-2.wav")).json()
    joined = does(ann, "GET", "/v1/joins/{join_id}", {"join_id": first["join_id"]}).json()
    assert (joined["status"], second["status"]) == ("joined", "joined")
    room = {"room_id": joined["room_id"]}
    talk = ann.connect("ann-again")
    talk.resume(room["room_id"])
    talk.send({"action": "heartbeat"})
    talk.send({"action": "call", "room_id": room["room_id"], "joined": True})
    talk.send({"action": "call", "room_id": "elsewhere", "joined": True})
    talk.send({"action": "signal", "to": "nobody", "data": "offer"})
    listens = ben.connect("ben-again")
    listens.resume(room["room_id"])
    listens.send({"action": "call", "room_id": room["room_id"], "joined": True})
    talk.send({"action": "signal", "to": ben.get(f"/v1/rooms/{room['room_id']}").json()["me"], "data": "offer"})
    assert len(does(ann, "GET", "/v1/rooms/{room_id}", room).json()["participants"]) == 2
    at_the_door = Person("A" * 22, "B" * 22, "Vega 2")
    assert door.knock(RoomId(room["room_id"]), at_the_door, join_id="a join", now=world.now)
    knocked = {**room, "participant_id": at_the_door.participant_id}
    does(ann, "POST", "/v1/rooms/{room_id}/admissions/{participant_id}", knocked, json_body={"admit": False})
    does(kid := world.browser(), "POST", "/v1/session/age/guardian", json_body={"email": "teacher@example.org"})
    does(kid, "POST", "/v1/session/age/approval", json_body={"token": accounts.mailed_token(world), "approve": True})
    does(ann, "POST", "/v1/session/age", json_body={"birth_month": 1, "birth_year": 1980})
    does(ann, "PATCH", "/v1/session", json_body={"participant_name": "Ann", "preferences": {"theme": "dark"}})
    [listed] = does(ann, "GET", "/v1/sessions").json()["sessions"]
    does(ben, "DELETE", "/v1/joins/{join_id}", {"join_id": second["join_id"]})
    show_something(made, room["room_id"])
    code = does(ann, "POST", "/v1/join-codes", json_body=room).json()["code"]
    dora = world.browser()
    dora.open_session()
    does(dora, "POST", "/v1/join-codes/{code}", {"code": code}, json_body={})
    does(ben, "POST", "/v1/tickets", json_body={})
    does(ben, "DELETE", "/v1/rooms/{room_id}/participants/me", room)
    does(ben, "DELETE", "/v1/session")
    does(ann, "DELETE", "/v1/sessions/{id}", {"id": listed["id"]})
    does(ann, "POST", "/v1/session", json_body={})
    does(ann, "DELETE", "/v1/sessions")
    have_an_account(made, world)
    return made


def show_something(visit: Visit, room_id: str) -> None:
    """Ann shows a link, takes it back, deletes it and closes the tab."""
    ann, does, tab = visit.ann, visit.does, str(uuid.uuid4())
    does(ann, "PUT", "/v1/tabs/{tab_id}/lease", {"tab_id": tab})
    link = {"url": "https://example.org/", "title": "An example"}
    own = {"id": does(ann, "POST", "/v1/content", json_body=link, headers={"Earshot-Tab": tab}).json()["content_id"]}
    does(ann, "PUT", "/v1/content/{id}/shown", own, json_body={"room_id": room_id, "as": "frame"})
    [shown] = does(ann, "GET", "/v1/content").json()["content"]
    assert (shown["shown_in"], shown["shown_as"]) == (room_id, "frame")
    assert len(does(ann, "GET", "/v1/rooms/{room_id}", {"room_id": room_id}).json()["content"]) == 1
    does(ann, "DELETE", "/v1/content/{id}/shown", own)
    does(ann, "DELETE", "/v1/content/{id}", own)
    does(ann, "POST", "/v1/tabs/{tab_id}/closed", {"tab_id": tab}, json_body={})


def showing(who: Browser, room: dict[str, str]) -> str:
    """Something that they show in that room."""
    tab = {"Earshot-Tab": str(uuid.uuid4())}
    content_id = str(
        who.post("/v1/content", json_body={"url": "https://example.org/"}, headers=tab).json()["content_id"]
    )
    shown = who.request("PUT", f"/v1/content/{content_id}/shown", json_body={**room, "as": "card"})
    assert shown.status == 200
    return content_id


def have_an_account(visit: Visit, world: World) -> None:
    """Cleo registers, changes what can be changed, and has it all erased."""
    cleo, does = accounts.grown_up(world), visit.does
    own, password = accounts.EMAIL, {"password": accounts.PASSWORD}
    does(cleo, "POST", "/v1/accounts", json_body={"email": own, **password, "consents": {"news": True}})
    does(cleo, "POST", "/v1/accounts/verify", json_body={"token": accounts.mailed_token(world)})
    does(cleo, "POST", "/v1/session/login", json_body={"email": own, **password})
    does(cleo, "GET", "/v1/account")
    does(cleo, "PATCH", "/v1/account", json_body={"language": "fr", "mail": {"report_ready": False}})
    secret = does(cleo, "POST", "/v1/account/totp", json_body=password).json()["secret"]
    on = does(cleo, "PUT", "/v1/account/totp", json_body={"totp": accounts.code_of(secret, world.now)}).json()
    does(cleo, "DELETE", "/v1/account/totp", json_body={**password, "totp": on["recovery_codes"][0]})
    does(cleo, "PUT", "/v1/account/password", json_body={**password, "new_password": "as good as the other"})
    does(cleo, "POST", "/v1/accounts/password-reset", json_body={"email": own})
    does(cleo, "POST", "/v1/accounts/password", json_body={"token": accounts.mailed_token(world), **password})
    assert accounts.log_in(cleo).status == 200
    run_a_meeting(visit, world, cleo)
    does(cleo, "POST", "/v1/feedback", json_body={"about": "other", "text": "Good."})
    does(cleo, "POST", "/v1/enquiries", json_body={"email": own, "text": "What is it?"})
    answers = {"answers": {"again": "yes"}}
    does(cleo, "POST", "/v1/surveys/{survey_id}/answers", {"survey_id": "first-meeting"}, json_body=answers)
    does(cleo, "GET", "/v1/retention")
    does(cleo, "GET", "/v1/consents")
    does(cleo, "PUT", "/v1/consents", json_body={"improvement": True})
    send_news(account_of(cleo), "News", "There is news.", now=world.now)
    link = {"token": accounts.mailed_token(world)}
    does(cleo, "GET", "/v1/unsubscribe/{token}", link)
    does(cleo, "POST", "/v1/unsubscribe/{token}", link)
    assert does(cleo, "GET", "/v1/disclosures").json()["disclosures"]
    does(cleo, "GET", "/v1/disclosures/statement")
    asked = does(cleo, "POST", "/v1/export", json_body={}).json()
    assert executed(app, world.workflows.started[-1]).status == "SUCCEEDED"
    assert does(cleo, "GET", "/v1/export/{id}", {"id": asked["export_id"]}).json()["status"] == "ready"
    erased = does(cleo, "DELETE", "/v1/account", json_body=password).json()["receipt"]
    does(visit.ben, "GET", "/v1/receipts/{receipt_id}", erased)
    assert executed(app, world.workflows.started[-1]).status == "SUCCEEDED"
    receipt = does(visit.ben, "GET", "/v1/receipts/{receipt_id}", erased).json()["receipt"]
    does(visit.ben, "GET", "/v1/receipts/key")
    assert does(visit.ben, "POST", "/v1/receipts/verify", json_body=receipt).json() == {"genuine": True}


def run_a_meeting(visit: Visit, world: World, cleo: Browser) -> None:
    """Cleo opens one ahead and ends it, and claims one that a code made."""
    does, planned = visit.does, {"title": "Tea", "planned_start_ms": world.now + 86_400_000}
    room = {"room_id": does(cleo, "POST", "/v1/rooms", json_body=planned).json()["room_id"]}
    does(cleo, "GET", "/v1/rooms/{room_id}/calendar.ics", room)
    does(cleo, "GET", "/v1/rooms/{room_id}/invitation.svg", room)
    does(cleo, "GET", "/v1/rooms/{room_id}/invitation", room)
    does(cleo, "PATCH", "/v1/rooms/{room_id}", room, json_body={"analytics_id": "G-ABC123DEF4", "knock": True})
    does(cleo, "POST", "/v1/rooms/{room_id}/participants", room, json_body={})
    guest = world.member()
    guest.connect("guest")
    assert does(guest, "POST", "/v1/rooms/{room_id}/participants", room, json_body={}).status == 202
    [waiting] = [row for row in world.aws.items("rooms") if row["kind"]["S"] == "knock"]
    at_the_door = {**room, "participant_id": waiting["participant_id"]["S"]}
    does(cleo, "POST", "/v1/rooms/{room_id}/admissions/{participant_id}", at_the_door, json_body={"admit": True})
    measure_and_report(visit, cleo, room, world)
    shown = {"room_id": cleo.post("/v1/join-codes", json_body={}).json()["room_id"]}
    cleo.connect("cleo").resume(shown["room_id"])
    does(cleo, "PUT", "/v1/rooms/{room_id}/organiser", shown, json_body={})
    does(cleo, "DELETE", "/v1/rooms/{room_id}/content/{content_id}", {**shown, "content_id": showing(cleo, shown)})
    does(cleo, "DELETE", "/v1/rooms/{room_id}", shown)


def measure_and_report(visit: Visit, cleo: Browser, room: dict[str, str], world: World) -> None:
    """Cleo's tab sends what it measured; the meeting ends, and its report fails once."""
    does, batch = visit.does, {"sequence": 1, "events": [{"kind": "mood", "from_ms": 1, "to_ms": 2}]}
    assert cleo.request("PUT", "/v1/consents", json_body={"insights": True}).status == 200
    tab = {"Earshot-Tab": str(uuid.uuid4())}
    does(cleo, "POST", "/v1/rooms/{room_id}/insights", room, json_body=batch, headers=tab)
    assert does(cleo, "GET", "/v1/rooms/{room_id}/insights/mine", room).json()["agreed"]
    does(cleo, "DELETE", "/v1/rooms/{room_id}", room)
    ended = {"meeting_id": room["room_id"]}
    fail(ended["meeting_id"], 1, now=world.now)
    does(cleo, "POST", "/v1/meetings/{meeting_id}/report", ended, json_body={})
    cleo.connect("reader")
    assert executed(app, world.workflows.started[-1]).status == "SUCCEEDED"
    does(cleo, "GET", "/v1/meetings")
    assert len(does(cleo, "GET", "/v1/meetings/{meeting_id}", ended).json()["participants"]) == 2
    assert does(cleo, "GET", "/v1/meetings/{meeting_id}/report", ended).json()["status"] == "ready"
    assert does(cleo, "GET", "/v1/meetings/{meeting_id}/trend", ended).json()["meetings"] == 1
    made = does(cleo, "POST", "/v1/meetings/{meeting_id}/report/shares", ended, json_body={"names": True}).json()
    does(cleo, "GET", "/v1/meetings/{meeting_id}/report/shares", ended)
    does(visit.ben, "GET", "/v1/shared-reports/{token}", {"token": made["link"].partition("=")[2]})
    share = {**ended, "share_id": made["share_id"]}
    does(cleo, "DELETE", "/v1/meetings/{meeting_id}/report/shares/{share_id}", share)


def account_of(browser: Browser) -> str:
    """The id under which the browser's session lies."""
    held = held_pass({"cookie": "; ".join(f"{name}={value}" for name, value in browser.jar.items())})
    assert held
    return held.session_id.partition(".")[0]


def test_every_operation_can_succeed_as_described(visit: Visit) -> None:
    """G4: an operation without a success in this visit is not tried, and fails here."""
    described = {(method.upper(), path) for path, methods in visit.document["paths"].items() for method in methods}
    assert visit.seen == described


def test_every_message_is_as_described(visit: Visit, world: World) -> None:
    """G4: each kind of message that the server sends is seen, in the form of the AsyncAPI document."""
    document = asyncapi()
    pushed = [one["$ref"].rsplit("/", 1)[1] for one in document["operations"]["push"]["messages"]]
    messages = {name: document["components"]["messages"][name] for name in pushed}
    schemas = {one["name"]: one["payload"] for one in messages.values()}
    assert {message["type"] for _, message in world.pushes.sent} == set(schemas)
    for _, message in world.pushes.sent:
        assert errors(document, schemas[message["type"]], message) == []
