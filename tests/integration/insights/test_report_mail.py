"""The mail that a report is ready ends by one click, and nothing else with it (D8, F2)."""

from email import message_from_string

from chalicelib.insights import assembling
from tests.support.accounts import EMAIL
from tests.support.insights import Held, assemble, end, reported
from tests.support.world import World


def again(held: Held) -> Held:
    """Another meeting of the same account, with its report."""
    made = held.organiser.post("/v1/rooms", json_body={"title": "Again"}).json()
    other = Held(held.world, held.organiser, made["room_id"])
    other.enter(held.organiser, "Ada")
    end(other)
    assemble(other)
    return other


def test_one_click_ends_these_mails_and_no_others(world: World) -> None:
    """D8, F2: the headers of RFC 8058; a POST without a cookie from the mail program; reports go on being made."""
    held, reader = reported(world), world.browser()
    assembling.notify(held.room, 1, now=world.now)
    mail = message_from_string(world.aws.raw_mails()[-1])
    assert (mail["To"], mail["List-Unsubscribe-Post"]) == (EMAIL, "List-Unsubscribe=One-Click")
    path = mail["List-Unsubscribe"].strip("<>").removeprefix("https://earshot.example")
    for _ in range(2):
        answer = reader.post(path, body=b"List-Unsubscribe=One-Click", headers={"Origin": "https://mail.example"})
        assert (answer.status, answer.json(), answer.cookies) == (200, {"purpose": "reports"}, [])
    assert held.organiser.get("/v1/account").json()["mail"]["report_ready"] is False
    mails = len(world.aws.mails())
    other = again(held)
    assembling.notify(other.room, 1, now=world.now)
    assert held.organiser.get(f"/v1/meetings/{other.room}/report").json()["status"] == "ready"
    assert len(world.aws.mails()) == mails
    reader.post("/v1/accounts/password-reset", json_body={"email": EMAIL})
    assert len(world.aws.mails()) == mails + 1
