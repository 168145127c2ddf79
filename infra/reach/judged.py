"""Where the call graph sees more than can happen: what a function needs not be allowed, each with the reason."""

from collections.abc import Mapping

from infra.reach.acts import Act

_KEY_GOES = "an organiser's key goes in the transaction that ends the account, without which none is made"
_BY_THE_BATCH = ("dynamodb:BatchWriteItem", "organiser-keys")
NEVER: Mapping[str, Mapping[Act, str]] = {
    "api_handler": {_BY_THE_BATCH: _KEY_GOES},
    "erase_held": {_BY_THE_BATCH: _KEY_GOES},
    "reap": {_BY_THE_BATCH: _KEY_GOES},
    "notify_organiser": {
        ("dynamodb:BatchGetItem", "erasures"): "guests go on in accounts; an account, which is mailed, in no other",
        ("sqs:GetQueueUrl", "push"): "it tells one session after another, and a session has 40 sockets at most",
        ("sqs:SendMessage", "push"): "it tells one session after another, and a session has 40 sockets at most",
    },
    "websocket_message": {
        ("dynamodb:Query", "tabs"): "all tabs of a member are looked for where none is remembered; here fifty are",
    },
}
