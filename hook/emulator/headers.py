"""Response headers of every page."""

from flask import Response

HEADERS = {
    "Cache-Control": "no-store",
    # No form-action: Chromium applies it to the redirects after a form too, and the way from
    # here leads to the hook, back, and on to a wallet that may have a scheme of its own.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not “no-referrer”: with that browsers send “Origin: null” with our own forms, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def add(response: Response) -> Response:
    """Set them all, but for what a view says otherwise of its own answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
