"""The colours of the stylesheet, and of cards, can be read: WCAG 2.2, 1.4.3 and 1.4.11."""

import re
from pathlib import Path

import pytest

from hook.emulator.wallet import cards
from hook.emulator.wallet.metadata import Issuer, Kind
from tests.test_css import CONTROL, TEXT, colours, contrast

CSS = (Path(__file__).resolve().parents[3] / "static/emulator.css").read_text(encoding="utf-8")
ROOTS = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
WALLETS = re.findall(r"\.wallet \{(.*?)\}", CSS)
ISSUER = Issuer("https://kauri.example", "kauri.example", "", "", "")


@pytest.mark.parametrize("number", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("at", ["tenant", "wallet"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "ground", TEXT),
        ("ink", "card", TEXT),
        ("soft", "ground", TEXT),
        ("soft", "card", TEXT),
        ("accent", "ground", TEXT),
        ("accent", "card", TEXT),
        ("on-accent", "accent", TEXT),
        ("warning", "ground", TEXT),
        ("warning", "card", TEXT),
        ("good", "ground", TEXT),
        ("good", "card", TEXT),
        ("edge", "card", CONTROL),
    ],
)
def test_colours_have_enough_contrast(
    number: int, at: str, front: str, back: str, least: float
) -> None:
    found = colours(ROOTS[number])
    if at == "wallet":
        found |= colours(WALLETS[number])
    assert contrast(found[front], found[back]) >= least


@pytest.mark.parametrize(
    "colour", ["#ffffff", "#ffcc00", "#777777", "#767676", "#ff0000", "#003F5C", "#4A2545"]
)
def test_text_on_a_card_of_any_colour_can_be_read(colour: str) -> None:
    kind = Kind("a", "ldp_vc", "Card", colour=colour)
    is_light = cards.make("1", kind, ISSUER, {}, {}).is_light
    assert contrast("#000000" if is_light else "#ffffff", colour.lower()) >= TEXT
