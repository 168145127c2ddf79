"""Anything at all through POST /v1/joins, while somebody in another room listens (A7).

A few hundred cases in the ordinary run; `make prove-fuzz` sends ten thousand. A case is its number and the seed.
"""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from unittest.mock import Mock, patch

import pytest

from chalicelib.joining import engine, service
from tests.support.browser import Answer, Browser
from tests.support.memory import Memory, in_memory
from tests.support.sounds import clip, fingerprint_of, submit
from tests.support.world import World, fresh_world

CASES = int(os.environ.get("EARSHOT_FUZZ_CASES", "150"))
SEED = int(os.environ.get("EARSHOT_FUZZ_SEED", "20271")) or random.randrange(1 << 30)
FINGERPRINT, WAV = "application/vnd.earshot.fingerprint", "audio/wav"
WAV_S = 4.0  # long enough to be compared


def flipped(body: bytearray, chance: random.Random) -> bytearray:
    """Up to thirty bytes anywhere, or in the head, are others."""
    reach = chance.choice([16, 64, len(body)])
    for _ in range(chance.randint(1, 30)):
        body[chance.randrange(min(reach, len(body)))] = chance.randrange(256)
    return body


def cut(body: bytearray, chance: random.Random) -> bytearray:
    return body[: chance.randrange(len(body))]


def lengthened(body: bytearray, chance: random.Random) -> bytearray:
    return body + chance.randbytes(chance.randint(1, 5_000))


def overwritten(body: bytearray, chance: random.Random) -> bytearray:
    """A stretch is noise, or nothing."""
    at, length = chance.randrange(len(body)), chance.randint(1, len(body))
    piece = body[at : at + length]
    body[at : at + length] = chance.choice([chance.randbytes(len(piece)), bytes(len(piece)), b"\xff" * len(piece)])
    return body


def shuffled(body: bytearray, chance: random.Random) -> bytearray:
    """The same bytes in other places, by the block."""
    size = chance.choice([1, 2, 4, 32, 512])
    blocks = [body[at : at + size] for at in range(0, len(body), size)]
    chance.shuffle(blocks)
    return bytearray().join(blocks)


MUTATIONS: list[Callable[[bytearray, random.Random], bytearray]] = [flipped, cut, lengthened, overwritten, shuffled]


def case(number: int, real: dict[str, bytes]) -> tuple[bytes, str]:
    """What is sent, and as what: random bytes, or something real with one or two mutations."""
    chance = random.Random(f"{SEED}/{number}")
    kind = chance.choice([FINGERPRINT, WAV])
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(chance.choice([8, 64, 4_200, 20_000]))), kind
    body = bytearray(real[kind])
    for mutate in chance.choices(MUTATIONS, k=chance.randint(1, 2)):
        body = mutate(body, chance) if body else body
    return bytes(body), kind


@pytest.fixture
def listened() -> Iterator[tuple[World, Memory, Mock]]:
    """Somebody in room B has just sent a clip; there is no limit to attempts, and no queue. Comparisons are noted."""
    with (
        fresh_world() as world,
        in_memory() as memory,
        patch.object(service, "CLIPS_ALLOWED", 1_000_000),
        patch.object(service, "send_later") as called,
        patch.object(engine, "compare", wraps=engine.compare) as compared,
    ):
        body = clip("room-b-seat-1", length_s=WAV_S)
        assert submit(world.member(), body, recorded_at_ms=world.now - WAV_S * 1_000).status == 202
        called.side_effect = lambda *_, **__: memory.before("SendMessage")
        yield world, memory, compared


def post(browser: Browser, world: World, body: bytes, kind: str) -> Answer:
    headers = {"Content-Type": kind, "Earshot-Join": str(uuid.uuid4())}
    return submit(browser, body, recorded_at_ms=world.now - WAV_S * 1_000, headers=headers)


def test_whatever_is_sent_is_no_fault_and_no_match(
    listened: tuple[World, Memory, Mock], capsys: pytest.CaptureFixture[str]
) -> None:
    """A7: never a 5xx, never `joined`, and of what is refused nothing is stored or queued."""
    world, memory, compared = listened
    recording = clip("room-a-seat-1", length_s=WAV_S)
    real = {WAV: recording, FINGERPRINT: fingerprint_of(recording, world.now - WAV_S * 1_000)}
    person, statuses, began = world.member(), dict[int, int](), time.monotonic()
    for number in range(CASES):
        body, kind = case(number, real)
        stored, queued = memory.items("clips"), list[str]()
        with memory.undone():
            memory.before = lambda operation, queued=queued: queued.append(operation)  # type: ignore[misc]
            answer = post(person, world, body, kind)
            memory.before = lambda _: None
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            assert answer.status in (202, 413, 422), (SEED, number, answer.body)
            if answer.status == 202:
                assert answer.json()["status"] in ("listening", "inconclusive"), (SEED, number)
            else:
                assert memory.items("clips") == stored, (SEED, number)
                assert "SendMessage" not in queued, (SEED, number)
            assert memory.items("rooms") == [], (SEED, number)
    with capsys.disabled():
        print(f"\n{CASES} cases of seed {SEED} in {time.monotonic() - began:.0f} s: {dict(sorted(statuses.items()))}")
    assert statuses.get(422, 0) > CASES // 4
    assert sum(len(call.args[1]) for call in compared.call_args_list) > CASES // 50  # it might have matched
