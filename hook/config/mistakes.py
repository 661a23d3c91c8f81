"""What the validation library found, as sentences for the person who writes the file."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hook.errors import Mistake

_SENTENCES = {
    "missing": "this is missing",
    "extra_forbidden": "there is no such option; check its spelling",
    "string_type": "use a text in quotation marks",
    "bool_type": "use true or false",
    "bool_parsing": "use true or false",
    "int_type": "use a whole number",
    "int_parsing": "use a whole number",
    "tuple_type": "use a list in square brackets",
    "dict_type": "use a table",
    "too_short": "give at least one",
    "model_type": "use a table",
}

_LIMITS = {
    "greater_than_equal": ("ge", "use {} or more"),
    "less_than_equal": ("le", "use {} or less"),
    "literal_error": ("expected", "use {}"),
    "string_too_long": ("max_length", "use at most {} characters"),
}


def from_pydantic(error: ValidationError, prefix: str = "") -> list[Mistake]:
    """Give each error with its key; values never appear."""
    found = error.errors(include_input=False, include_url=False)
    # A list of which every item is refused also counts as empty; once is enough.
    outer = {details["loc"][:depth] for details in found for depth in range(len(details["loc"]))}
    return [
        Mistake(_key(prefix, details["loc"]), _sentence(details))
        for details in found
        if not (details["type"] == "too_short" and details["loc"] in outer)
    ]


def _key(prefix: str, loc: tuple[Any, ...]) -> str:
    key = prefix
    for part in loc:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part != "[key]":
            key += f".{part}" if key else str(part)
    return key


def _sentence(details: ErrorDetails) -> str:
    kind = details["type"]
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind == "string_too_short" and details["ctx"]["min_length"] == 1:
        return "must not be empty"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(details["ctx"][name])
    return _SENTENCES.get(kind, details["msg"][:1].lower() + details["msg"][1:])
