"""What holds for every request and every response: bodies, origins, headers."""

from flask import Flask, Request, Response, request

from hook.errors import RequestRefused
from hook.tenant import Config

BODY_MOST = 65_536
"""Largest body, bytes."""
ARRIVE = "arrive.arrive"
"""The endpoint whose URL holds a session token."""
_FORM = "application/x-www-form-urlencoded"
_SAFE = ("GET", "HEAD", "OPTIONS")

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    # With "no-referrer" browsers send `Origin: null` with forms, so pages with forms need this one.
    "Referrer-Policy": "same-origin",
}
_HSTS = "max-age=63072000"


def init_app(app: Flask, config: Config) -> None:
    """Check every request before its view, and set the headers of every response."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_MOST

    @app.before_request
    def check() -> None:
        if request.method not in _SAFE:
            _check_body(request)
            _check_origin(request, config.public_url)

    @app.after_request
    def set_headers(response: Response) -> Response:
        page = {} if request.endpoint == "static" else _PAGE_HEADERS
        for name, value in {**_HEADERS, **page}.items():
            response.headers.setdefault(name, value)
        if request.endpoint == ARRIVE or request.query_string:
            # The URL holds a token, whatever came of it.
            response.headers["Referrer-Policy"] = "no-referrer"
        if not config.is_local:
            response.headers["Strict-Transport-Security"] = _HSTS
        return response


def allow_script(response: Response) -> None:
    """Let a page load the scripts of this hook; no page can have any inside itself."""
    response.headers["Content-Security-Policy"] = f"{_POLICY}; script-src 'self'"


def _check_body(sent: Request) -> None:
    # A chunked body over the limit would be cut, not refused, by the server below us (T49).
    if "Transfer-Encoding" in sent.headers or sent.content_length is None:
        raise RequestRefused("length_required")
    if sent.content_length > BODY_MOST:
        raise RequestRefused("body_too_large")
    if sent.content_length and sent.mimetype != _FORM:
        raise RequestRefused("media_type")


def _check_origin(sent: Request, public_url: str) -> None:
    origin = sent.headers.get("Origin")
    site = sent.headers.get("Sec-Fetch-Site", "same-origin")
    # "none" is what a visitor does in the browser itself, such as loading a page again.
    if origin not in (None, public_url) or site not in ("same-origin", "none"):
        raise RequestRefused("origin_foreign")
