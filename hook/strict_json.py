"""The one JSON reader for anything that comes from outside."""

import json
from collections.abc import Mapping
from typing import NoReturn


def read_object(data: bytes) -> dict[str, object]:
    """Read one JSON object strictly (RFC 8259, RFC 7519 section 4).

    Takes UTF-8 bytes without a byte order mark. Refuses repeated members, NaN and Infinity, lone
    surrogates and NUL in any text, and nesting too deep to walk. Raises ValueError.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        _check_texts(value)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def write(value: object) -> bytes:
    """Write compact UTF-8 JSON; the members keep their order.

    Raises TypeError or ValueError for what is not JSON.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


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


def _check_texts(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds NUL")
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_texts(name)
            _check_texts(item)
