"""claimMappings: from what the tenant knows of a person to the claims of a credential."""

from typing import Any

from .claims import Found, Json, Known


class MissingClaims(Exception):
    """Required mappings without a value; their targets."""

    def __init__(self, *targets: str) -> None:
        super().__init__(", ".join(targets))
        self.targets = targets


def mapped(mappings: dict[str, Json], known: Known) -> dict[str, Found]:
    """Fill each target that has a value: target → value and origin. Raises `MissingClaims`."""
    found = {target: value(mapping, known) for target, mapping in mappings.items()}
    missing = [
        target
        for target, mapping in mappings.items()
        if mapping.get("required") and found[target] is None
    ]
    if missing:
        raise MissingClaims(*missing)
    return {target: each for target, each in found.items() if each is not None}


def value(mapping: Json, known: Known) -> Found | None:
    """Give what a mapping stands for: what mapFrom finds, else defaultValue, else nothing."""
    path: Any = mapping.get("mapFrom")
    found = known.find(path) if isinstance(path, str) else None
    default = mapping.get("defaultValue")
    return found or (None if default is None else Found(default, "fixed"))


def values(found: dict[str, Found]) -> Json:
    """Give target → value."""
    return {target: each.value for target, each in found.items()}


def origins(found: dict[str, Found]) -> dict[str, str]:
    """Give target → where from."""
    return {target: each.origin for target, each in found.items()}
