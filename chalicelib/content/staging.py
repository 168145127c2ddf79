"""Tabs and what they stage: opened, heard of, filled, closed; over when they are heard of no longer (B1–B3)."""

from chalicelib.content import removal
from chalicelib.content.models import ITEMS_A_TAB, Item, Panel, new_item, panel, stored_items, write_staged
from chalicelib.content.rules import clean_title, clean_url
from chalicelib.lifetimes import HOUR, MINUTE, STAGED_CONTENT
from chalicelib.rooms import presence, tabs
from chalicelib.rooms.tabs import Lease
from chalicelib.runtime import events, expiry, limits
from chalicelib.runtime.contention import crowded
from chalicelib.runtime.errors import Conflict, Gone, NotFound
from chalicelib.runtime.ids import ParticipantId, TabId
from chalicelib.sessions.models import Session

STAGED = 120  # items a minute of one session
OPENED = 120  # tabs an hour of one session
TABS_MAX = 20  # of one session at a time
TRIES = 4  # each further one follows a change made elsewhere at the same moment
EXPIRY_KIND = STAGED_CONTENT.kind  # of whole tabs, with what they have staged


def hold_tab(tab_id: TabId, session: Session, *, now: int) -> int:
    """The tab's heartbeat, which opens it first: until when its lease runs. Raises Gone once it is over, as `_open`."""
    lapses_at_ms = tabs.renew_lease(session.participant_id, tab_id, now=now)
    if lapses_at_ms is None:
        _open(tab_id, session, now)
        lapses_at_ms = STAGED_CONTENT.deadline(now)
    return lapses_at_ms


def stage_content(url: str, title: str | None, tab_id: TabId, session: Session, *, now: int) -> tuple[Item, Lease]:
    """Stages a link for the tab, which is opened if need be.

    Raises Invalid for what is no safe link, Conflict where the tab is full, Gone where it is over, TooMany, or
    Unavailable where it changes too often meanwhile.
    """
    item = new_item(session.participant_id, tab_id, clean_url(url), clean_title(title), now)
    limits.count(f"content/{session.participant_id}", allowed=STAGED, window_ms=MINUTE, now=now)
    for _ in range(TRIES):
        written = write_staged(item, now=now)
        lease = tabs.find_lease(session.participant_id, tab_id, now=now)
        if written and lease is not None and lease.held_at(now):
            return item, lease
        if lease is None:
            _open(tab_id, session, now)
        elif not lease.held_at(now):
            raise _over()
        elif int(lease.staged) >= ITEMS_A_TAB:
            raise Conflict(f"A tab stages at most {ITEMS_A_TAB} links. Delete one first.")
    raise crowded()


def list_content(session: Session, *, now: int) -> Panel:
    """Exactly what is stored of mine and is there."""
    return panel(session.participant_id, now=now)


def delete_content(content_id: str, session: Session, *, now: int) -> None:
    """It is gone for everybody. Raises NotFound."""
    if not removal.delete(session.participant_id, content_id, now=now):
        raise NotFound("You have staged no such link.")


def close_tab(tab_id: TabId, session: Session, *, now: int) -> None:
    """Everything of the tab is deleted at once. Raises TooMany where floods of unknown ones are closed."""
    owner_id = session.participant_id
    lease = tabs.find_lease(owner_id, tab_id, now=now)
    if lease is None:
        _count(session, now)
    if lease is None or not lease.closed:  # breaking off below, it is finished by the reaper; closed again, it has that
        expiry.file(EXPIRY_KIND, _name(owner_id, tab_id), now, now=now)
    tabs.close_lease(owner_id, tab_id, now=now)
    _erase_tab(owner_id, tab_id, now)
    presence.close_tab(owner_id, tab_id, session.room_id, now=now)


def forget_session(event: events.SessionEnded) -> None:
    """Whatever its participant has staged is deleted, and every trace of their tabs."""
    tabs.forget_tabs(event.participant_id, now=event.now)
    removal.erase(stored_items(event.participant_id, now=event.now), now=event.now)


def _open(tab_id: TabId, session: Session, now: int) -> None:
    """Unless it is open by now. Raises Gone for a tab that was there before, Conflict where too many are, TooMany."""
    owner_id = ParticipantId(session.participant_id)
    known = tabs.find_lease(owner_id, tab_id, now=now)
    if known is not None and known.held_at(now):
        return
    if known is not None:
        raise _over()
    _count(session, now)
    if len(tabs.tabs_of(owner_id, now=now)) >= TABS_MAX:
        raise Conflict(f"At most {TABS_MAX} tabs stage links at a time. Close one first.")
    expiry.file(EXPIRY_KIND, _name(owner_id, tab_id), STAGED_CONTENT.deadline(now), now=now)
    _erase_tab(owner_id, tab_id, now)  # of one that nobody knows any more, where the reaper was away for its day
    if not tabs.open_lease(owner_id, tab_id, now=now) and tabs.renew_lease(owner_id, tab_id, now=now) is None:
        raise _over()


def _count(session: Session, now: int) -> None:
    limits.count(f"tabs/{session.participant_id}", allowed=OPENED, window_ms=HOUR, now=now)


def _erase_tab(owner_id: str, tab_id: str, now: int) -> None:
    removal.erase([one for one in stored_items(owner_id, now=now) if one.tab_id == tab_id], now=now)


def _name(owner_id: str, tab_id: str) -> str:
    return f"{owner_id}/{tab_id}"


def _over() -> Gone:
    return Gone("This tab has been closed, or was not heard of for 30 minutes. Stage its links again from a new one.")
