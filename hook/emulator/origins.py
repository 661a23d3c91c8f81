"""What changes something is taken from our own pages only: no other site's may press a button."""

from flask import Flask, abort, request

from .errors import PLATFORM
from .settings import Settings

NO_PAGE = ("same-origin", "none")
"""Sec-Fetch-Site where no page of another site made the browser ask."""


def init_app(app: Flask, settings: Settings) -> None:
    """Look at every request that may change something, before its view.

    The platform's own addresses are left out: wallets may be pages of other sites.
    """
    own = {settings.tenant_host: settings.tenant_url, settings.wallet_host: settings.wallet_url}

    @app.before_request
    def check() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path.startswith(PLATFORM):
            return
        # Browsers send one or both; a program that is no browser sends neither, and may.
        here = own.get(request.host)
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site not in (None, *NO_PAGE) or origin not in (None, here):
            abort(403, "Another site’s page sent this. Please use the buttons on our own pages.")
