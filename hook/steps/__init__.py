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
    """Give the class of a kind; raises LookupError when there is none."""
    path = KINDS.get(kind, kind)
    module_name, _, class_name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError):
        raise LookupError(kind) from None
    if not (isinstance(found, type) and issubclass(found, Step)):
        raise LookupError(kind)
    return found
