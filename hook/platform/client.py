"""One API client at one tenant: requests in, JSON out, errors in sentences."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hook import strict_json
from hook.calls import Answer, Call, CallFailed, exchange
from hook.platform.errors import PlatformError, refused, unreachable
from hook.platform.token import TIMEOUT, api_token
from hook.tenant import Platform
from hook.urls import is_local

ANSWER_MOST = 4_000_000
"""Bytes of an answer: a page of credential configurations can be long."""
_PAGE = 100
_PAGES_MOST = 100


class Client:
    """Asks a tenant's management API, with a token that is had when it is first needed.

    Every method raises PlatformError. `clock` gives seconds.
    """

    def __init__(
        self, platform: Platform, client_secret: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._platform = platform
        self._secret = client_secret
        self._token = api_token(platform, client_secret, clock)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read what is at a path."""
        return self._ask("GET", path, query=query)

    def every(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Read a list to its end, page by page."""
        page = {**query, "limit": str(_PAGE)}
        for _ in range(_PAGES_MOST):
            found = self.get(path, **page)
            items = found.get("data")
            if not isinstance(items, list):
                raise self._odd()
            yield from (item for item in items if isinstance(item, dict))
            cursor = found.get("nextCursor")
            if not items or not isinstance(cursor, str) or not cursor:
                return
            page["cursor"] = cursor
        raise self._odd()

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make something new."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Put something in the place of what is there."""
        return self._ask("PUT", path, body)

    def delete(self, path: str) -> None:
        """Take away what is at a path."""
        self._ask("DELETE", path)

    def authorize(self) -> None:
        """Have a token, if there is none."""
        self._header()

    def public(self, path: str) -> dict[str, Any]:
        """Read what everybody may read; no token is sent."""
        return self.elsewhere(self._platform.url + path)

    def elsewhere(self, url: str) -> dict[str, Any]:
        """Read the JSON object at a URL that the tenant names; no token is sent.

        Only a tenant on this machine may name one on this machine.
        """
        try:
            call = _call("GET", url, private=is_local(url) and is_local(self._platform.url))
        except ValueError as error:
            raise PlatformError(f"The URL cannot be asked: it {error}.") from None
        return _object_of(url, _exchanged(call))

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        url, header = self._platform.url, self._header()
        private = is_local(url)
        call = _call(method, url + path, private, headers=header, json=body, query=query or {})
        return _object_of(url, _exchanged(call), self._sent(header, body or {}))

    def _header(self) -> dict[str, str]:
        try:
            return self._token.header()
        except CallFailed as failed:
            raise unreachable(self._platform.auth_url, failed) from None

    def _sent(self, header: Mapping[str, str], body: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the secrets that went out: for the token, and with the call."""
        token = header["Authorization"].removeprefix("Bearer ")
        return self._secret, token, body.get("clientSecret") or ""

    def _odd(self) -> PlatformError:
        return unreachable(self._platform.url, CallFailed("malformed"))


def _call(method: str, url: str, private: bool, **options: Any) -> Call:
    return Call(method, url, timeout=TIMEOUT, answer_most=ANSWER_MOST, private=private, **options)


def _exchanged(call: Call) -> Answer:
    try:
        return exchange(call)
    except CallFailed as failed:
        raise unreachable(call.url, failed) from None


def _object_of(url: str, answer: Answer, sent: Iterable[str] = ()) -> dict[str, Any]:
    if answer.status // 100 != 2:
        raise refused(url, answer, sent)
    try:
        return strict_json.read_object(answer.body) if answer.body else {}
    except ValueError:
        raise unreachable(url, CallFailed("not_json")) from None
