"""The registry: which class stands for which kind. A new step is one line here."""

import importlib
from collections.abc import Mapping
from typing import TypeVar

from hook.steps.base import Step
from hook.steps.methods import Method

#: kind → where its class is. A kind with a dot in it is itself such a path, outside this package.
KINDS: dict[str, str] = {
    "notice": "hook.steps.notice.Notice",
    "terms": "hook.steps.terms.Terms",
    "claims_form": "hook.steps.claims_form.ClaimsForm",
    "gate": "hook.steps.gate.Gate",
    "lookup": "hook.steps.lookup.Lookup",
    "handoff": "hook.steps.handoff.Handoff",
    "review": "hook.steps.review.Review",
    "one_of": "hook.steps.one_of.OneOf",
    "totp": "hook.steps.totp.Totp",
    "webauthn": "hook.steps.webauthn.Webauthn",
    "recovery_codes": "hook.steps.recovery_codes.RecoveryCodes",
    "email_code": "hook.steps.email_code.EmailCode",
}

#: kind → the method that `one_of` may ask for.
METHODS: dict[str, str] = {
    "totp": "hook.steps.totp.TotpMethod",
    "webauthn": "hook.steps.webauthn.WebauthnMethod",
}

T = TypeVar("T", Step, Method)


def find(kind: str) -> type[Step]:
    """Give the class of a kind; raises LookupError with what is wrong with it."""
    return _find(kind, KINDS, Step)


def find_method(kind: str) -> type[Method]:
    """Give the method of a kind; raises LookupError with what is wrong with it."""
    return _find(kind, METHODS, Method)


def _find(kind: str, known: Mapping[str, str], base: type[T]) -> type[T]:
    module, _, name = known.get(kind, kind).rpartition(".")
    words = f"use {', '.join(known)}, or a dotted path"
    if not module:
        raise LookupError(f"there is no such kind; {words}")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        problem = f"{module} cannot be imported, as there is no module {error.name}"
        raise LookupError(f"{problem}; is its folder on PYTHONPATH? Else {words}") from None
    except Exception as error:  # noqa: BLE001 - a module of somebody else may raise anything
        problem = f"{module} cannot be imported ({type(error).__name__})"
        raise LookupError(f"{problem}; {words}") from None
    if found is None:
        raise LookupError(f"{module} has no {name}; {words}")
    if not (isinstance(found, type) and issubclass(found, base)):
        raise LookupError(f"this is no {base.__name__.lower()}; {words}")
    return found
