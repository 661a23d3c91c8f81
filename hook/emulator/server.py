"""Running the stand-in tenant on this machine."""

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from .settings import LOOPBACK, Settings


def build(app: Flask, settings: Settings) -> BaseWSGIServer:
    """Make a threaded server on the tenant's port that only this machine can reach."""
    return make_server(LOOPBACK, settings.port, app, threaded=True)
