"""By which names records know somebody, under a seal: for work on their data that goes on after the request."""

import json

from chalicelib.runtime import vault
from chalicelib.runtime.holdings import Person

SETS = ("participants", "sessions", "rooms", "places", "addresses")


def seal_person(purpose: str, person: Person) -> str:
    names = {"account_id": person.account_id, **{name: sorted(getattr(person, name)) for name in SETS}}
    return vault.seal(purpose, json.dumps(names))


def unseal_person(purpose: str, sealed: str | None) -> Person:
    """Nobody, where nothing was sealed, or not for that purpose."""
    known = json.loads((sealed and vault.unseal(purpose, sealed)) or "{}")
    places = frozenset((room, who) for room, who in known.pop("places", ()))
    sets = {name: frozenset(known.get(name, ())) for name in SETS if name != "places"}
    return Person(known.get("account_id"), places=places, **sets)
