"""Product improvement from consented, unlinked aggregates alone (D17)."""

from tests.support.browser import Browser
from tests.support.insights import Held, assemble, end, hold, reported
from tests.support.world import World


def improve(who: Browser, agrees: bool) -> None:
    assert who.request("PUT", "/v1/consents", json_body={"improvement": agrees}).status == 200


def use(held: Held) -> None:
    """Reads the report twice and shares it once."""
    for _ in range(2):
        assert held.organiser.get(f"/v1/meetings/{held.room}/report").json()["status"] == "ready"
    assert held.organiser.post(f"/v1/meetings/{held.room}/report/shares", json_body={}).status == 201


def counted(world: World) -> dict[str, int]:
    return {row["act"]["S"]: int(row["number"]["N"]) for row in world.aws.items("counts")}


def test_without_consent_nothing_is_contributed(world: World) -> None:
    """D17: not by use, not by having agreed to something else, and no more once it is withdrawn."""
    held = reported(world)
    use(held)
    assert counted(world) == {}
    improve(held.organiser, True)
    use(held)
    improve(held.organiser, False)
    use(held)
    assert counted(world) == {"report-read": 2, "report-shared": 1}


def test_what_is_contributed_is_linked_to_nobody(world: World) -> None:
    """D17: a month, an act and a number; of two people's acts the same row."""
    first = reported(world)
    improve(first.organiser, True)
    use(first)
    second = reported(world, email="grace@example.org")
    improve(second.organiser, True)
    use(second)
    assert counted(world) == {"report-read": 4, "report-shared": 2}
    for row in world.aws.items("counts"):
        assert set(row) == {"month", "act", "number", "expires_at", "expires_at_ms"}
        assert len(row["month"]["S"]) == 7


def test_a_report_counts_once_however_often_its_steps_run(world: World) -> None:
    """D17: and only where its organiser has agreed by then."""
    held = hold(world)
    improve(held.organiser, True)
    end(held)
    assemble(held)
    assemble(held)
    assert counted(world) == {"report-made": 1}
