"""QR codes, drawn here: what they hold goes to nobody else."""

import io

import segno

_BORDER = 4
_WHITE_ON_BLACK = "\x1b[97;40m"
_RESET = "\x1b[0m"


def svg(text: str, title: str) -> str:
    """Draw a QR code as an inline SVG element, dark on white whatever is around it."""
    code = segno.make_qr(text, error="l")
    return code.svg_inline(
        border=_BORDER, dark="#000", light="#fff", title=title, svgclass="qr", omitsize=True
    )


def terminal(text: str) -> str:
    """Draw a QR code in half blocks, white on black whatever colours the terminal has.

    Raises ValueError for a text that is too long.
    """
    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(out=drawn, border=_BORDER, compact=True)
    return "\n".join(f"{_WHITE_ON_BLACK}{line}{_RESET}" for line in drawn.getvalue().splitlines())
