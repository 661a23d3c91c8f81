"""A tenant's configuration as a file: to review, to compare, to take to the next tenant. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

from hook.platform import providers
from hook.platform.models import Provider, Registration

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def export(registration: Registration | None, provider: Provider | None) -> dict[str, Any]:
    """Give what is registered, by the platform's names; no secret is in it."""
    found: dict[str, Any] = {}
    if registration:
        hook = registration.model_dump(mode="json", by_alias=True, exclude_none=True)
        found["interactionHook"] = hook
    if provider:
        found["provider"] = providers.exported(provider)
    return found


def toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Write tables as TOML 1.0; raises ValueError for null, which it does not have."""
    return "\n".join(
        f"[{_key(name)}]\n"
        + "".join(f"{_key(option)} = {_value(value)}\n" for option, value in table.items())
        for name, table in tables.items()
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    match value:
        case str():
            return _text(value)
        case bool() | int() | float():
            return json.dumps(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            members = (f"{_key(name)} = {_value(each)}" for name, each in value.items())
            return f"{{ {', '.join(members)} }}" if value else "{}"
        case _:
            raise ValueError("TOML has no null; use --json")


def _text(text: str) -> str:
    return "".join(map(_sign, json.dumps(text, ensure_ascii=False)))


def _sign(sign: str) -> str:
    # What cannot be printed could do something to a terminal; DEL is nothing that TOML takes.
    if sign.isprintable():
        return sign
    number = ord(sign)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
