"""What can be seen of a text."""

import unicodedata

# Letters by category, blanks to the eye: Hangul fillers and the empty Braille pattern.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """Give a text as one line without what cannot be seen; empty when nothing is left to see."""
    kept = "".join(c for c in text if unicodedata.category(c) not in _UNSEEN).strip()
    return kept if kept.strip(_BLANK_LETTERS + " ") else ""
