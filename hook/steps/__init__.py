"""The registry: which class stands for which kind. A new step is one line here."""

import importlib

from hook.steps.base import Step

#: kind → where its class is. A kind with a dot in it is itself such a path, outside this package.
KINDS: dict[str, str] = {
    "notice": "hook.steps.notice.Notice",
    "terms": "hook.steps.terms.Terms",
    "claims_form": "hook.steps.claims_form.ClaimsForm",
}


def find(kind: str) -> type[Step]:
    """Give the class of a kind; raises LookupError with what is wrong with it."""
    module, _, name = KINDS.get(kind, kind).rpartition(".")
    if not module:
        raise LookupError(f"there is no such kind; use {', '.join(KINDS)}, or a dotted path")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except Exception as error:  # noqa: BLE001 - a module of somebody else may raise anything
        problem = f"{module} cannot be imported ({type(error).__name__})"
        raise LookupError(f"{problem}; use {', '.join(KINDS)}, or a dotted path") from None
    if not (isinstance(found, type) and issubclass(found, Step)):
        raise LookupError(f"this is no step; use {', '.join(KINDS)}, or a dotted path")
    return found
