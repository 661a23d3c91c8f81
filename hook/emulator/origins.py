"""Forms are taken from our own pages only: nobody else's page may press a button here."""

from flask import Flask, request

from .errors import PROGRAMS, Problem


def init_app(app: Flask) -> None:
    """Look at every request that may change something, before its view."""

    @app.before_request
    def check() -> None:
        if request.method != "POST" or request.path.startswith(PROGRAMS):
            return
        # Browsers send one or both; a program that is no browser sends neither, and may.
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin", request.host_url.rstrip("/"))
        if site != "same-origin" or origin != request.host_url.rstrip("/"):
            text = "Another site’s page sent this form. Please use the buttons on our own pages."
            raise Problem(403, "error", "Not from here", text)
