"""QR codes, drawn here: what they hold goes to nobody else."""

import segno

_BORDER = 4


def svg(text: str, title: str) -> str:
    """Draw a QR code as an inline SVG element, dark on white whatever is around it."""
    code = segno.make_qr(text, error="l")
    return code.svg_inline(
        border=_BORDER, dark="#000", light="#fff", title=title, svgclass="qr", omitsize=True
    )
