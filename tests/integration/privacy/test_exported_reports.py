"""What leaves with somebody's reports: figures of others are listed to these, or they do not leave (F3, F8)."""

import json
from typing import Any

import pytest

from chalicelib.lifetimes import MINUTE
from infra.privacy.__main__ import main
from tests.support.accounts import EMAIL
from tests.support.browser import Browser
from tests.support.insights import Held, agree, assemble, end, hold, send
from tests.support.workflows import functions_of
from tests.support.world import World

ASKED = ("--email", EMAIL, "--operator", "Olga", "--request-id", "9")
READ = [("figures", "organiser", "own-act")]


def measured(world: World, *names: str) -> tuple[Held, dict[str, Browser]]:
    """A meeting of Ada's with its report, which nobody has read: of her and of those guests."""
    held = hold(world)
    agree(held.organiser)
    people = {"Ada": held.enter(held.organiser, "Ada"), **{name: held.guest(name) for name in names}}
    world.clock.advance(10 * MINUTE)
    now = world.now
    for number, one in enumerate(people.values(), 1):
        talked = ("talk", now - (number + 1) * MINUTE, now - number * MINUTE)
        assert send(one, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == 202
    end(held)
    assemble(held)
    return held, people


def told(browser: Browser) -> list[tuple[str, str, str]]:
    """In somebody's ledger, without mails."""
    listed = browser.get("/v1/disclosures").json()["disclosures"]
    return [(one["what"], one["to"], one["ground"]) for one in listed if one["to"] != "mail-service"]


def said(capsys: pytest.CaptureFixture[str], *asked: str) -> list[dict[str, Any]]:
    """What the operator's command prints."""
    capsys.readouterr()
    assert main([*asked, *ASKED]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def export(world: World, who: Browser) -> None:
    assert who.post("/v1/export", json_body={}).status == 202
    gather = functions_of(world.app)["gather_export"]  # with what its role allows, where a run looks at that
    while gather(world.workflows.started[-1].given)["more"]:
        pass


def test_an_export_of_a_report_is_listed_to_whoever_is_in_it(world: World) -> None:
    """F8, F3: though its organiser has never read it on its page."""
    _, people = measured(world, "Ben")
    assert told(people["Ben"]) == []
    export(world, people["Ada"])
    assert told(people["Ben"]) == READ


def test_so_is_what_the_operator_sends_its_organiser(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """F8, F11."""
    held, people = measured(world, "Ben")
    assert held.ids["Ben"] in json.dumps(said(capsys, "export"))
    assert told(people["Ben"]) == READ


@pytest.mark.parametrize("others", [("Ben",), ("Ben", "Cy")])
def test_who_has_somebodys_data_by_law_gets_no_figures_of_others(
    world: World, capsys: pytest.CaptureFixture[str], others: tuple[str, ...]
) -> None:
    """F8, F13: so that nobody else has to be told; her own are there, and sums where they tell of three and more."""
    held, people = measured(world, *others)
    handed = said(capsys, "hand-over", "--to", "The court", "--ground", "legal-order")
    assert [name for name in others if held.ids[name] in json.dumps(handed)] == []
    [report] = [one["content"]["report"] for one in handed if one["record"] == "Part"]
    assert set(report) == (set() if len(others) < 2 else {"summary", "tips"})
    assert report.get("summary", {}).get("people", []) == []
    [mine] = [one["content"]["figures"] for one in handed if one["record"] == "NamedIn"]
    assert (mine["participant_id"], mine["talk_ms"]) == (held.ids["Ada"], MINUTE)
    assert [told(people[name]) for name in others] == [[] for _ in others]
    assert ("everything", "named", "legal-order") in told(people["Ada"])
