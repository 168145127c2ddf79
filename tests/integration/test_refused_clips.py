"""What cannot be used is refused with a clear answer, and nothing of it is stored ((A7)."""

import math
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from tests.support.browser import Answer
from tests.support.memory import in_memory
from tests.support.sounds import RATE, clip, fingerprint_of, submit, wav, with_format
from tests.support.world import World

A1, A2 = "room-a-seat-1", "room-a-seat-2"
MIB = 1_048_576


def tone(seconds: float, hz: float = 440.0, level: float = 0.5) -> bytes:
    values = (round(32_767 * level * math.sin(2 * math.pi * hz * n / RATE)) for n in range(int(seconds * RATE)))
    return b"".join(struct.pack("<h", value) for value in values)


REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no WAV": lambda: b"OggS" + bytes(4_000),
    "header only": lambda: wav(b""),
    "cut in the header": lambda: clip(A1)[:30],
    "truncated": lambda: clip(A1)[:-1_001],
    "silent throughout": lambda: wav(bytes(4 * RATE * 2)),
    "under 1 s": lambda: clip(A1, length_s=0.999),
    "over 10 s": lambda: clip(A1, from_s=0.0, length_s=10.01),
    "8-bit": lambda: wav(bytes(range(256)) * 250, width=1),
    "three channels": lambda: wav(tone(3.0), channels=3),
    "A-law": lambda: with_format(clip(A1), 6),
    "MP3 in WAV": lambda: with_format(clip(A1), 0x55),
    "no rate": lambda: clip(A1)[:24] + bytes(4) + clip(A1)[28:],
    "4 kHz": lambda: wav(tone(1.0), rate=4_000),
    "half a sample": lambda: clip(A1)[:40] + struct.pack("<I", 64_001) + clip(A1)[44 : 44 + 64_001],
}


def send(world: World, body: bytes, **headers: str | None) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return submit(world.member(), body, recorded_at_ms=world.now - 4_000, headers=named)


def nothing_kept(world: World) -> bool:
    return world.aws.items("clips") + world.aws.items("rooms") == [] == world.aws.messages()


@pytest.mark.parametrize("what", REFUSED)
def test_an_unusable_recording_is_refused_with_its_reason(world: World, what: str) -> None:
    """422 for a WAV that is truncated, silent, under 1 s, over 10 s or of an unsupported format."""
    answer = send(world, REFUSED[what]())
    assert (answer.status, answer.json()["type"]) == (422, "/problems/invalid")
    assert answer.json()["detail"].endswith(".")
    assert nothing_kept(world)


def test_a_recording_over_a_mebibyte_is_too_large(world: World) -> None:
    """413 over 1 MiB of audio."""
    answer = send(world, wav(bytes(MIB)))
    assert (answer.status, answer.json()["type"]) == (413, "/problems/too-large")
    assert nothing_kept(world)


def test_a_recording_of_exactly_a_mebibyte_is_looked_at(world: World) -> None:
    assert send(world, wav(bytes(MIB - 44))).status == 422


@pytest.mark.parametrize(
    "kind", ["audio/mpeg", "audio/webm", "application/json", "text/plain", "application/octet-stream", None]
)
def test_another_content_type_is_not_taken(world: World, kind: str | None) -> None:
    """415 other types."""
    answer = send(world, clip(A1), Content_Type=kind)
    assert (answer.status, answer.json()["type"]) == (415, "/problems/wrong-type")
    assert nothing_kept(world)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Earshot-Join", None), ("Earshot-Join", ""), ("Earshot-Join", "7"), ("Earshot-Join", "x" * 36),
        ("Earshot-Recorded-At", None), ("Earshot-Recorded-At", "yesterday"), ("Earshot-Recorded-At", "-1"),
        ("Earshot-Recorded-At", "nan"), ("Earshot-Recorded-At", "inf"), ("Earshot-Recorded-At", "1e300"),
        ("Earshot-Recorded-At", "1_000"), ("Earshot-Recorded-At", "٣"), ("Earshot-Recorded-At", "+1"),
        ("Earshot-Processing", "maybe"), ("Earshot-Processing", ""),
    ],
)  # fmt: skip
def test_a_header_that_is_missing_or_wrong_is_named(world: World, name: str, value: str | None) -> None:
    """docs/api.md: 422, saying where."""
    answer = send(world, clip(A1), **{name.replace("-", "_"): value})
    assert answer.status == 422
    assert [error["at"] for error in answer.json()["errors"]] == [name]
    assert nothing_kept(world)


@pytest.mark.parametrize("value", ["0", "1", "99999999999999", "1e13"])
def test_an_instant_out_of_any_range_stores_nothing(world: World, value: str) -> None:
    """A3: a clip that ended long ago or far ahead is nobody's neighbour."""
    answer = send(world, clip(A1), Earshot_Recorded_At=value)
    assert answer.status in (202, 422)
    assert world.aws.of_clips() == []


@pytest.mark.parametrize(("seconds", "status"), [(1.0, 202), (10.0, 202)])
def test_the_shortest_and_the_longest_recording_are_taken(world: World, seconds: float, status: int) -> None:
    """1 s and 10 s are inside the limits."""
    body = clip(A1, from_s=0.0, length_s=seconds)
    assert submit(world.member(), body, recorded_at_ms=world.now - seconds * 1_000).status == status


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("bare tone", lambda: wav(tone(4.0))),
        ("mains hum", lambda: wav(tone(4.0, hz=50.0))),
        ("almost silent", lambda: wav(bytes(2 * RATE) + b"\x01\x00" + bytes(6 * RATE - 2))),
        (
            "clipped square",
            lambda: wav(b"".join(struct.pack("<h", 32_767 if n // 37 % 2 else -32_767) for n in range(4 * RATE))),
        ),
    ],
)
def test_doubtful_sound_is_inconclusive_and_never_a_match(world: World, what: str, body: Callable[[], bytes]) -> None:
    """A7: silence, hum, clipping or a bare tone answer `inconclusive`, never a match: not even with itself."""
    sound = body()
    answers = [submit(world.member(), sound, recorded_at_ms=world.now - 4_000) for _ in range(2)]
    for answer in answers:
        assert answer.status == 202
        assert answer.json()["status"] == "inconclusive", what
        assert answer.json()["hint"]
    assert world.aws.of_clips() + world.aws.items("rooms") == []


@settings(max_examples=30)
@given(data=st.data())
def test_mutilated_recordings_are_never_a_fault(world: World, data: st.DataObject) -> None:
    """A7: whatever bytes a WAV has in its head, never a 500."""
    world.reset()
    body = bytearray(clip(A1))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)) | st.just(len(body)))
    with in_memory():
        assert send(world, bytes(body[:cut])).status in (202, 413, 422)


@settings(max_examples=60)
@given(body=st.binary(max_size=4_200), kind=st.sampled_from(["audio/wav", "application/vnd.earshot.fingerprint"]))
def test_random_bytes_are_never_a_fault_and_nothing_of_them_is_kept(world: World, body: bytes, kind: str) -> None:
    """A7: random bytes: never a 500, never a match, nothing stored."""
    with in_memory() as memory:
        assert send(world, body, Content_Type=kind).status == 422
        assert [memory.items(table) for table in ("clips", "rooms")] == [[], []]
        assert world.aws.messages() == []


@settings(max_examples=60)
@given(data=st.data())
def test_mutilated_fingerprints_are_never_a_fault(world: World, data: st.DataObject) -> None:
    """A7: bad version, wrong length, values out of range: 422; never a 500."""
    body = bytearray(fingerprint_of(clip(A1), world.now - 4_000))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, min(64, len(body) - 1)))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.just(len(body)) | st.integers(0, len(body) + 3))
    sent = bytes(body[:cut]) + bytes(max(0, cut - len(body)))
    world.reset()
    with in_memory():
        answer = send(world, sent, Content_Type="application/vnd.earshot.fingerprint")
    assert answer.status in (202, 422)
