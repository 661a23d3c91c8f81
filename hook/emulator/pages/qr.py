"""QR codes, drawn here: an offer goes to nobody but the wallet."""

import segno


def svg(text: str, title: str) -> str:
    """Draw a QR code as an inline SVG element, dark on white whatever is around it."""
    code = segno.make_qr(text, error="l")
    return code.svg_inline(
        border=4, dark="#000", light="#fff", title=title, svgclass="qr", omitsize=True
    )
