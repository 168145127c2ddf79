"""Somebody of the town is erased; and the searches for whatever anybody may be told, or is left of somebody."""

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import expiry, holdings
from chalicelib.runtime.holdings import Person
from tests.support import traces
from tests.support.belongings import person_of
from tests.support.passing import pass_with_reaper
from tests.support.planted import Somebody
from tests.support.town import Town
from tests.support.town_letters import operate
from tests.support.workflows import Started, functions_of

EACH = 2  # of what is known stands in a path: the latest
OF_MEETINGS = ("meetings", "reports", "insights")  # where nothing stays of one whose organiser is erased
_PARAMETER = re.compile(r"{(\w+)}")


def look_around(town: Town, who: Somebody) -> None:
    """Asks for whatever there is, whether it is theirs or not: every route that reads, with all that is known."""
    for path, methods in town.world.app.routes.items():
        if "GET" in methods and path.startswith("/v1/"):
            names = _PARAMETER.findall(path)
            for some in itertools.product(*(_values(town, name) for name in names)):
                town.ask(who, "GET", path.format(**dict(zip(names, some, strict=True))))
    look_at_panel(town, who)


def _values(town: Town, name: str) -> list[str]:
    return town.known.get("room_id" if name == "meeting_id" else name, ["A" * 22])[-EACH:]


def look_at_panel(town: Town, who: Somebody) -> None:
    """B2, C2: there is exactly what lives, and the session exactly as long as it is said."""
    session, panel = town.ask(who, "GET", "/v1/session"), town.ask(who, "GET", "/v1/content")
    if who.lives(town.now):
        links = sorted(town.truth.planted[one].token for one in who.live_links(town.now))
        shown = sorted(one["title"].removeprefix("Plan ") for one in panel.json()["content"])
        assert (session.status, shown) == (200, links), "a panel has not exactly what lives"
    if who.is_over(town.now):
        assert (session.status, panel.status) == (401, 401), "a session has outlived its thirty days"


class Erased:
    """Somebody who is gone, by every name that anything knew them under."""

    def __init__(self, who: Somebody, person: Person, erasure_id: str, receipt_id: str) -> None:
        self.who, self.person, self.erasure_id, self.receipt_id = who, person, erasure_id, receipt_id

    def texts(self, town: Town) -> set[str]:
        ids = {*self.person.participants, *self.person.sessions}
        return town.truth.of(self.who) | ids | ({self.person.account_id} if self.person.account_id else set())


def erase(town: Town, who: Somebody, *, by_operator: bool = False) -> Erased | None:
    """As they ask for it themselves, or by mail. From the answer on nobody is told anything of theirs."""
    if who.is_over(town.now):
        return None
    person, known = person_of(who.browser, town.now), {one.name for one in erasures(town)}
    receipt_id = _erase(town, who, by_operator)
    if receipt_id is None:
        return None
    town.note("receipt_id", receipt_id)
    town.check_what_was_sent()  # the last mail to them says that it is done
    who.erased = True
    [begun] = [one for one in erasures(town) if one.name not in known]
    town.others_are_out(who)
    town.replace(who)
    for one in town.people:
        look_around(town, one)
    town.read_shares()
    return Erased(who, person, begun.given["erasure_id"], receipt_id)


def _erase(town: Town, who: Somebody, by_operator: bool) -> str | None:
    """What leads to the receipt."""
    if by_operator and who.signed_in:
        return str(json.loads(operate(town, who, "erase"))["receipt"]["receipt_id"])
    if who.signed_in:
        answer = town.ask(who, "DELETE", "/v1/account", {"password": who.password})
    else:
        answer = town.ask(who, "DELETE", "/v1/session?erase=all")
    return answer.json()["receipt"]["receipt_id"] if answer.status == 200 else None


def erasures(town: Town) -> list[Started]:
    """All that were begun."""
    return [one for one in town.world.workflows.started if one.workflow == "erasure"]


def run_erasure(town: Town, gone: Erased) -> bool:
    """The workflow, which has waited its three minutes; False where it has to wait for something again."""
    town.world.clock.advance(3 * MINUTE)
    town.deliver()
    functions, given = functions_of(town.world.app), {"erasure_id": gone.erasure_id}
    while functions["erase_held"](given)["more"]:
        pass
    if functions["check_erased"](given)["left"]:
        return False
    functions["finish_erasure"](given)
    pass_with_reaper(town.world, town.memory, MINUTE)  # however long it was away: what was over before goes by it
    town.close_old_sockets()
    search(town, gone)
    receipt = town.world.browser().get(f"/v1/receipts/{gone.receipt_id}").json()["receipt"]
    verified = town.ask(town.people[0], "POST", "/v1/receipts/verify", receipt)
    assert verified.status == 401 or verified.json() == {"genuine": True}
    return True


def search(town: Town, gone: Erased) -> None:
    """F4: nothing of theirs is left anywhere: every table, queue and report, and what the register finds."""
    texts = gone.texts(town)
    left = traces.in_tables(town.memory, texts) + traces.in_queues(town.world.aws, town.truth.of(gone.who))
    left += traces.in_reports(town.memory, gone.person.participants, town.now)
    left += [one.record.__name__ for one, _ in holdings.held_of(gone.person, now=town.now) if one.fate == "erased"]
    left += [
        one for one in traces.in_tables(town.memory, gone.who.ended) if one.partition(":")[0].endswith(OF_MEETINGS)
    ]
    assert not left, left


def run_report(town: Town, begun: Started, *, fails: bool = False) -> None:
    """The workflow, step by step."""
    functions, given = functions_of(town.world.app), dict(begun.given)
    plan = functions["prepare_report"](given)
    if fails:
        functions["fail_report"](given)
        return
    if plan["proceed"]:
        for share in plan["shares"]:
            functions["fold_report"]({**given, "shards": share})
        given["made"] = functions["assemble_report"](given)
        if given["made"]["parts"]:
            functions["publish_report"](given)
            functions["notify_organiser"](given)
    _forget(functions, given, plan["shares"])


def _forget(functions: Mapping[str, Any], given: Mapping[str, Any], shares: list[list[int]]) -> None:
    for share in shares:
        functions["forget_report"]({**given, "shards": share})
    functions["forget_report"](given)


def reap_until_now(town: Town, since_ms: int) -> None:
    """The schedule, as often as it takes to come from there to now; it looks at six hours at a time."""
    hours = (town.now - since_ms) // (expiry.MINUTES_A_RUN * MINUTE) + 1
    for _ in range(min(hours, 5)):
        expiry.reap(now=town.now)
