"""DynamoDB requests of one clip, in every case that matters, with any number of live clips elsewhere."""

from bench.simulation import Simulation, count, simulation  # isort: skip - sets the environment

import secrets
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from unittest.mock import patch

from bench.rooms import RATE, Rooms
from chalicelib.joining import census, engine, fingerprint, models, quality, stored
from chalicelib.joining.keys import keys_between
from chalicelib.joining.models import SOUND, ClipId, Listing, Sound
from chalicelib.joining.places import places
from chalicelib.joining.routes import FINGERPRINT
from chalicelib.joining.rules import Span
from chalicelib.runtime.meter import metering
from chalicelib.runtime.viewers import Viewer
from tests.support.browser import Browser
from tests.support.environment import SECRET

HERE, NEARBY_MAX = "11.22.33.44", 300  # live clips, with those of a case itself
ANNOUNCEMENT_MAX = 23  # requests, of two seated at once, as by a code or a link; each socket is looked at again
DOUBT_MAX = 5  # requests, of one meeting that is asked, or of two newcomers who are told
MERGING_MAX = 48  # requests, of two meetings of two that become one, and the newcomer through whom they do
SCRIPT = (  # by seats: the case, or nothing; the verdict on every two of some; the most requests that follow
    ("", "no", (), 0),
    ("in doubt with a newcomer", "ask", (0, 1), DOUBT_MAX),
    ("", "no", (), 0),
    ("", "join", (2, 3), ANNOUNCEMENT_MAX),
    ("in doubt with a meeting", "ask", (2, 3, 4), DOUBT_MAX),
    ("", "no", (), 0),
    ("", "join", (5, 6), ANNOUNCEMENT_MAX),
    ("two meetings become one", "join", (2, 3, 5, 6, 7), MERGING_MAX),
)
OTHERS = 12  # rooms whose clips are about
CLIP_MS = 4_000
ROOMS = Rooms(OTHERS + 1, 12.0, seed=3)


@dataclass(frozen=True)
class Case:
    """Announcement: once the seats are taken, seeing that nobody is left behind and telling everyone (connections,
    sequence numbers), counted apart; pushes are WebSocket messages."""

    elsewhere: int
    name: str
    process: str
    requests: int
    steps: int
    units: float
    announcement_requests: int
    announcement_steps: int
    announcement_units: float
    pushes: int
    counts: bool = True  # against the target; finding out that a place is crowded happens once in 20 s
    told_max: int = ANNOUNCEMENT_MAX

    def __str__(self) -> str:
        steps = f"{self.announcement_requests} requests, {self.announcement_steps} in sequence"
        told = f"announced with {steps}, {self.announcement_units:g} units"
        own = f"{self.requests:2} requests, {self.steps} in sequence, {self.units:4g} units"
        return (
            f"{self.elsewhere:6} elsewhere, {self.process} process, {self.name:24}: {own}; {told}, {self.pushes} pushes"
        )


def cases(elsewhere: int) -> Iterator[Case]:
    """A place of up to 300 live clips, and so many elsewhere."""
    for process in ("cold", "warm"):
        with simulation() as simulated:
            _fill(simulated, NEARBY_MAX - 5, elsewhere)
            yield _case(simulated, elsewhere, "finds the crowd", "cold", room=OTHERS - 1, counts=False)
            yield _case(simulated, elsewhere, "no match", process, room=OTHERS - 2)
            yield _case(simulated, elsewhere, "first in a room", process)
            yield _case(simulated, elsewhere, "a new pair", process, seat=1, joins=True)
            yield _case(simulated, elsewhere, "a third joins them", process, seat=2, joins=True)
        with simulation() as simulated:
            yield from _beyond_one_comparison(simulated, elsewhere, process)


def _beyond_one_comparison(simulated: Simulation, elsewhere: int, process: str) -> Iterator[Case]:
    """The clips of one room; which of them agree, and how surely, is set by the script."""
    _fill(simulated, NEARBY_MAX - 9, elsewhere)
    _case(simulated, elsewhere, "finds the crowd", "cold", room=OTHERS - 1, counts=False)
    for seat, (name, verdict, among, told_max) in enumerate(SCRIPT):
        with patch.object(engine, "compare", _script(verdict, among, simulated.now - CLIP_MS)):
            joins = verdict == "join"
            case = _case(simulated, elsewhere, name, process, seat=seat, joins=joins, told_max=told_max)
        if name:
            yield case


def _script(verdict: str, among: Collection[int], start_ms: int) -> Callable[[bytes, Sequence[bytes]], list[str]]:
    clips = {stored.fine_part(_heard(OTHERS, seat, start_ms)) for seat in among}
    return lambda mine, others: [verdict if {mine, other} <= clips else "no" for other in others]


def _case(
    simulated: Simulation,
    elsewhere: int,
    name: str,
    process: str,
    *,
    room: int = OTHERS,
    seat: int = 0,
    joins: bool = False,
    counts: bool = True,
    told_max: int = ANNOUNCEMENT_MAX,
) -> Case:
    browser = Browser(simulated.app, HERE)
    assert browser.open_session().status == 201
    browser.connect()
    simulated.pushes.clear()
    if process == "cold":
        census.forget()
    start_ms = simulated.now - CLIP_MS
    headers = {
        "Content-Type": FINGERPRINT, "Earshot-Join": str(uuid.uuid4()), "Earshot-Recorded-At": str(start_ms),
        "Earshot-Processing": "off",
    }  # fmt: skip
    with metering() as meter:
        answer = browser.post("/v1/joins", body=_heard(room, seat, start_ms).to_bytes(), headers=headers)
    assert answer.status == 202, answer.body
    assert (answer.json()["status"] == "joined") == joins, answer.body
    found, pushes = count(meter), len(simulated.pushes.sent)
    own, told = ((one.requests, one.steps, one.units) for one in (found.own, found.announcement))
    return Case(elsewhere, name, process, *own, *told, pushes, counts, told_max)


def _fill(simulated: Simulation, nearby: int, elsewhere: int) -> None:
    """Live clips of a dozen rooms: some on this network, the others each on one of a hundred."""
    census.forget()
    start_ms = simulated.now - CLIP_MS
    heard = [_heard(room, 5, start_ms) for room in range(OTHERS - 2)]
    for at in range(nearby + elsewhere):
        address = HERE if at < nearby else f"12.{at % 100}.13.9"
        _list(heard[at % len(heard)], address, start_ms, simulated.now)


def _list(heard: fingerprint.Fingerprint, address: str, start_ms: int, now: int) -> None:
    span = Span(start_ms, start_ms + CLIP_MS)
    clip_id = ClipId(secrets.token_urlsafe(16), str(uuid.uuid4()))
    names = [name for place in places(Viewer(address), span, SECRET) for name in place]
    for name in names:
        listing = Listing(name, clip_id.tag, signature=heard.signature.to_bytes())
        listing.start_ms, listing.end_ms = span.start_ms, span.end_ms
        listing.lives_until(span.deadline(now))
        models.listings.put(listing)
    sound = Sound(clip_id.participant_id, SOUND + clip_id.join_id, places=set(names))
    sound.fine, sound.session_id, sound.start_ms = stored.fine_part(heard), "s" * 22, span.start_ms
    sound.lives_until(span.deadline(now))
    models.sounds.put(sound)


def _heard(room: int, seat: int, start_ms: int) -> fingerprint.Fingerprint:
    keys = keys_between(SECRET, start_ms, start_ms + CLIP_MS)
    samples = ROOMS.hear(room, seat, 4.0, CLIP_MS / 1e3)
    return fingerprint.compute(samples, RATE, start_ms, keys, clock_error_ms=60, processing=quality.OFF)
