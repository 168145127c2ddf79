"""A crowded network: over the bound people meet through the rounds of joining/crowd.py, and nothing stays behind."""

import json
import uuid
from collections.abc import Callable, Sequence
from itertools import count

import pytest

from chalicelib.joining import census, company, crowd, lazily, service
from chalicelib.joining.models import Listing, listings
from chalicelib.joining.places import places
from chalicelib.joining.rules import Span
from chalicelib.joining.tasks import Unfinished
from chalicelib.lifetimes import CROWD_NOTICE
from chalicelib.runtime.store import PAST_MAX
from chalicelib.runtime.viewers import Viewer
from tests.support import canaries
from tests.support.browser import Browser
from tests.support.environment import SECRET
from tests.support.sounds import LENGTH_S, clip, listen, submit
from tests.support.world import World

A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"
BOUND = 3


@pytest.fixture
def crowded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A network with more clips than one reader looks at, all of them from another room than `A`; nobody met."""
    for module in (census, company):
        monkeypatch.setattr(module, "BOUND", BOUND)
    person = world.member()
    for _ in range(BOUND + 2):  # one person's clips match nobody
        submit(person, clip(B1, from_s=1.97), recorded_at_ms=world.now - LENGTH_S * 1_000 - 30)
    return world


def deliver(world: World, queue: str) -> list[dict[str, object]]:
    """Delivers what waits on that queue, once; the messages."""
    waiting = [one for one in world.aws.messages() if one.queue.endswith(queue)]
    world.aws.forget(queue)
    for one in waiting:
        world.deliver(queue, json.dumps(one.body))
    return [one.body for one in waiting]


def run_rounds(world: World) -> list[dict[str, object]]:
    """All rounds and what follows from them; their messages."""
    done: list[dict[str, object]] = []
    world.clock.advance(crowd.ROUND_DELAY_S * 1_000)
    while found := deliver(world, crowd.QUEUE):
        done += found
    return done


def verdict(browser: Browser, join_id: str) -> dict[str, object]:
    found: dict[str, object] = browser.get(f"/v1/joins/{join_id}").json()
    return found


def test_people_in_a_crowd_meet_through_the_rounds_and_two_rooms_stay_two(crowded: World) -> None:
    """A2, A6, A14: the answer comes a round later, and is right."""
    people = {seat: crowded.member() for seat in (A1, A2, B1)}
    joins = {seat: listen(people[seat], seat, heard_until_ms=crowded.now).json() for seat in people}
    assert {one["status"] for one in joins.values()} == {"listening"}

    run_rounds(crowded)

    found = {seat: verdict(people[seat], joins[seat]["join_id"]) for seat in people}
    assert found[A1]["status"] == found[A2]["status"] == found[B1]["status"] == "joined"
    assert found[A1]["room_id"] == found[A2]["room_id"] != found[B1]["room_id"]


@pytest.mark.parametrize("cold", [True, False])
def test_whoever_is_in_a_crowd_is_offered_the_code_by_any_process(crowded: World, cold: bool) -> None:
    """A14: a process that has just begun says so in its first answer, and so does whoever asks later."""
    person = crowded.member()
    if cold:
        census.forget()
    found = listen(person, A1, heard_until_ms=crowded.now).json()
    assert found["hint"] == service.CROWDED == verdict(person, found["join_id"])["hint"]


def test_the_first_who_came_before_the_crowd_was_known_are_met_too(crowded: World) -> None:
    """A6: clips listed under the network itself are among those that a round looks at."""
    early = [item for item in crowded.aws.items("clips") if "s" in item and "#" not in item["p"]["S"]]
    newcomer = crowded.member()
    join_id = listen(newcomer, B1, heard_until_ms=crowded.now).json()["join_id"]
    run_rounds(crowded)
    assert early
    assert verdict(newcomer, join_id)["status"] == "joined"


def test_the_crowd_is_forgotten_twenty_seconds_later(crowded: World) -> None:
    """A14: a place narrowed once is not narrow for ever."""
    crowded.clock.advance(CROWD_NOTICE.length_ms)
    deliver(crowded, "clip-expiry")
    listen(crowded.member(), A1, heard_until_ms=crowded.now)
    answer = listen(crowded.member(), A2, heard_until_ms=crowded.now).json()
    assert answer["status"] == "joined"


def test_a_network_is_crowded_until_its_crowd_is_gone(crowded: World) -> None:
    """A6: its rounds say so anew before it is forgotten, or whoever came next would look where nobody is listed."""
    crowded.clock.advance(CROWD_NOTICE.length_ms - 5_000)
    census.forget()
    for _ in range(BOUND + 1):
        listen(crowded.member(), B1, heard_until_ms=crowded.now)
    run_rounds(crowded)
    crowded.clock.advance(5_000)

    answer = listen(crowded.member(), A1, heard_until_ms=crowded.now).json()

    assert answer["hint"] == service.CROWDED


def test_a_clip_that_outlives_the_crowd_is_found_by_whoever_comes_after_it(crowded: World) -> None:
    """A6: of two clips on a network the later does not miss the earlier because a notice ended between them."""
    crowded.clock.advance(CROWD_NOTICE.length_ms - 1)
    span = Span(crowded.now - round(LENGTH_S * 1_000), crowded.now)
    for [name] in places(Viewer("203.0.113.7"), span, SECRET)[:-1]:
        census.report_crowd(name, crowded.now)
    deliver(crowded, "clip-expiry")
    first, second = crowded.member(), crowded.member()
    listen(first, A1, heard_until_ms=crowded.now)
    heard_until_ms = crowded.now
    crowded.clock.advance(1)

    answer = listen(second, A2, heard_until_ms=heard_until_ms).json()

    assert answer["status"] == "joined"


def test_people_meet_behind_any_number_of_clips_that_nobody_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A6: where the queue that deletes clips has stood still for long, the rounds look for everybody."""
    for module in (census, company):
        monkeypatch.setattr(module, "BOUND", BOUND)
    span = Span(world.now - round(LENGTH_S * 1_000), world.now)
    for [name] in places(Viewer("203.0.113.7"), span, SECRET):
        for number in range((BOUND + 1) * (PAST_MAX + 2)):
            expired = Listing(name, f"{'-' * 22}{number:036}", signature=b"", start_ms=0, end_ms=0)
            expired.lives_until(world.now)
            listings.put(expired)
    people = {seat: world.member() for seat in (A1, A2)}

    joins = [listen(people[seat], seat, heard_until_ms=world.now).json()["join_id"] for seat in people]
    run_rounds(world)

    found = [verdict(*one) for one in zip(people.values(), joins, strict=True)]
    assert found[0]["status"] == found[1]["status"] == "joined"
    assert found[0]["room_id"] == found[1]["room_id"]


def test_a_clip_written_after_a_round_has_closed_calls_the_next(crowded: World) -> None:
    """A6: of two clips at least one is compared with the other, on whichever side of a round they came."""
    first, second = crowded.member(), crowded.member()
    early = listen(first, A1, heard_until_ms=crowded.now).json()["join_id"]
    heard_until_ms = crowded.now
    run_rounds(crowded)
    assert verdict(first, early)["status"] == "listening"

    late = listen(second, A2, heard_until_ms=heard_until_ms).json()["join_id"]
    run_rounds(crowded)

    assert verdict(first, early)["status"] == verdict(second, late)["status"] == "joined"
    assert verdict(first, early)["room_id"] == verdict(second, late)["room_id"]


def test_a_clip_that_fails_keeps_no_other_from_its_people_and_is_tried_again(
    crowded: World, monkeypatch: pytest.MonkeyPatch, watched_logs: canaries.Watch
) -> None:
    """A6, A14, G6: each clip of a batch by itself; the queue has the message again, and the log nothing of the clip."""
    people = {seat: crowded.member() for seat in (B1, A1, A2)}
    joins = {seat: listen(people[seat], seat, heard_until_ms=crowded.now).json()["join_id"] for seat in people}
    canaries.tell_items(crowded.aws.of_clips())
    deliver(crowded, crowd.QUEUE)
    waiting = [one.body for one in crowded.aws.messages() if one.queue.endswith(crowd.QUEUE)]
    crowded.aws.forget(crowd.QUEUE)
    by_tag = {one[0]: one for body in waiting for one in body["compare"]}
    batch = [one for seat in people for tag, one in by_tag.items() if tag.endswith(joins[seat])]  # B1 is the first
    message, compare = json.dumps({"compare": batch}), lazily.engine().compare

    with monkeypatch.context() as broken:
        broken.setattr(lazily.engine(), "compare", failing_once(compare))
        with pytest.raises(Unfinished):
            crowded.deliver(crowd.QUEUE, message)
    run_rounds(crowded)

    assert {verdict(people[seat], joins[seat])["status"] for seat in (A1, A2)} == {"joined"}
    assert verdict(people[B1], joins[B1])["status"] == "listening"
    crowded.deliver(crowd.QUEUE, message)
    run_rounds(crowded)
    assert verdict(people[B1], joins[B1])["status"] == "joined"
    assert watched_logs.found() == []


def failing_once(compare: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Fails at its first call, and quotes what it was given."""
    calls = count()

    def compared(mine: bytes, others: Sequence[bytes]) -> list[str]:
        if next(calls) == 0:
            raise ValueError(mine, others)
        return compare(mine, others)

    return compared


def test_while_a_round_is_called_nobody_calls_another_for_the_same_partition(crowded: World) -> None:
    """A14: the work does not grow with the clips that come meanwhile."""
    crowded.aws.forget(crowd.QUEUE)  # the crowd's own clips may lie in that shard of another cell
    same_shard = [str(uuid.UUID(int=crowd.SHARDS * (n + 1) + 5)) for n in range(4)]
    for join_id in same_shard:
        listen(crowded.member(), A1, heard_until_ms=crowded.now, join_id=join_id)
    called = [one.body["round"] for one in crowded.aws.messages() if "round" in one.body]
    assert [name.rsplit("#", 1)[1] for name in called].count("5") == 1


def test_a_clip_is_ranked_once(crowded: World) -> None:
    """A14: a second round leaves those to themselves whom the first has seen to."""
    shard = [str(uuid.UUID(int=crowd.SHARDS * (n + 1) + 7)) for n in range(2)]
    compared = []
    for join_id in shard:
        listen(crowded.member(), A1, heard_until_ms=crowded.now, join_id=join_id)
        batches = [one["compare"] for one in run_rounds(crowded) if "compare" in one]
        compared.append([tag for batch in batches for tag, *_ in batch])  # type: ignore[attr-defined]
        crowded.clock.advance(-1_000)
    assert [sum(tag.endswith(join_id) for tag in compared[0]) for join_id in shard] == [1, 0]
    assert [sum(tag.endswith(join_id) for tag in compared[1]) for join_id in shard] == [0, 1]


@pytest.mark.parametrize("gone_by", ["expiry", "cancel"])
def test_nothing_of_a_clip_in_a_crowd_outlives_it(crowded: World, gone_by: str) -> None:
    """A4: neither its listings under cells nor anything a round made of it, even if a round comes late."""
    person = crowded.member()
    join_id = listen(person, A1, heard_until_ms=crowded.now).json()["join_id"]
    deliver(crowded, crowd.QUEUE)
    if gone_by == "cancel":
        assert person.delete(f"/v1/joins/{join_id}").status == 204
    else:
        crowded.clock.advance(10_000)
        deliver(crowded, "clip-expiry")

    run_rounds(crowded)

    assert [item for item in crowded.aws.of_clips() if join_id in repr(item)] == []


def test_a_crowded_clip_is_listed_under_its_cell_only(crowded: World) -> None:
    """A14: no partition is written by everyone."""
    join_id = listen(crowded.member(), A1, heard_until_ms=crowded.now).json()["join_id"]
    start_ms = crowded.now - round(LENGTH_S * 1_000)
    span = Span(start_ms, crowded.now)
    [network] = places(Viewer("203.0.113.7"), span, SECRET)[-1]
    listed = [item["p"]["S"] for item in crowded.aws.items("clips") if "s" in item and join_id in item["e"]["S"]]
    assert listed == [f"{network}#{start_ms // crowd.CELL_MS % crowd.CELLS}#{uuid.UUID(join_id).int % crowd.SHARDS}"]
