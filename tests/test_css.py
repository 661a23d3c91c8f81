"""The colours of the stylesheet can be read: WCAG 2.2, 1.4.3 and 1.4.11."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[1] / "static/hook.css").read_text(encoding="utf-8")
ROOTS = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
TEXT, CONTROL = 4.5, 3.0


def colours(block: str) -> dict[str, str]:
    """The custom properties of a block that are colours."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2, definition)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert round(contrast("#000", "#ffffff"), 1) == 21.0


@pytest.mark.parametrize("root", ROOTS, ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "page", TEXT),
        ("ink", "card", TEXT),
        ("soft", "page", TEXT),
        ("soft", "card", TEXT),
        ("wrong", "card", TEXT),
        ("on-accent", "accent", TEXT),
        ("line", "card", CONTROL),
        ("focus", "card", CONTROL),
        ("focus", "page", CONTROL),
    ],
)
def test_colours_have_enough_contrast(root: str, front: str, back: str, least: float) -> None:
    found = colours(root)
    assert contrast(found[front], found[back]) >= least
