"""A credential as its holder sees it: a card with claims in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from . import mdoc
from .metadata import Issuer, Json, Kind, colour_of, in_words

COLOUR = "#14532d"
"""Of cards whose issuer chose none."""
DIM = 0.179
"""Relative luminance above which dark text can be read better than white."""


@dataclass(frozen=True)
class Claim:
    """One line of a card."""

    name: str
    label: str
    value: str
    origin: str = ""
    """Where the issuer has it from: login, hook, source, user, offer or fixed; empty if unknown."""


@dataclass(frozen=True)
class Card:
    """A credential that the wallet holds."""

    id: str
    name: str
    issuer: str
    format: str
    colour: str
    credential: str | Json = field(repr=False)
    """As it was issued: an object, or the text of a mobile document."""
    read: Json = field(repr=False)
    """The same, readable."""
    claims: tuple[Claim, ...] = field(repr=False)
    journey: str = ""
    """Where the issuer tells how it was issued; only the stand-in tenant does."""

    @property
    def is_light(self) -> bool:
        """Whether text on it has to be dark."""
        return _luminance(self.colour) > DIM


def make(key: str, kind: Kind, issuer: Issuer, credential: Any, told: Json) -> Card:
    """Make a card of a credential. Raises `mdoc.BadDocument`.

    Takes what the stand-in tells of how it was issued: origins (claim → where from) and url.
    """
    document = mdoc.read(credential) if isinstance(credential, str) else credential
    return Card(
        id=key,
        name=kind.name,
        issuer=_issuer(document) or issuer.name,
        format=kind.format,
        colour=kind.colour or _colour(document) or COLOUR,
        credential=credential,
        read=document,
        claims=_lines(kind, dict(_claims(document)), told.get("origins", {})),
        journey=told.get("url", ""),
    )


def _lines(kind: Kind, claims: Json, origins: Json) -> tuple[Claim, ...]:
    """Put claims into the order that the issuer gave them, those it did not name last."""
    named = [name for name in kind.claims if name in claims]
    others = [name for name in claims if name not in kind.claims]
    return tuple(
        Claim(
            name=name,
            label=kind.claims.get(name) or in_words(name),
            value=words(claims[name]),
            origin=origins.get(name, ""),
        )
        for name in named + others
    )


def words(value: Any) -> str:
    """Say a claim's value as people would."""
    match value:
        case bool():
            return "Yes" if value else "No"
        case None:
            return "–"
        case list():
            return ", ".join(words(each) for each in value)
        case dict():
            return ", ".join(f"{in_words(name)}: {words(each)}" for name, each in value.items())
    return _day(str(value)) or str(value)


def _day(text: str) -> str:
    """Say a date in words; nothing if it is none."""
    if not re.match(r"\d{4}-\d\d-\d\d(T|$)", text):
        return ""
    try:
        day: date = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f"{day.day} {day:%B} {day.year}"


def _claims(document: Json) -> Iterator[tuple[str, Any]]:
    if "nameSpaces" in document:
        for elements in document["nameSpaces"].values():
            yield from elements.items()
    subject = document.get("credentialSubject")
    if isinstance(subject, dict):
        yield from ((name, value) for name, value in subject.items() if name != "id")


def _issuer(document: Json) -> str:
    issuer = document.get("issuer")
    name = issuer.get("name") if isinstance(issuer, dict) else None
    return name if isinstance(name, str) else ""


def _colour(document: Json) -> str:
    branding = document.get("credentialBranding")
    return colour_of(branding.get("backgroundColor")) if isinstance(branding, dict) else ""


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
