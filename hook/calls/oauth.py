"""OAuth 2.0 client credentials (RFC 6749 section 4.4): a token to call an API with."""

import math
import re
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any
from urllib.parse import quote_plus

from hook.calls.attempt import ask
from hook.calls.call import Call
from hook.calls.failure import CallFailed, Deadline

KEPT = 60
"""Seconds that a token is kept of which nobody said how long it lasts."""
MARGIN = 30
"""Seconds before its end at which a token is given up, or half its time where that is less."""
KEPT_MOST = 86_400

# RFC 6750 section 2.1; anything else would not be one word of a header.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Bearer:
    """Keeps a token, and fetches it when one is needed; threads may share it.

    `fetch` takes the seconds that it may last and gives the answer of a token endpoint (RFC 6749
    section 5.1). `timeout` is in seconds.
    """

    def __init__(
        self,
        fetch: Callable[[float], dict[str, Any]],
        timeout: float = 10,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._timeout = timeout
        self._clock = clock
        self._lock = Lock()
        self._header: dict[str, str] = {}
        self._until = -math.inf

    def header(self) -> dict[str, str]:
        """Give the header that authorizes a call, within `timeout`; raises CallFailed.

        Of those who come at once, one asks and the others wait for the same token.
        """
        deadline = Deadline(self._timeout)
        if not self._lock.acquire(timeout=self._timeout):
            raise CallFailed("timeout", safe=True)
        try:
            if self._clock() >= self._until:
                self._renew(deadline)
            return dict(self._header)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask anew next time, because the token was refused (401)."""
        # Without the lock: what is being asked for just now is another token already.
        self._until = -math.inf

    def _renew(self, deadline: Deadline) -> None:
        answer = self._fetch(deadline.left())
        self._header = {"Authorization": f"Bearer {_token(answer)}"}
        self._until = self._clock() + _seconds(answer)


class ClientCredentials(Bearer):
    """Fetches its token with client credentials in a header, as section 2.3.1 prefers it.

    Raises ValueError for a `token_url` that must not be asked.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str = "",
        private: bool = False,
        ca_file: str = "",
        timeout: float = 10,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        call = Call(
            "POST",
            token_url,
            headers={"Authorization": _basic(client_id, client_secret)},
            form={"grant_type": "client_credentials"} | ({"scope": scope} if scope else {}),
            private=private,
            ca_file=ca_file,
        )
        super().__init__(lambda seconds: ask(replace(call, timeout=seconds)), timeout, clock)


def _basic(client_id: str, client_secret: str) -> str:
    # Section 2.3.1: both are form-urlencoded first, so that no colon is left in the first.
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + b64encode(pair.encode()).decode()


def _token(answer: dict[str, Any]) -> str:
    kind, token = answer.get("token_type"), answer.get("access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise CallFailed("malformed")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise CallFailed("malformed")
    return token


def _seconds(answer: dict[str, Any]) -> float:
    lasts = answer.get("expires_in")
    if lasts is None:
        return KEPT
    if isinstance(lasts, bool) or not isinstance(lasts, int | float):
        raise CallFailed("malformed")
    # First the least of the two: the number may be larger than any float.
    kept = min(lasts, KEPT_MOST)
    return max(kept - MARGIN, kept / 2)
