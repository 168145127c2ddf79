"""What browsers measured comes in: from whom, when, how often, and at what cost (D2, D3, D9, D10)."""

import uuid
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.insights.models import SHARDS, Batch, batches, batches_part
from chalicelib.lifetimes import DAY
from chalicelib.rooms.service import merge_rooms
from chalicelib.runtime import events
from chalicelib.runtime.ids import RoomId
from chalicelib.runtime.meter import item_size, metering
from chalicelib.runtime.store import Record
from tests.support.accounts import with_account
from tests.support.browser import Browser
from tests.support.insights import Held, agree, assemble, end, grown_up_guest, hold, send
from tests.support.world import World

MINUTE = 60_000


@pytest.fixture
def held(world: World) -> Held:
    """A meeting a minute old."""
    made = hold(world)
    made.enter(made.organiser, "Ada")
    world.clock.advance(MINUTE)
    return made


def stored(held: Held) -> list[Batch]:
    return [one for shard in range(SHARDS) for one in batches.query(batches_part(held.room, shard), now=held.world.now)]


def settled(held: Held) -> Browser:
    """Ben, who came and agreed a minute ago."""
    ben = held.guest("Ben")
    held.world.clock.advance(MINUTE)
    return ben


def at(held: Held, from_s: float, to_s: float, kind: str = "talk") -> tuple[str, int, int]:
    """So many seconds ago."""
    return kind, held.world.now - int(from_s * 1000), held.world.now - int(to_s * 1000)


def test_a_batch_is_stored_once_however_often_it_comes(held: Held) -> None:
    """D3: by tab and number; another content under the same is no other batch."""
    ben = settled(held)
    first = send(ben, held.room, 1, at(held, 0.5, 0.1))
    assert (first.status, first.json()) == (202, {"accepted": 1, "rejected": [], "duplicate": False})
    again = send(ben, held.room, 1, at(held, 0.5, 0.1))
    assert again.json() == {"accepted": 1, "rejected": [], "duplicate": True}
    assert send(ben, held.room, 1, at(held, 0.9, 0.8, "webcam")).json()["duplicate"]
    [one] = stored(held)
    assert one.recording.talk
    assert not one.recording.webcam
    assert not send(ben, held.room, 2).json()["duplicate"]
    assert not send(ben, held.room, 1, tab=str(uuid.uuid4())).json()["duplicate"]
    assert len(stored(held)) == 3


@pytest.mark.parametrize("ways", [(100, 600), (600, 100)])
def test_what_a_clock_that_is_wrong_sent_is_whole(held: Held, ways: tuple[int, int]) -> None:
    """D3: half a minute slow, two half minutes of talk that touch, each on its way for as long as it likes."""
    ben, begun, wrong = settled(held), held.world.now, 29_500
    for number, way in enumerate(ways):
        held.world.clock.now_ms = begun + 30_000 * (number + 1) + way
        from_ms, to_ms = begun + 30_000 * number - wrong, begun + 30_000 * (number + 1) - wrong
        sent = send(ben, held.room, number, ("talk", from_ms, to_ms), from_ms=from_ms, to_ms=to_ms, sent_at_ms=to_ms)
        assert sent.json()["accepted"] == 1
    figures = ben.get(f"/v1/rooms/{held.room}/insights/mine").json()["figures"]
    assert (figures["talk_ms"], figures["observed_ms"], figures["turns"]) == (60_000, 60_000, 1)


def test_refused_events_are_named_and_the_rest_is_kept(held: Held) -> None:
    """D2: exactly three behaviours are measured."""
    ben = settled(held)
    answer = send(ben, held.room, 1, at(held, 9, 8, "mood"), at(held, 9, 8), at(held, 8, 8), at(held, 1, -9))
    assert answer.json() == {
        "accepted": 1,
        "rejected": [
            {"at": 0, "reason": "unknown-kind"},
            {"at": 2, "reason": "from-not-before-to"},
            {"at": 3, "reason": "in-the-future"},
        ],
        "duplicate": False,
    }
    assert [len(one.recording.talk) for one in stored(held)] == [1]


def test_without_consent_nothing_is_stored(held: Held) -> None:
    """D10: nor after it was withdrawn, when what was stored before goes, too."""
    ben = held.guest("Ben", agrees=False)
    assert kind_of(send(ben, held.room, 1)) == (403, "consent-required")
    agree(ben)
    assert send(ben, held.room, 2).status == 202
    agree(ben, False)
    assert kind_of(send(ben, held.room, 3)) == (403, "consent-required")
    assert stored(held) == []


def test_with_capture_switched_off_nothing_is_stored(held: Held) -> None:
    """D9: until it is on again; nor where nobody runs the meeting."""
    ben = held.guest("Ben")
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False}).status == 200
    assert kind_of(send(ben, held.room, 1)) == (403, "capture-off")
    assert stored(held) == []
    assert held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": True}).status == 200
    assert send(ben, held.room, 1).status == 202

    code = ben.post("/v1/join-codes", json_body={}).json()
    assert kind_of(send(ben, code["room_id"], 2)) == (403, "capture-off")


def test_only_members_send(held: Held, world: World) -> None:
    """D7: to all others there is no such meeting."""
    stranger = grown_up_guest(world)
    agree(stranger)
    assert send(stranger, held.room, 1).status == 404
    assert send(world.browser(), held.room, 1).status == 401
    assert stored(held) == []


def test_the_last_of_it_may_come_after_the_leaving(held: Held) -> None:
    """D3: for two minutes, as far as one was there; from then on it is too late, and said so."""
    ben = settled(held)
    left = held.world.now
    assert ben.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    held.world.clock.advance(2 * MINUTE - 1)
    assert send(ben, held.room, 1, ("talk", left - 30_000, left), from_ms=left - 30_000, to_ms=left).status == 202
    held.world.clock.advance(1)
    assert send(ben, held.room, 2).status == 410
    end(held)
    assemble(held)
    people = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]
    assert [one["figures"]["talk_ms"] for one in people] == [30_000]


def test_while_a_meeting_is_being_ended_its_people_are_told_to_come_again(held: Held) -> None:
    """D3, D6: everybody hears of the end before all of it is written: whatever then comes is not refused for good."""
    ben, stranger, seen = settled(held), grown_up_guest(held.world), list[int]()
    agree(stranger)

    def sends(_: events.RoomEnded) -> None:
        seen.extend(send(who, held.room, 1, at(held, 20, 10)).status for who in (ben, stranger))

    with patch.dict(events._subscribers, {events.RoomEnded: [sends, *events._subscribers[events.RoomEnded], sends]}):
        end(held)
    assert seen == [503, 404, 202, 404]


def test_what_was_measured_where_a_merge_began_is_taken_after_the_end(held: Held) -> None:
    """D3: a tab names the room that it measured in, which was another's by the end."""
    ben = settled(held)
    code = ben.post("/v1/join-codes", json_body={}).json()
    held.world.clock.advance(MINUTE)
    merge_rooms(RoomId(held.room), RoomId(code["room_id"]), now=held.world.now)
    end(held)
    assert send(ben, code["room_id"], 1, at(held, 20, 10)).status == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sequence": -1, "events": []}, 422),
        ({"sequence": 2**31, "events": []}, 422),
        ({"sequence": 1, "events": [{"kind": "talk", "from_ms": 1.5, "to_ms": 2}]}, 422),
        ({"sequence": 1, "events": [{"kind": "talk", "from_ms": 1}]}, 422),
        ({"sequence": 1, "events": [], "mood": "good"}, 422),
        ({"sequence": 1, "events": [{"kind": "talk", "from_ms": 1, "to_ms": 2}] * 2_001}, 413),
        ({"sequence": 1, "events": [{"kind": "t" * 100, "from_ms": 1, "to_ms": 2}] * 2_000}, 413),
    ],
)
def test_bad_batches_are_refused_whole(held: Held, body: dict[str, Any], status: int) -> None:
    """D2: over 2 000 events, or not as described: nothing of it is stored."""
    ben = held.guest("Ben")
    tab = {"Earshot-Tab": str(uuid.uuid4())}
    assert ben.post(f"/v1/rooms/{held.room}/insights", json_body=body, headers=tab).status == status
    assert stored(held) == []


def test_a_tab_names_itself_by_header_or_by_the_address(held: Held) -> None:
    """D3: a beacon sends no headers."""
    ben, body = held.guest("Ben"), {"sequence": 7, "events": []}
    path, tab = f"/v1/rooms/{held.room}/insights", str(uuid.uuid4())
    assert ben.post(path, json_body=body).status == 422
    assert ben.post(f"{path}?tab=mine", json_body=body).status == 422
    assert not ben.post(f"{path}?tab={tab}", json_body=body).json()["duplicate"]
    assert ben.post(path, json_body=body, headers={"Earshot-Tab": tab}).json()["duplicate"]


def test_two_thousand_events_are_taken(held: Held) -> None:
    """D2: the most a batch may have."""
    ben = held.guest("Ben")
    held.world.clock.advance(10 * MINUTE)
    now = held.world.now
    events = [("talk", now - 200 * n - 100, now - 200 * n) for n in range(2_000)]
    assert send(ben, held.room, 1, *events).json()["accepted"] == 2_000
    assert len(stored(held)[0].recording.talk) == 2_000


def test_a_typical_minute_is_one_item_of_at_most_a_kibibyte(held: Held) -> None:
    """D3: thirty turns, two of the camera and ten of attention; one write, of which nothing is read before."""
    ben, now = settled(held), held.world.now
    talk = [("talk", now - 2_000 * n - 1_500, now - 2_000 * n) for n in range(30)]
    eyes = [("attention", now - 6_000 * n - 5_000, now - 6_000 * n) for n in range(10)]
    with metering() as meter:
        cameras = [("webcam", now - 59_000, now - 30_000), ("webcam", now - 20_000, now)]
        assert send(ben, held.room, 1, *talk, *eyes, *cameras, from_ms=now - MINUTE, to_ms=now).status == 202
    [write] = [call for call in meter.calls if call.table == "insights"]
    assert (write.operation, write.units) == ("PutItem", 1)
    assert size_of(stored(held)[0]) <= 1024


def test_a_flood_of_batches_is_refused(held: Held) -> None:
    """A11: one session sends 120 in ten minutes, however many tabs it has."""
    ben = held.guest("Ben")
    answers = [send(ben, held.room, n, tab=str(uuid.uuid4())).status for n in range(121)]
    assert answers == [202] * 120 + [429]


def test_a_batch_of_a_meeting_of_weeks_is_no_fault(held: Held) -> None:
    """D2: an item holds 49 days of instants; what is said to be older than a week is not believed, the rest is."""
    ben = held.guest("Ben")
    for _ in range(2):
        held.world.clock.advance(25 * DAY)
        assert ben.get("/v1/session").status == 200
    now = held.world.now
    sent = send(ben, held.room, 1, ("talk", now - 49 * DAY, now - 48 * DAY), ("webcam", now - 50 * DAY, now))
    assert (sent.status, sent.json()["accepted"]) == (202, 1)
    assert sent.json()["rejected"] == [{"at": 0, "reason": "too-long-ago"}]
    [one] = stored(held)
    assert one.recording.parts == ((), ((now - 7 * DAY, now),), (), ((now - 7 * DAY, now),), ())


def test_whoever_has_an_account_agrees_for_it(held: Held, world: World) -> None:
    """D10: signed in, the account's consent counts."""
    held.world.clock.advance(MINUTE)
    grace = with_account(world, "grace@example.org")
    held.enter(grace, "Grace")
    assert send(grace, held.room, 1).status == 403
    agree(grace)
    assert send(grace, held.room, 1).status == 202


def kind_of(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json()["type"].rpartition("/")[2]


def size_of(item: Record) -> int:
    """Bytes, as DynamoDB counts them."""
    return item_size(item.serialize())


def test_browsers_may_still_send_for_two_minutes_after_the_end(held: Held) -> None:
    """D3: from then on it is too late, and said so; who was not there finds nothing at any time."""
    ben, stranger = held.guest("Ben"), grown_up_guest(held.world)
    agree(stranger)
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    held.world.clock.advance(2 * MINUTE - 1)
    assert send(ben, held.room, 1, at(held, 121, 120.5)).status == 202
    assert send(stranger, held.room, 1).status == 404
    held.world.clock.advance(1)
    assert send(ben, held.room, 2, at(held, 121, 120.5)).status == 410
    assert send(stranger, held.room, 1).status == 404
    assert len(stored(held)) == 1


def test_after_the_end_the_meeting_grows_no_longer(world: World) -> None:
    """D3: what is longer than it was is refused, however long after its end it comes."""
    held = hold(world)
    ben = held.guest("Ben")
    world.clock.advance(MINUTE)
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    world.clock.advance(2 * MINUTE - 1)
    now = world.now
    answer = send(ben, held.room, 1, ("talk", now - 90_000, now), ("talk", now - 150_000, now - 120_000))
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (
        1,
        [{"at": 0, "reason": "longer-than-the-meeting"}],
    )


def test_after_the_end_nothing_comes_in_where_capture_is_off(held: Held) -> None:
    """D9: whether it was off at the end or is since."""
    ben = held.guest("Ben")
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": False})
    assert send(ben, held.room, 1, at(held, 2, 1)).json()["type"].endswith("capture-off")
    assert stored(held) == []


def test_everyone_inside_reads_the_meeting_anew_when_capture_changes(held: Held) -> None:
    """D9: so that nobody goes on being asked; where nothing changes nobody is told."""
    ben = held.guest("Ben")
    ben.connect("ben").resume(held.room)
    before = len(held.world.pushes.to("ben"))
    for wanted in (False, False, True):
        changed = held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": wanted})
        assert changed.status == 200
    assert [one["type"] for one in held.world.pushes.to("ben")[before:]] == ["room.changed", "room.changed"]


def test_what_was_measured_while_capture_was_off_never_counts(held: Held) -> None:
    """D9: not even where it is sent once it is on again, as a browser does that was offline meanwhile."""
    ben = held.guest("Ben")
    held.world.clock.advance(5 * MINUTE)
    for wanted in (False, True):
        held.organiser.request("PATCH", "/v1/account", json_body={"capture_insights": wanted})
        held.world.clock.advance(5 * MINUTE)
    now = held.world.now
    off, after = ("talk", now - 9 * MINUTE, now - 6 * MINUTE), ("talk", now - 4 * MINUTE, now - 3 * MINUTE)
    answer = send(ben, held.room, 1, off, after, from_ms=now - 10 * MINUTE, to_ms=now)
    assert answer.status == 202, answer.body
    assert answer.json()["rejected"] == [{"at": 0, "reason": "while-capture-was-off"}]
    end(held)
    assemble(held)
    [told] = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]["people"]
    assert (told["figures"]["talk_ms"], told["figures"]["observed_ms"]) == (MINUTE, 5 * MINUTE)


def test_of_whom_nothing_is_believed_nothing_was_measured(held: Held) -> None:
    """D3, D10: Cy's one event is refused: Ben alone is in the report."""
    ben, cy = held.guest("Ben"), held.guest("Cy")
    held.world.clock.advance(2 * MINUTE)
    now = held.world.now
    assert send(ben, held.room, 1, ("talk", now - MINUTE, now), from_ms=now - 2 * MINUTE, to_ms=now).status == 202
    assert send(cy, held.room, 1, ("humming", now - MINUTE, now)).json()["accepted"] == 0
    end(held)
    assemble(held)
    report = held.organiser.get(f"/v1/meetings/{held.room}/report").json()["report"]
    assert [one["name"] for one in report["people"]] == ["Ben"]
