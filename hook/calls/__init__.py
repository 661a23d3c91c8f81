"""Ask an issuer's HTTP API while a visitor waits: one careful attempt, or a reason why not."""

from hook.calls.attempt import ask
from hook.calls.call import Call, check_header
from hook.calls.failure import CallFailed
from hook.calls.oauth import ClientCredentials
from hook.calls.url import check_url

__all__ = ["Call", "CallFailed", "ClientCredentials", "ask", "check_header", "check_url"]
