"""What the operator does by a command, killed after each write: the same again finishes it (F2, F4, F6, F11)."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chalicelib.lifetimes import DAY, MINUTE
from chalicelib.privacy import disclosure_models as ledger, replaying
from chalicelib.runtime.addresses import Address, key_of
from chalicelib.runtime.disclosure import ADDRESS
from infra.outreach.__main__ import main as outreach
from infra.privacy.__main__ import main as privacy
from tests.support.accounts import register, with_account
from tests.support.belongings import CANARY, EMAIL, Belongings, guest_with_everything, owner_with_everything
from tests.support.crashing import Stored, converges, one_thread, points, reap_on, stored
from tests.support.erasures import erase, finish, started
from tests.support.insights import grown_up_guest
from tests.support.memory import Item, Memory
from tests.support.world import World

BACKED_UP = ("accounts", "meetings", "reports", "disclosures", "consents")
ERASE = ["erase", "--email", EMAIL, "--operator", "Olga", "--request-id", "mail-17"]
# who did what when, receipts that each try has its own of, and the mail that says so: looked at below by themselves
OWN = ("-privacy-requests", "-receipts", "-disclosures")


def _brought_back(world: World, memory: Memory, theirs: Belongings) -> None:
    """Erased, and then the backup of before is restored."""
    backup = {table: memory.items(table) for table in BACKED_UP}
    assert erase(theirs).status == 200
    _finish_all(world)
    for table, items in backup.items():
        memory.fill(table, items)


@pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])
def test_a_replay_that_was_killed_is_finished_by_the_next(world: World, make: Callable[[World], Belongings]) -> None:
    """F6: exhaustively; nothing names whoever was erased then, under a seal or without."""
    with one_thread() as memory:
        _brought_back(world, memory, make(world))
        assert converges(world, memory, lambda: _replay(world), lambda: _again(world, memory)) > 1


@pytest.mark.parametrize("make", [guest_with_everything, owner_with_everything], ids=["guest", "account"])
def test_what_a_killed_replay_has_begun_is_finished_without_another(
    world: World, make: Callable[[World], Belongings]
) -> None:
    """F6: by the reaper and the workflow, as any erasure is."""
    with one_thread() as memory:
        _brought_back(world, memory, make(world))
        for survived in points(world, memory, lambda: _replay(world)):
            with memory.undone():
                _killed(memory, lambda: _replay(world), survived)
                world.clock.advance(10 * MINUTE)
                _go_on(world)
                assert [row for row in memory.items("receipts") if "person" in row] == []


def test_an_erasure_by_the_operator_that_was_killed_is_finished_by_the_next(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """F11, F4: or by the reaper, where nothing is found by the address any more; what was begun stays on record."""
    with one_thread() as memory:
        owner_with_everything(world)
        at, now_ms = points(world, memory, lambda: privacy(ERASE)), world.now
        wanted = None
        for survived in (at[-1], *at):
            with memory.undone():
                _killed(memory, lambda: privacy(ERASE), survived)
                begun = len(memory.items("privacy-requests"))
                world.clock.advance(1)
                privacy(ERASE)
                _go_on(world)
                found, wanted = _settled(memory), wanted or _settled(memory)
                assert found == wanted, f"killed after {survived} requests"
                assert CANARY not in repr(found)
                assert all("receipt" in row and "person" not in row for row in memory.items("receipts"))
                assert len(memory.items("privacy-requests")) >= begun
            world.clock.now_ms = now_ms
            world.workflows.started.clear()
    capsys.readouterr()


def test_an_erasure_of_an_address_without_an_account_that_was_killed_is_finished_by_the_next(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """F11, F4: to which links were mailed for accounts that nobody confirmed; it is answered when nothing is left."""
    with one_thread() as memory:
        for _ in range(3):
            register(grown_up_guest(world), EMAIL)
        world.clock.advance(2 * DAY)
        at, subject = points(world, memory, lambda: privacy(ERASE)), ledger.subject_of(ADDRESS + key_of(Address(EMAIL)))
        for survived in (at[-1], *at):
            with memory.undone():
                assert len(_listed(memory, subject)) == 3
                _killed(memory, lambda: privacy(ERASE), survived)
                left = _listed(memory, subject)
                answered = [row for row in memory.items("privacy-requests") if "answered_at_ms" in row]
                assert not (left and answered), f"killed after {survived} requests"
                assert privacy(ERASE) == (0 if left else 1)
                assert _listed(memory, subject) == []
                assert subject in {row["subject"]["S"] for row in memory.items("erasures")}
        assert len(at) > 5
    capsys.readouterr()


def test_news_that_was_killed_goes_on_and_to_nobody_twice(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F2: whoever it was killed at gets it once at most; all others exactly once."""
    folder = tmp_path / "second"
    folder.mkdir()
    (folder / "en.txt").write_text("Earshot 2\nIt hears better.\n")
    send = ["news", str(folder), "--send"]
    with one_thread() as memory:
        people = [f"{name}@example.org" for name in ("ada", "ben", "cy")]
        for one in people:
            with_account(world, one, consents={"news": True})
        at = points(world, memory, lambda: outreach(send))
        assert len(at) > len(people)
        for survived in at:
            before = len(world.aws.mails())
            with memory.undone():
                _killed(memory, lambda: outreach(send), survived)
                assert outreach(send) == 0
                assert outreach(send) == 0
            got = Counter(one.to[0] for one in world.aws.mails()[before:])
            assert set(got) <= set(people)
            assert max(got.values()) == 1
            assert len(got) >= len(people) - 1, f"killed after {survived} requests"
    capsys.readouterr()


def _replay(world: World) -> None:
    replaying.replay(now=world.now)


def _again(world: World, memory: Memory) -> None:
    """The operator runs it once more, and what had been begun is gone on with."""
    _replay(world)
    world.clock.advance(10 * MINUTE)
    _go_on(world)
    assert [row for row in memory.items("receipts") if "person" in row] == []


def _go_on(world: World) -> None:
    """The reaper and the workflows."""
    reap_on(world)
    _finish_all(world)
    reap_on(world)


def _finish_all(world: World) -> None:
    for one in started(world):
        finish(str(one.given["erasure_id"]), world.now)
    world.workflows.started[:] = [one for one in world.workflows.started if one.workflow != "erasure"]


def _killed(memory: Memory, act: Callable[[], object], survived: int) -> None:
    with memory.crash_after(survived), suppress(Exception):
        act()


def _listed(memory: Memory, subject: str) -> list[Item]:
    """What was handed out of whoever the ledger calls so."""
    return [row for row in memory.items("disclosures") if row["subject"]["S"] == subject]


def _settled(memory: Memory) -> Stored:
    """Without what counts the messages to a room: some try told of one more."""
    found = stored(memory).items()
    return {key: row for key, row in found if not key[0].endswith(OWN) and not key[1].endswith("#sequence")}
