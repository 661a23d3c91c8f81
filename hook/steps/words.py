"""What claims say in plain words, for a review."""

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Line:
    """A claim in plain words: what stands before it, and what it says."""

    label: str
    text: str


@dataclass(frozen=True)
class Written:
    """What an earlier step wrote, for a review; `revisable` tells whether it can be changed."""

    step: str
    title: str
    revisable: bool
    lines: tuple[Line, ...]


def in_words(path: str) -> str:
    """Turn a dotted path into a label: address.postal_code is “Address postal code”."""
    return re.sub(r"[._:-]+", " ", path).strip().capitalize()


def text_of(value: object) -> str:
    """Write a claim's value as visitors read it."""
    match value:
        case bool():
            return "Yes" if value else "No"
        case list() | tuple():
            return ", ".join(text_of(item) for item in value)
        case float():
            return f"{Decimal(repr(value)):f}"
        case _:
            return str(value)
