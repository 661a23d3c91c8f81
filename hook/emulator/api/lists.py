"""Lists in pages: limit and cursor."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import TypeVar

from flask import request

from hook.emulator.shelf import Shelf
from hook.emulator.state import Json

from .problems import ApiProblem, Detail, invalid

T = TypeVar("T")

LIMIT, LIMIT_MOST = 100, 1000

_LIMIT = re.compile(r"[0-9]{1,4}")
_PLACE = re.compile(r"after=([0-9]{1,15})")


def page(shelf: Shelf[T], shown: Callable[[T], Json], is_it: Callable[[T], bool]) -> Json:
    """Give the page that this request's query asks for. Raises `ApiProblem`."""
    limit = _limit(request.args.get("limit", str(LIMIT)))
    return cut(shelf, shown, is_it, limit, place(request.args.get("cursor", ""), "query"))


def cut(
    shelf: Shelf[T], shown: Callable[[T], Json], is_it: Callable[[T], bool], limit: int, after: int
) -> Json:
    """Give the things behind a place: data, and nextCursor where more follow."""
    things, last = shelf.page(limit, after, is_it)
    data: Json = {"data": [shown(thing) for thing in things]}
    return data | ({"nextCursor": _cursor(last)} if last else {})


def place(cursor: str, location: str) -> int:
    """Read a cursor; one of another list is the start of this. Raises `ApiProblem`."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        known = _PLACE.fullmatch(text.decode("ascii"))
    except (binascii.Error, ValueError):
        raise _wrong("cursor", cursor, location) from None
    return int(known[1]) if known else 0


def _limit(text: str) -> int:
    if not (_LIMIT.fullmatch(text) and 1 <= int(text) <= LIMIT_MOST):
        raise _wrong("limit", text, "query")
    return int(text)


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"after={number}".encode()).decode().rstrip("=")


def _wrong(param: str, value: str, location: str) -> ApiProblem:
    shown = value if location == "query" else None
    return invalid(Detail(param, "Invalid value", location, shown))
