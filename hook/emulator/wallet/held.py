"""What the wallet holds for each browser. Nothing outlives it."""

import secrets
from dataclasses import dataclass, field

from hook.emulator.shelf import Shelf

from .cards import Card
from .keys import HolderKey
from .metadata import Issuer
from .offers import Offer

COOKIE = "wallet"
CARDS = 50


@dataclass(frozen=True)
class Attempt:
    """An offer that was accepted, while the person is away to log in."""

    offer: Offer
    issuer: Issuer
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Refusal:
    """Why there is no credential, for the person."""

    text: str
    why: str
    """What the issuer said."""
    issuer: str
    journey: str = ""


@dataclass(frozen=True)
class Holder:
    """One browser's wallet."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    key: HolderKey = field(default_factory=HolderKey)
    attempts: Shelf[Attempt] = field(default_factory=Shelf)
    """By state; an attempt is taken when the browser comes back."""
    cards: Shelf[Card] = field(default_factory=lambda: Shelf(CARDS))
    refusals: Shelf[Refusal] = field(default_factory=lambda: Shelf(CARDS))


Holders = Shelf[Holder]
