"""What can be seen of a text."""

import re
import unicodedata

# Letters by category, blanks to the eye: Hangul fillers and the empty Braille pattern.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """Give a text as one line without what cannot be seen; empty when nothing is left to see."""
    kept = "".join(c for c in text if unicodedata.category(c) not in _UNSEEN).strip()
    return kept if kept.strip(_BLANK_LETTERS + " ") else ""


def is_odd(text: str, allowed: str = "") -> bool:
    """Tell whether a text has what no text has: controls, halves, what turns reading around."""
    return bool(_BIDI.search(text)) or any(_never_text(c) for c in text if c not in allowed)


def _never_text(character: str) -> bool:
    number = ord(character)
    no_character = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF or number == 0xFFFD
    return no_character or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
