"""Ask an HTTP API: one careful attempt, or a reason why not."""

from hook.calls.attempt import Answer, ask, exchange, place
from hook.calls.call import Call, check_header
from hook.calls.failure import CallFailed
from hook.calls.oauth import Bearer, ClientCredentials
from hook.calls.url import check_url

__all__ = [
    "Answer",
    "Bearer",
    "Call",
    "CallFailed",
    "ClientCredentials",
    "ask",
    "check_header",
    "check_url",
    "exchange",
    "place",
]
