"""Roles, compared with what the code may come to ask of AWS, be it that no test has it do so (G2, ADR 37)."""

import pytest

from infra import policy
from infra.reach.graph import of_application
from infra.reach.judged import NEVER

TELLS = ("execute-api:ManageConnections", "")
OPERATORS = {  # what no function does, but infra/privacy and infra/outreach, by the rights of whoever runs them
    "accounts.models.everyone", "insights.restoring.mend_reports", "outreach.mailing._note", "outreach.mailing._send",
    "privacy.disclosure_models.forget_brought_back", "privacy.erasing.erase_now", "privacy.request_models.begin_act",
    "privacy.request_models.end_act", "privacy.request_models.register", "runtime.events.<BackupRestored>",
}  # fmt: skip
TESTS_ALONE = {"runtime.expiry_models.forget_cursor"}


@pytest.mark.parametrize("function", policy.functions())
def test_a_role_allows_what_its_function_may_come_to_do_and_nothing_else(function: str) -> None:
    """G2. What differs: `make policies`, or, where it cannot happen, infra/reach/judged.py with the reason."""
    graph, allowed = of_application(), policy.allowed(function)
    ways = graph.reachable(function)
    lacks = {act: " > ".join(".".join(name) for name in ways[act]) for act in graph.needed(function) - allowed}
    assert lacks == {}
    assert allowed - graph.needed(function) == set(), "nothing in the code leads there"


def test_what_cannot_happen_is_what_the_code_seems_to_do() -> None:
    """G2: a reason outlives what it was for nowhere."""
    stale = {function: acts.keys() - of_application().reachable(function).keys() for function, acts in NEVER.items()}
    assert not any(stale.values())


def test_whoever_asks_something_of_aws_is_reached_from_a_function() -> None:
    """G2: otherwise the call graph has lost sight of a way there, and roles would lack what is done on it."""
    reached = {name for function in policy.functions() for name in of_application().ways(function)}
    unreached = {".".join(name).removeprefix("chalicelib.") for name in of_application().asking() - reached}
    assert unreached == OPERATORS | TESTS_ALONE


@pytest.mark.parametrize(
    ("function", "action", "table", "by"),
    [
        ("match_crowd", "PutItem", "connections", "rooms.connections.follow"),
        ("match_crowd", "ConditionCheckItem", "erasures", "privacy.models.forbid_gone"),
        ("api_handler", "DeleteItem", "clips", "joining.seat_models.undo_seat"),
        ("erase_held", "DeleteItem", "tabs", "content.models._delete"),
        ("publish_report", "UpdateItem", "counts", "privacy.improvement.contribute"),
        ("reap", "ConditionCheckItem", "meetings", "insights.name_models._forget_pairs"),
        ("check_erased", "Query", "reports", "insights.held_models._parts_of"),
        ("api_handler", "BatchGetItem", "limits", "runtime.limits.Window.row"),
        ("reap", "Query", "outreach", "outreach.models._hold"),
    ],
)
def test_what_is_done_seldom_is_seen(function: str, action: str, table: str, by: str) -> None:
    """G2: by way of events, entries for the reaper, kinds of records, transactions and tables that are handed on."""
    way = of_application().reachable(function)[f"dynamodb:{action}", table]
    assert by in ".".join(".".join(name) for name in way)


def test_who_tells_a_room_may_tell_a_large_one() -> None:
    """G2, A14: all but the first hundred tabs are told by another function, through a queue."""
    tellers = {name for name in policy.functions() if TELLS in of_application().reachable(name)}
    asked = {name for name in tellers if ("sqs:SendMessage", "push") in policy.allowed(name)}
    assert {"api_handler", "websocket_message", "websocket_disconnect", "reap", "reap_tabs_0", "match_crowd"} <= asked
    # who has been handed a hundred; who closes sockets; who tells one session, which has forty at most
    assert tellers - asked == {"push_chunk", "websocket_connect", "notify_organiser"}


def test_who_tells_anybody_may_take_out_who_is_gone() -> None:
    """G2: any push may meet a connection that has closed, and then looks where else it is listed."""
    tellers = {name for name in policy.functions() if TELLS in of_application().reachable(name)}
    taking_out = {("dynamodb:BatchGetItem", "connections"), ("dynamodb:BatchWriteItem", "connections")}
    assert {name for name in tellers if not taking_out <= policy.allowed(name)} == set()
