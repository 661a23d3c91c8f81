"""One request to somebody else: the login provider, a claims source; for the wallet, the tenant."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

ANSWER_MOST = 1_000_000


class Unreachable(Exception):
    """Nobody answered in time; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON. Raises ValueError."""
        return json.loads(self.body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


# No proxy of the environment: most of this stays on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    form: Mapping[str, str] | None = None,
    timeout: float = 10,
) -> Answer:
    """Make one request, with a JSON body or a form; follows no redirect. Raises `Unreachable`.

    Takes a timeout in seconds; any status is an answer.
    """
    sent = dict(headers or {})
    data = None
    if body is not None:
        sent["Content-Type"], data = "application/json", json.dumps(body).encode()
    elif form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        data = urlencode(form).encode()
    request = urllib.request.Request(url, data, sent, method=method)  # noqa: S310 - http is wanted
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read(ANSWER_MOST))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read(ANSWER_MOST))
    except (OSError, ValueError, HTTPException) as error:
        raise Unreachable(type(error).__name__) from error
