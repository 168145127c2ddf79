"""A clip lives ten seconds at most, and nothing of it anywhere after: A3, A4, with the TTL sweeper off."""

import io
import json
import uuid
from collections.abc import Sequence

import pytest

from chalicelib.joining import lazily, service
from tests.support import canaries
from tests.support.browser import Browser
from tests.support.sounds import LENGTH_S, clip, listen, submit
from tests.support.world import World

A1, A2, B1 = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"


def expire(world: World) -> None:
    """Delivers every message that waits on the delay queue, as SQS does when their seconds are over."""
    bodies = [json.dumps(message.body) for message in world.aws.messages()]
    world.deliver("clip-expiry", *bodies)


def fail(*_: object) -> None:
    raise RuntimeError("the process dies")


def quote_the_clip(mine: bytes, others: Sequence[bytes]) -> list[str]:
    raise ValueError(mine, others)


def clip_ids(world: World) -> set[str]:
    return {item["e"]["S"].removeprefix("sound#") for item in world.aws.sounds()}


@pytest.mark.parametrize(("age_ms", "met"), [(0, True), (9_000, True), (9_999, True), (10_000, False), (10_001, False)])
def test_a_clip_can_be_matched_until_it_is_ten_seconds_old(world: World, age_ms: int, met: bool) -> None:
    """A3: age 9.999 s may match, 10.000 s never, even while the item still exists."""
    early, late = world.member(), world.member()
    join_id = listen(early, A1, heard_until_ms=world.now).json()["join_id"]
    recorded_at_ms = world.now + 4_000 - 2_000 - 4_000  # its first two seconds are the other's last two
    world.clock.advance(age_ms)
    body = clip(A2, from_s=4.0)

    # the late clip ends 2 s after the early one; for the ages under 2 s it came from a device ahead of its time
    answer = submit(late, body, recorded_at_ms=recorded_at_ms)

    assert join_id in clip_ids(world)
    assert answer.status == 202
    assert (answer.json()["status"] == "joined") is met


@pytest.mark.parametrize(("lag_ms", "listening"), [(9_999, True), (10_000, False), (60_000, False)])
def test_a_clip_that_arrives_too_late_matches_nothing_and_is_not_kept(
    world: World, lag_ms: int, listening: bool
) -> None:
    """A3: ten seconds count from the end of the recording; a later arrival is expired at once."""
    listen(world.member(), A1, heard_until_ms=world.now)
    answer = listen(world.member(), A2, heard_until_ms=world.now - lag_ms)
    expected = 2 if listening else 1
    assert len(clip_ids(world)) == expected
    assert (answer.json()["status"] == "expired") is not listening


def test_a_recording_that_claims_to_end_later_lives_ten_seconds_from_its_receipt(world: World) -> None:
    """The four lifetimes: counted from the end of the recording, or its receipt if that is earlier."""
    answer = listen(world.member(), A1, heard_until_ms=world.now + 1_500)
    assert answer.json()["expires_at_ms"] == world.now + 10_000
    [stored] = world.aws.sounds()
    assert int(stored["expires_at_ms"]["N"]) == world.now + 10_000


def test_a_recording_from_the_future_is_refused(world: World) -> None:
    """A clock further ahead than any honest error would buy a longer life."""
    answer = listen(world.member(), A1, heard_until_ms=world.now + 2_001)
    assert answer.status == 422
    assert [error["at"] for error in answer.json()["errors"]] == ["Earshot-Recorded-At"]
    assert world.aws.of_clips() == []


def test_the_ttl_net_hangs_below_the_exact_deadline(world: World) -> None:
    """The four lifetimes: `expires_at` never earlier and at most 1 s later than the deadline."""
    listen(world.member(), A1, heard_until_ms=world.now - 377)
    for item in world.aws.items():
        assert 0 <= int(item["expires_at"]["N"]) * 1_000 - int(item["expires_at_ms"]["N"]) < 1_000


def test_cancelling_deletes_the_clip_at_once(world: World) -> None:
    """A4: a clip is deleted on cancel: no item of it in any table but the verdict, which holds no sound."""
    person = world.member()
    join_id = listen(person, A1, heard_until_ms=world.now).json()["join_id"]

    answer = person.delete(f"/v1/joins/{join_id}")

    assert answer.status == 204
    assert world.aws.of_clips() == []
    assert person.get(f"/v1/joins/{join_id}").json()["status"] == "expired"
    later = listen(world.member(), A2, heard_until_ms=world.now)
    assert later.json()["status"] == "listening"


def test_a_clip_that_comes_after_its_cancelling_is_nowhere_even_if_the_process_dies(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A4: cancelled before it came, it matches nobody, however far its process gets."""
    person, join_id = world.member(), str(uuid.uuid4())
    assert person.delete(f"/v1/joins/{join_id}").status == 204
    monkeypatch.setattr(service, "_again", fail)

    assert listen(person, A1, heard_until_ms=world.now, join_id=join_id).status == 500

    assert world.aws.of_clips() == []
    assert listen(world.member(), A2, heard_until_ms=world.now).json()["status"] == "listening"


def test_clips_that_never_came_are_cancelled_no_more_often_than_clips_can_come(world: World) -> None:
    """A11: each leaves a row for a minute; one's own clips can always be cancelled."""
    person = world.member()
    join_id = listen(person, A1, heard_until_ms=world.now).json()["join_id"]
    answers = [person.delete(f"/v1/joins/{uuid.uuid4()}") for _ in range(service.CLIPS_ALLOWED + 1)]
    assert [answer.status for answer in answers] == [204] * service.CLIPS_ALLOWED + [429]
    assert person.delete(f"/v1/joins/{join_id}").status == 204
    assert len(world.aws.verdicts()) == service.CLIPS_ALLOWED + 1


def test_cancelling_twice_and_what_never_was_is_no_error(world: World) -> None:
    person = world.member()
    join_id = listen(person, A1, heard_until_ms=world.now).json()["join_id"]
    answers = [person.delete(f"/v1/joins/{one}") for one in (join_id, join_id, uuid.uuid4())]
    assert [answer.status for answer in answers] == [204, 204, 204]


def test_nobody_cancels_for_another(world: World) -> None:
    """A4: my clip is mine to cancel."""
    owner, stranger = world.member(), world.member()
    join_id = listen(owner, A1, heard_until_ms=world.now).json()["join_id"]
    assert stranger.delete(f"/v1/joins/{join_id}").status == 204  # tells nothing
    assert clip_ids(world) == {join_id}
    assert owner.get(f"/v1/joins/{join_id}").json()["status"] == "listening"


def test_a_cancelled_clip_that_had_joined_stays_joined(world: World) -> None:
    """A4: cancelling deletes sound, not the meeting."""
    first, second = world.member(), world.member()
    join_id = listen(first, A1, heard_until_ms=world.now).json()["join_id"]
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]
    first.delete(f"/v1/joins/{join_id}")
    assert first.get(f"/v1/joins/{join_id}").json()["room_id"] == room
    assert join_id not in clip_ids(world)


def test_leaving_deletes_the_clip_too(world: World) -> None:
    """A4: a clip is deleted on cancel, on leaving and at 10 s."""
    first, second = world.member(), world.member()
    join_id = listen(first, A1, heard_until_ms=world.now).json()["join_id"]
    room = listen(second, A2, heard_until_ms=world.now).json()["room_id"]

    first.delete(f"/v1/rooms/{room}/participants/me")

    assert join_id not in clip_ids(world)


def test_ending_the_session_deletes_the_clip_too(world: World) -> None:
    """The four lifetimes: explicit acts (leave, log out) delete at once."""
    person = world.member()
    listen(person, A1, heard_until_ms=world.now)
    person.delete("/v1/session")
    assert world.aws.of_clips() == []


def test_the_delay_queue_deletes_the_clip_when_its_seconds_are_over(world: World) -> None:
    """A4: deleted at 10 s by the delay queue, TTL sweeper off; delivered twice is no error."""
    join_id = listen(world.member(), A1, heard_until_ms=world.now - 700).json()["join_id"]
    [message] = world.aws.messages()
    assert message.queue == "earshot-local-clip-expiry"
    assert message.delay_s == 10  # 9.3 s, rounded up: never early

    expire(world)
    expire(world)

    assert clip_ids(world) == set()
    assert [item for item in world.aws.mentions(join_id) if "f" in item] == []


def test_a_matched_clip_stays_for_later_arrivals_and_goes_with_its_time(world: World) -> None:
    """A4: never merely because it matched; at 10 s it is deleted like any other."""
    join_ids = {listen(world.member(), seat, heard_until_ms=world.now).json()["join_id"] for seat in (A1, A2)}
    assert clip_ids(world) == join_ids
    expire(world)
    assert clip_ids(world) == set()


def test_after_ten_seconds_nothing_of_the_sound_is_anywhere(world: World) -> None:
    """A4, A5: scan of every table and queue: no fingerprint, no samples, wherever one looks."""
    join_ids = [listen(world.member(), seat, heard_until_ms=world.now).json()["join_id"] for seat in (A1, A2, B1)]
    fingerprints = [bytes(item["f"]["B"]) for item in world.aws.sounds()]
    world.clock.advance(10_000)
    expire(world)

    left = world.aws.items()
    assert not any(isinstance(value.get("B"), bytes) for item in left for value in item.values())
    assert all(repr(fingerprint)[2:-1] not in repr(left) for fingerprint in fingerprints)
    assert {item["e"]["S"].removeprefix("verdict#") for item in world.aws.verdicts()} == set(join_ids)


def test_the_verdict_row_holds_no_sound_and_goes_after_a_minute(world: World) -> None:
    """A4: the verdict is a separate row without sound (60 s)."""
    first, second = world.member(), world.member()
    listen(first, A1, heard_until_ms=world.now)
    join_id = listen(second, A2, heard_until_ms=world.now).json()["join_id"]
    for row in world.aws.verdicts():
        assert not any("B" in value or "BS" in value for value in row.values())
        assert int(row["expires_at_ms"]["N"]) == world.now + 60_000
    world.clock.advance(59_999)
    assert second.get(f"/v1/joins/{join_id}").status == 200
    world.clock.advance(1)
    assert second.get(f"/v1/joins/{join_id}").status == 404


def test_a_listening_clip_says_it_has_expired(world: World) -> None:
    """The verdict is expired once the clip is over."""
    person = world.member()
    join_id = listen(person, A1, heard_until_ms=world.now).json()["join_id"]
    world.clock.advance(9_999)
    assert person.get(f"/v1/joins/{join_id}").json()["status"] == "listening"
    world.clock.advance(1)
    assert person.get(f"/v1/joins/{join_id}").json()["status"] == "expired"


def test_only_the_fingerprint_is_stored_and_it_is_small(world: World) -> None:
    """A5: raw audio is never stored; what is kept of it has at most 4 096 bytes."""
    body = clip(A1)
    listen(world.member(), A1, heard_until_ms=world.now)
    [stored] = world.aws.sounds()
    fingerprint = bytes(stored["f"]["B"])
    assert 0 < len(fingerprint) <= 4_096
    for at in range(44, len(body) - 16, 997):
        assert body[at : at + 16] not in fingerprint


def test_the_queue_knows_where_the_clip_is_and_nothing_of_it(world: World) -> None:
    """A5: no queue ever holds samples, nor anything to know a person by."""
    person = world.member()
    join_id = listen(person, A1, heard_until_ms=world.now).json()["join_id"]
    [message] = world.aws.messages()
    assert set(message.body) == {"clip", "listed", "over_ms"}
    assert message.body["clip"].endswith(join_id)
    assert "203.0.113" not in json.dumps(message.body)


def test_no_address_is_stored(world: World) -> None:
    """Places are HMACs under a daily key, no address is stored."""
    browser = Browser(world.app, "81.2.69.142")
    browser.open_session()
    listen(browser, A1, heard_until_ms=world.now)
    assert world.aws.mentions("81.2.69") == []
    listed = [item["p"]["S"] for item in world.aws.of_clips() if "s" in item]
    assert listed
    assert {len(place.split("#")[0]) for place in listed} == {12}  # characters of a keyed hash


@pytest.mark.parametrize("breaks", [False, True])
def test_nothing_of_a_clip_reaches_the_log(
    world: World,
    watched_logs: canaries.Watch,
    log_lines: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    breaks: bool,
) -> None:
    """A5, G6: nothing of the clip, its keys, its owner or its places in any line, also where matching fails on it."""
    if breaks:
        monkeypatch.setattr(lazily.engine(), "compare", quote_the_clip)
    first, second = world.member("81.2.69.142"), world.member("81.2.69.143")
    assert first.get("/v1/time").json()["keys"]  # told, as all answers are
    listen(first, A1, heard_until_ms=world.now)
    canaries.tell_items(world.aws.of_clips())
    assert listen(second, A2, heard_until_ms=world.now).status == (500 if breaks else 202)
    canaries.tell_items(world.aws.of_clips())
    submit(first, b"RIFF secret", recorded_at_ms=world.now - LENGTH_S * 1_000)
    expire(world)
    said = log_lines.getvalue() + "".join(capfd.readouterr())
    rows = world.aws.items("sessions")
    assert canaries.found_in(said, watched_logs.told) == watched_logs.found() == []
    for secret in ["81.2.69", "RIFF", *(r["participant_id"]["S"] for r in rows), *(r["own_id"]["S"] for r in rows)]:
        assert secret not in said


def test_how_late_a_clip_went_is_a_metric(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A3: from the end of its ten seconds to its deletion; one that was gone before is not late."""
    listen(world.member(), A1, heard_until_ms=world.now)
    for waited_ms, late_s in ((5_000, 0.0), (9_000, 4.0)):
        world.clock.advance(waited_ms)
        capsys.readouterr()
        expire(world)
        [told] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "LatenessSeconds" in line]
        assert (told["kind"], told["LatenessSeconds"]) == ("sound-clip", [late_s])
