"""The token of an API client: asked for once, and kept in this process as long as it lasts."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hook import strict_json
from hook.calls import Bearer, Call, CallFailed, exchange
from hook.platform.errors import refused
from hook.tenant import Platform
from hook.urls import is_local

TIMEOUT = 20
"""Seconds for one call."""


def api_token(
    platform: Platform, client_secret: str, clock: Callable[[], float] = time.monotonic
) -> Bearer:
    """Make what gives API tokens for a tenant, and asks for another when one has run out.

    The host of tokens takes the client's secret in a JSON object, and lists no other way. It is
    kept in memory only: on disk it would be one more secret to guard.
    """
    call = Call(
        "POST",
        f"{platform.auth_url}/oauth/token",
        json={
            "client_id": platform.client_id,
            "client_secret": client_secret,
            "audience": platform.audience,
            "grant_type": "client_credentials",
        },
        private=is_local(platform.auth_url),
    )
    return Bearer(
        lambda seconds: _fetch(replace(call, timeout=seconds), client_secret), TIMEOUT, clock
    )


def _fetch(call: Call, client_secret: str) -> dict[str, Any]:
    """Ask for a token; raises CallFailed, or PlatformError when the client is refused."""
    answer = exchange(call)
    if answer.status != 200:
        raise refused(call.url, answer, [client_secret])
    try:
        return strict_json.read_object(answer.body)
    except ValueError:
        raise CallFailed("not_json") from None
