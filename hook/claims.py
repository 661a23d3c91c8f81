"""Claims by dotted path, and as the nested object they become in an answer."""

from collections.abc import Mapping
from typing import Any


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Turn {"address.city": …} into {"address": {"city": …}}."""
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return nested


def pick(claims: Mapping[str, Any], path: str) -> Any:
    """Look a claim up by its dotted path; None where there is none."""
    value: Any = claims
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def overlap(path: str, other: str) -> bool:
    """Tell whether two paths name the same claim, or one inside the other."""
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")
