"""A report shared by a link: for whoever has it, for as long as its organiser says, and for nobody else (D7, D13)."""

from typing import Any

import pytest

from chalicelib.insights import meeting_models
from chalicelib.insights.meeting_lives import extend_meeting
from chalicelib.insights.meeting_models import GONE, find_meeting, gone, new_gone
from chalicelib.insights.reducing import take_out
from chalicelib.lifetimes import DAY
from chalicelib.runtime import expiry
from tests.support.accounts import PASSWORD, with_account
from tests.support.browser import Answer
from tests.support.insights import Held, hold, reported
from tests.support.world import World

MINUTE = 60_000


@pytest.fixture
def held(world: World) -> Held:
    return reported(world)


def shares(held: Held) -> str:
    return f"/v1/meetings/{held.room}/report/shares"


def share(held: Held, **wanted: Any) -> dict[str, Any]:
    answer = held.organiser.post(shares(held), json_body=wanted)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json()
    return made


def token_of(link: str) -> str:
    return link.partition("#token=")[2]


def read(held: Held, link: str, after: str = "") -> Answer:
    """By somebody of whom nothing is known, and stays so."""
    reader = held.world.browser()
    answer = reader.get(f"/v1/shared-reports/{token_of(link)}" + (f"?after={after}" if after else ""))
    assert reader.jar == {}
    return answer


def test_whoever_has_the_link_reads_the_report_without_an_account(held: Held) -> None:
    """D7: the figures that the organiser reads; names only where the organiser said so, and never an id of theirs."""
    mine = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]
    nameless, named = share(held), share(held, names=True)
    found = read(held, nameless["link"])
    assert (found.status, found.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert (found.headers["referrer-policy"], found.headers["cache-control"]) == ("no-referrer", "no-store")
    told = found.json()
    assert (told["title"], told["expires_at_ms"], told["next"]) == ("Weekly", nameless["expires_at_ms"], None)
    assert (told["report"]["summary"], told["report"]["tips"]) == (mine["summary"], mine["tips"])
    for answer, name, other in ((told, None, named), (read(held, named["link"]).json(), "Ben", nameless)):
        [one] = answer["report"]["people"]
        assert one["name"] == name
        assert one["figures"] | {"participant_id": held.ids["Ben"]} == mine["people"][0]["figures"]
        assert held.ids["Ben"] not in repr(answer)
        [theirs] = read(held, other["link"]).json()["report"]["people"]
        assert one["figures"]["participant_id"] != theirs["figures"]["participant_id"]
    assert read(held, nameless["link"], "1").status == 422


@pytest.mark.parametrize(("wanted", "days"), [({}, 7), ({"days": 1}, 1), ({"days": 30}, 30)])
def test_a_link_ends_when_its_organiser_said(held: Held, wanted: dict[str, int], days: int) -> None:
    """D7: to the millisecond, and physically with the reaper's next run; a week unless told otherwise."""
    made = share(held, **wanted)
    assert made["expires_at_ms"] - held.world.now == days * DAY
    held.world.clock.advance(days * DAY - 1)
    assert read(held, made["link"]).status == 200
    held.world.clock.advance(1)
    assert read(held, made["link"]).status == 404
    assert stored(held) != []
    expiry.reap(now=held.world.now)
    expiry.reap(now=held.world.now + MINUTE)
    assert stored(held) == []


def stored(held: Held) -> list[Any]:
    return [row for row in held.world.aws.items("meetings") if row["kind"]["S"] == "share"]


def test_a_link_lives_thirty_days_at_most(held: Held) -> None:
    """D7: more is refused, and nothing is stored."""
    for wrong in ({"days": 0}, {"days": 31}, {"days": 1.5}, {"names": "yes"}, {"forever": True}):
        assert held.organiser.post(shares(held), json_body=wrong).status == 422
    assert stored(held) == []


def test_a_link_can_be_revoked(held: Held) -> None:
    """D7: it alone, at once; revoked again it is not there."""
    first, second = share(held), share(held)
    assert held.organiser.delete(f"{shares(held)}/{first['share_id']}").status == 204
    assert (read(held, first["link"]).status, read(held, second["link"]).status) == (404, 200)
    assert held.organiser.delete(f"{shares(held)}/{first['share_id']}").status == 404
    assert [one["share_id"] for one in held.organiser.get(shares(held)).json()["shares"]] == [second["share_id"]]


def test_the_living_links_are_listed_the_latest_first(held: Held) -> None:
    """D7: without the link itself, which is told once; those that are over are not among them."""
    short = share(held, days=1)
    held.world.clock.advance(MINUTE)
    long = share(held, days=30, names=True)
    listed = held.organiser.get(shares(held)).json()["shares"]
    shown = ("share_id", "made_at_ms", "expires_at_ms", "names")
    assert listed == [{key: one[key] for key in shown} for one in (long, short)]
    held.world.clock.advance(DAY)
    assert [one["share_id"] for one in held.organiser.get(shares(held)).json()["shares"]] == [long["share_id"]]


def test_what_is_stored_leads_nobody_to_the_report(held: Held) -> None:
    """D7: neither the link nor its secret lies anywhere, in no table."""
    token = token_of(share(held)["link"])
    for table in ("meetings", "reports", "expiries", "organiser-keys"):
        assert token not in repr(held.world.aws.items(table))
    [row] = stored(held)
    assert read(held, "#token=" + row["entry"]["S"].partition("#")[2]).status == 404


def test_only_the_organiser_shares(held: Held) -> None:
    """D7: to everybody else there is no such meeting, nor is any made-up link one."""
    grace, made = with_account(held.world, "grace@example.org"), share(held)
    stranger = held.world.member()
    for who, status in ((grace, 404), (stranger, 401)):
        assert who.post(shares(held), json_body={}).status == status
        assert who.get(shares(held)).status == status
        assert who.delete(f"{shares(held)}/{made['share_id']}").status == status
    assert read(held, made["link"]).status == 200
    for wrong in ("x", token_of(made["link"])[:-1], token_of(made["link"])[:-2] + "AA", "A" * 120, held.room):
        assert read(held, "#token=" + wrong).status == 404


def test_there_is_no_link_to_a_report_that_is_not_there(world: World) -> None:
    """D7: 409 as long as none is ready."""
    held = hold(world)
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    assert held.organiser.post(shares(held), json_body={}).status == 409
    assert stored(held) == []


def test_a_report_has_twenty_links_at_most(held: Held) -> None:
    """D7: the next one is possible once one has ended."""
    made = [share(held) for _ in range(20)]
    assert held.organiser.post(shares(held), json_body={}).status == 409
    assert held.organiser.delete(f"{shares(held)}/{made[3]['share_id']}").status == 204
    share(held)


def test_a_link_dies_with_the_account(held: Held) -> None:
    """D13: the key is gone in the instant of the erasure, though the link's row is still there; then the row, too."""
    made = share(held)
    assert held.organiser.request("DELETE", "/v1/account", json_body={"password": PASSWORD}).status == 200
    assert stored(held) != []
    assert read(held, made["link"]).status == 404
    expiry.reap(now=held.world.now + MINUTE)
    assert stored(held) == []


def test_a_link_goes_on_where_capture_is_switched_off(held: Held) -> None:
    """D9: earlier reports stay, and so do the links to them, which can be made, too."""
    made = share(held)
    held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False})
    assert read(held, made["link"]).status == read(held, share(held)["link"]).status == 200


def test_a_name_that_is_no_longer_kept_is_in_no_shared_report(held: Held) -> None:
    """D11, D13: names join when it is read, for whoever reads it."""
    made = share(held, names=True)
    meeting_models.attendees.delete((held.room, meeting_models.PERSON + held.ids["Ben"]))
    [one] = read(held, made["link"]).json()["report"]["people"]
    assert (one["name"], one["figures"]["talk_ms"]) == (None, MINUTE)


def test_a_longer_life_of_the_account_does_not_prolong_a_link(held: Held) -> None:
    """D7: what the organiser's use extends is history and report."""
    made = share(held)
    meeting = find_meeting(held.room, now=held.world.now)
    assert meeting is not None
    extend_meeting(meeting, held.world.now + 300 * DAY, now=held.world.now)
    held.world.clock.advance(7 * DAY)
    assert read(held, made["link"]).status == 404
    assert find_meeting(held.room, now=held.world.now + 250 * DAY) is not None


def test_while_it_is_told_anew_the_link_says_so(held: Held) -> None:
    """D7, D11: somebody of whom it tells is erased: it leads nowhere for a moment, and is not over."""
    link = share(held)["link"]
    held.world.clock.advance(1)
    gone.put(new_gone(held.room, held.ids["Ben"], now=held.world.now))
    found = read(held, link)
    assert (found.status, found.json()["type"]) == (409, "/problems/conflict")
    assert take_out(held.room, {held.ids["Ben"]}, now=held.world.now)
    gone.delete((held.room, f"{GONE}{held.ids['Ben']}"))
    assert read(held, link).json()["report"]["people"] == []
