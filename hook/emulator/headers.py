"""Response headers of every page."""

from flask import Response

HEADERS = {
    "Cache-Control": "no-store",
    # No form-action: Chromium applies it to the redirects after a form too, and the trip from
    # here leads to the hook, back, and on to a wallet that may have a scheme of its own.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add(response: Response) -> Response:
    """Set them all."""
    response.headers.update(HEADERS)
    return response
