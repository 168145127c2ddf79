"""DynamoDB requests of one clip, in every case that matters, with any number of live clips elsewhere."""

from bench.simulation import Count, Simulation, count, simulation  # isort: skip - sets the environment

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from bench.rooms import RATE, Rooms
from chalicelib.joining import census, fingerprint, models, quality, stored
from chalicelib.joining.keys import keys_between
from chalicelib.joining.models import SOUND, ClipId, Listing, Sound
from chalicelib.joining.places import Viewer, places
from chalicelib.joining.routes import FINGERPRINT
from chalicelib.joining.rules import Span
from chalicelib.runtime.meter import metering
from tests.support.browser import Browser
from tests.support.environment import SECRET

HERE, NEARBY_MAX = "11.22.33.44", 295  # five clips come on top: 300 live ones
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

    def __str__(self) -> str:
        steps = f"{self.announcement_requests} requests, {self.announcement_steps} in sequence"
        told = f"announced with {steps}, {self.announcement_units:g} units"
        own = f"{self.requests:2} requests, {self.steps} in sequence, {self.units:4g} units"
        return (
            f"{self.elsewhere:6} elsewhere, {self.process} process, {self.name:22}: {own}; {told}, {self.pushes} pushes"
        )


def cases(elsewhere: int) -> Iterator[Case]:
    """A place of up to 300 live clips, and so many elsewhere."""
    for process in ("cold", "warm"):
        with simulation() as simulated:
            _fill(simulated, NEARBY_MAX, elsewhere)
            yield _case(simulated, elsewhere, "finds the crowd", "cold", room=OTHERS - 1, counts=False)
            yield _case(simulated, elsewhere, "no match", process, room=OTHERS - 2)
            first = _case(simulated, elsewhere, "first in a room", process, room=OTHERS)
            yield first
            yield _case(simulated, elsewhere, "a new pair", process, room=OTHERS, seat=1)
            yield _case(simulated, elsewhere, "a third joins them", process, room=OTHERS, seat=2)


def _case(
    simulated: Simulation, elsewhere: int, name: str, process: str, *, room: int, seat: int = 0, counts: bool = True
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
    assert (answer.json()["status"] == "joined") == (seat > 0), answer.body
    return _counted(elsewhere, name, process, count(meter), len(simulated.pushes.sent), counts)


def _counted(elsewhere: int, name: str, process: str, found: Count, pushes: int, counts: bool) -> Case:
    own, told = found.own, found.announcement
    done = own.requests, own.steps, own.units
    return Case(elsewhere, name, process, *done, told.requests, told.steps, told.units, pushes, counts)


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
