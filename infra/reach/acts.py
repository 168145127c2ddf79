"""What a call asks of AWS, by IAM's names, as the application's runtime makes of it."""

import ast
from collections.abc import Iterator
from itertools import chain

from infra.reach.sources import RUNTIME, Name, Sources

Act = tuple[str, str]  # an action, and the short name of its table, queue or workflow; empty where it has one resource

TABLE = (f"{RUNTIME}.store", "Table")
OF_A_TABLE = {
    "get": "GetItem",
    "get_many": "BatchGetItem",
    "query": "Query",
    "everything": "Scan",
    "put": "PutItem",
    "create": "PutItem",
    "replace": "PutItem",
    "update": "UpdateItem",
    "upsert": "UpdateItem",
    "delete": "DeleteItem",
    "take": "DeleteItem",
    "put_many": "BatchWriteItem",
    "delete_many": "BatchWriteItem",
    "write_many": "BatchWriteItem",
}
OF_A_TRANSACTION = {  # which asks for what it is made of
    "put": "PutItem",
    "create": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "require": "ConditionCheckItem",
    "forbid": "ConditionCheckItem",
}
ON_ITS_OWN: dict[Name, set[Act]] = {  # whatever it is called with
    (f"{RUNTIME}.limits", "Window.row"): {("dynamodb:BatchGetItem", "limits")},  # read together with other things
    (f"{RUNTIME}.live", "send"): {("execute-api:ManageConnections", "")},
    (f"{RUNTIME}.live", "close"): {("execute-api:ManageConnections", "")},
    (f"{RUNTIME}.mail", "send"): {("ses:SendEmail", ""), ("ses:SendRawEmail", "")},
    (f"{RUNTIME}.envelope", "new_wrapped_key"): {("kms:GenerateDataKeyWithoutPlaintext", "")},
    (f"{RUNTIME}.envelope", "unwrap"): {("kms:Decrypt", "")},
}
OF_WHAT_IT_NAMES = {  # by its first argument
    (f"{RUNTIME}.queues", "send_later"): ("sqs:GetQueueUrl", "sqs:SendMessage"),
    (f"{RUNTIME}.queues", "send_all"): ("sqs:GetQueueUrl", "sqs:SendMessage"),
    (f"{RUNTIME}.workflows", "start"): ("states:StartExecution",),
    (f"{RUNTIME}.workflows", "stop"): ("states:StopExecution",),
    (f"{RUNTIME}.workflows", "is_over"): ("states:DescribeExecution",),
}


def table_of(sources: Sources, name: Name | None) -> str | None:
    """The short name of the table that a value is."""
    made = sources.values.get(name) if name is not None else None
    if name is None or sources.made_of(name) != TABLE or not isinstance(made, ast.Call):
        return None
    return sources.text((name[0], ""), made.args[1])


def acts_in(sources: Sources, where: Name, node: ast.AST) -> Iterator[Act]:
    """What is asked for within `where` by itself: by calls, and by methods of tables that are handed on."""
    for one in ast.walk(node):
        match one:
            case ast.Attribute(value=of, attr=name) if name in OF_A_TABLE:
                yield from ((f"dynamodb:{OF_A_TABLE[name]}", table) for table in _tables(sources, where, of))
            case ast.Call(args=[first, *_]):
                yield from _called(sources, where, one, first)


def _called(sources: Sources, where: Name, call: ast.Call, first: ast.expr) -> Iterator[Act]:
    called = sources.definition(where, call.func)
    if called in OF_WHAT_IT_NAMES and (name := sources.text(where, first)) is not None:
        yield from ((action, name) for action in OF_WHAT_IT_NAMES[called])
    if called in sources.functions:
        given = chain.from_iterable(_tables(sources, where, one) for one in call.args)
        yield from ((f"dynamodb:{action}", table) for table in given for action in _on_given(sources, called, set()))
    elif called is None and isinstance(call.func, ast.Attribute) and call.func.attr in OF_A_TRANSACTION:
        action = OF_A_TRANSACTION[call.func.attr]
        yield from ((f"dynamodb:{action}", table) for table in _tables(sources, where, first))


def _tables(sources: Sources, where: Name, node: ast.expr) -> set[str]:
    """One; or, of a field of an object's own, those that objects of its class are made with."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr="table"):
            owner = sources.definition(where, node.value)
            made = [(name, one) for name, one in sources.values.items() if sources.made_of(name) == owner]
            found = [table_of(sources, sources.definition(name, each)) for name, one in made
                     if isinstance(one, ast.Call) for each in one.args]  # fmt: skip
        case _:
            found = [table_of(sources, sources.definition(where, node))]
    return {one for one in found if one is not None}


def _on_given(sources: Sources, called: Name, seen: set[Name]) -> set[str]:
    """What a function asks of a table that it is given, be it by way of another."""
    function = sources.functions[called]
    given = {one.arg for one in function.args.args if "Table[" in ast.unparse(one.annotation or ast.Constant(""))}
    if not given or called in seen or called[0] in (TABLE[0], f"{RUNTIME}.holdings"):
        return set()
    found = set[str]()
    for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
        first = call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""
        if isinstance(call.func, ast.Attribute):
            on = call.func.value
            found |= _one_of(OF_A_TABLE, call.func.attr, isinstance(on, ast.Name) and on.id in given)
            found |= _one_of(OF_A_TRANSACTION, call.func.attr, first in given)
        inner = sources.definition(called, call.func)
        if inner in sources.functions and any(isinstance(one, ast.Name) and one.id in given for one in call.args):
            found |= _on_given(sources, inner, seen | {called})
    return found


def _one_of(actions: dict[str, str], name: str, holds: bool) -> set[str]:
    return {actions[name]} if holds and name in actions else set()
