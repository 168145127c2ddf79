"""Joining without sound: clips that say themselves which scenes they heard, over a database in a dictionary."""

import base64
import contextvars
import json
import random
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from chalicelib.joining import census, crowd, lazily, service
from chalicelib.joining.rules import Span
from chalicelib.joining.service import Outcome, Submission
from chalicelib.runtime import parallel
from chalicelib.runtime.ids import JoinId, ParticipantId, RoomId
from chalicelib.runtime.viewers import Viewer
from chalicelib.sessions.models import Session, find
from tests.support.environment import SECRET
from tests.support.memory import Memory, in_memory
from tests.support.pushes import Pushes, recorded_pushes

LENGTH_MS = 4_000
NOWHERE = Viewer("8.8.8.8")


def heard(data: bytes, recorded_at_ms: float, _: str) -> SimpleNamespace:
    """A clip as the engine returns it; its content names the scenes."""
    span = Span(int(recorded_at_ms), int(recorded_at_ms) + LENGTH_MS)
    return SimpleNamespace(fine=data, signature=data, span=span, refusals=(), hints=())


def verdicts(mine: bytes, others: Sequence[bytes]) -> list[str]:
    """`join` for a common scene; `ask` where one of the two is in doubt."""
    return [_verdict(json.loads(mine), json.loads(other)) for other in others]


def _verdict(mine: dict[str, Any], other: dict[str, Any]) -> str:
    if set(mine["scenes"]).isdisjoint(other["scenes"]):
        return "no"
    return "ask" if mine["doubt"] or other["doubt"] else "join"


def likeliest(queries: Sequence[bytes], among: Sequence[bytes], top: int) -> list[list[int]]:
    """The indices of those with a common scene first."""
    return [sorted(range(len(among)), key=lambda i: verdicts(one, [among[i]]) == ["no"])[:top] for one in queries]


ORACLE = SimpleNamespace(hear_fingerprint=heard, compare=verdicts, likeliest=likeliest)


class OneAfterAnother:
    """Stands for the thread pool: what would run side by side runs in turn, so that a failure can be replayed."""

    def submit(self, run: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(contextvars.copy_context().run(run, *arguments))
        except BaseException as error:
            done.set_exception(error)
        return done


def repeatable_token(length: int) -> str:
    """In place of the system's generator: Hypothesis seeds `random`, so that a failure can be replayed."""
    return base64.urlsafe_b64encode(random.randbytes(length)).rstrip(b"=").decode()


def repeatable_uuid() -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)


@dataclass
class Stage:
    """What a test of joining may look into: the tables, the pushes, the messages that wait on queues."""

    memory: Memory
    pushes: Pushes
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def send_later(self, queue: str, message: dict[str, Any], *, delay_s: int) -> None:
        self.memory.before("SendMessage")
        self.waiting.append({**message, "queue": queue, "delay_s": delay_s})

    def take(self, queue: str) -> list[dict[str, Any]]:
        """What waits on that queue; it does not wait any more."""
        taken = [one for one in self.waiting if one["queue"] == queue]
        self.waiting = [one for one in self.waiting if one["queue"] != queue]
        return taken


@contextmanager
def staged(*, threads: bool = False) -> Iterator[Stage]:
    """The joining service over an empty Memory, its ears replaced by the oracle."""
    import app  # noqa: F401 - subscribes the subjects to one another's events

    with ExitStack() as stack:
        stage = Stage(stack.enter_context(in_memory()), stack.enter_context(recorded_pushes()))
        stack.enter_context(patch.object(lazily, "engine", lambda: ORACLE))
        stack.enter_context(patch.object(service, "send_later", stage.send_later))
        stack.enter_context(patch.object(crowd, "send_later", stage.send_later))
        stack.enter_context(patch.object(secrets, "token_urlsafe", repeatable_token))
        stack.enter_context(patch.object(uuid, "uuid4", repeatable_uuid))
        if not threads:
            stack.enter_context(patch.object(parallel, "_pool", OneAfterAnother))
        census.forget()
        yield stage


@dataclass(frozen=True)
class Clip:
    """What one device recorded once. The same clip may be sent again."""

    join_id: JoinId
    recorded_at_ms: int
    content: bytes

    @property
    def over_at_ms(self) -> int:
        return self.recorded_at_ms + LENGTH_MS + 10_000


def new_clip(scenes: Sequence[str], recorded_at_ms: int, *, doubt: bool = False) -> Clip:
    content = json.dumps({"scenes": list(scenes), "doubt": doubt}).encode()
    return Clip(JoinId(str(uuid.uuid4())), recorded_at_ms, content)


def send(clip: Clip, owner: Session, *, now: int, room_id: RoomId | None = None) -> Outcome:
    """POST /v1/joins, as the route does it: with the session as it is stored at that moment."""
    session = find(owner.session_id, now=now) or owner
    made = Submission(clip.join_id, clip.content, False, clip.recorded_at_ms, "off", NOWHERE, room_id)
    return service.submit_clip(made, session, SECRET, now=now)


def meetings(stage: Stage, now: int) -> dict[RoomId, set[ParticipantId]]:
    """Who is a member where, read from the raw rows; merged rooms count as what they became."""
    from chalicelib.rooms.merging import current_room

    found: dict[RoomId, set[ParticipantId]] = {}
    for row in stage.memory.items("rooms"):
        if row["kind"]["S"] == "member" and int(row["expires_at_ms"]["N"]) > now:
            room = current_room(RoomId(row["room_id"]["S"]), now=now)
            room_id = RoomId(room.room_id if room else row["room_id"]["S"])
            found.setdefault(room_id, set()).add(ParticipantId(row["participant_id"]["S"]))
    return found
