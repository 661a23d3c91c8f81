"""The one JSON reader for anything that comes from outside."""

import json
import math
from collections.abc import Mapping
from typing import NoReturn

DEPTH_MOST = 32
"""How deep lists and objects may be nested."""


def read_object(data: bytes) -> dict[str, object]:
    """Read one JSON object strictly (RFC 8259, RFC 7519 section 4).

    Takes UTF-8 bytes without a byte order mark. Refuses repeated members, NaN and Infinity, lone
    surrogates and NUL in any text, numbers past all numbers, and nesting deeper than DEPTH_MOST.
    Raises ValueError.
    """
    try:
        value = _READER.decode(data.decode("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        _check(value, 0)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def write(value: object) -> bytes:
    """Write compact UTF-8 JSON; the members keep their order.

    Raises TypeError or ValueError for what is not JSON.
    """
    return _WRITER.encode(value).encode()


def is_object(value: Mapping[str, object]) -> bool:
    """Tell whether a value can be written and read back unchanged."""
    try:
        return read_object(write(dict(value))) == value
    except (TypeError, ValueError):
        return False


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _check(value: object, depth: int) -> None:
    if depth > DEPTH_MOST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds NUL")
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check(name, depth)
            _check(item, depth + 1)


# Made once: the module's own functions make one for each call.
_READER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
)
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
