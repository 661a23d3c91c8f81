"""How a call is written down: target, headers and body."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from hook import strict_json
from hook.calls.call import Call
from hook.calls.failure import CallFailed
from hook.urls import origin_of

# RFC 9110 section 5.5, without the bytes that everybody reads in a different way.
_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True)
class Request:
    """What goes over the line."""

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def write(call: Call) -> Request:
    """Write a call down; raises CallFailed malformed for values that cannot be written.

    They are half a character anywhere, and anything but ASCII or a line break in a header.
    """
    try:
        return Request(call.method, _target(call), _headers(call), _body(call))
    except ValueError:
        # Its text holds the value.
        raise CallFailed("malformed") from None


def _target(call: Call) -> str:
    parts = urlsplit(call.url)
    added = urlencode(call.query, quote_via=quote)
    both = "&".join(filter(None, (parts.query, added)))
    return (parts.path or "/") + (f"?{both}" if both else "")


def _headers(call: Call) -> dict[str, str]:
    if not all(map(_VALUE.fullmatch, call.headers.values())):
        raise CallFailed("malformed")
    given = {name.lower() for name in call.headers}
    ours = {"User-Agent": "interaction-hook", "Accept": "application/json"}
    if call.json is not None:
        ours["Content-Type"] = "application/json"
    if call.form is not None:
        ours["Content-Type"] = "application/x-www-form-urlencoded"
    return {
        **{name: value for name, value in ours.items() if name.lower() not in given},
        **call.headers,
        "Host": origin_of(call.url).partition("://")[2],
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def _body(call: Call) -> bytes | None:
    if call.json is not None:
        return strict_json.write(dict(call.json))
    return None if call.form is None else urlencode(call.form).encode()
