"""Claims by dotted path, and as the nested object they become in an answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


class Undeclared(Exception):
    """Something was used that the step had not declared; the text is its name, never a value."""


class Declared(Mapping[str, Any]):
    """Those claims that were declared: looking at any other raises Undeclared."""

    def __init__(self, claims: Mapping[str, Any], names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._claims = {name: claims[name] for name in claims if name in self._names}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise Undeclared(name)
        return self._claims[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)


def only(claims: Mapping[str, Any], paths: Iterable[str]) -> Declared:
    """Keep of nested claims what these dotted paths name."""
    inside: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        inside.setdefault(head, []).append(rest)
    kept = {name: _within(claims[name], inside[name]) for name in inside if name in claims}
    return Declared(kept, inside)


def _within(value: Any, paths: list[str]) -> Any:
    return value if "" in paths or not isinstance(value, Mapping) else only(value, paths)


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
