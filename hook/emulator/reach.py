"""Which machines may reach the stand-in tenant: this one, and others only with an API client."""

from ipaddress import IPv6Address, ip_address

from flask import Flask, abort, request

from .errors import PLATFORM
from .settings import Settings

OPEN = (*PLATFORM, "/idp/", "/static/")
"""Where wallets and people on their way have to come; what else is there shows or steers all."""
PASSED_ON = ("Forwarded", "X-Forwarded-For")
"""What tunnels and proxies add, which are on this machine themselves."""


def init_app(app: Flask, settings: Settings) -> None:
    """Look at every request, before its view."""

    @app.before_request
    def check() -> None:
        if _is_from_this_machine():
            return
        if not settings.api_client:
            text = "The stand-in tenant is for its own machine, unless EMULATOR_API_CLIENT is set."
            abort(403, text)
        if not request.path.startswith(OPEN):
            abort(403, "This is for the machine that the stand-in tenant runs on.")


def _is_from_this_machine() -> bool:
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    # A server that listens to both kinds of addresses sees 127.0.0.1 as ::ffff:127.0.0.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
