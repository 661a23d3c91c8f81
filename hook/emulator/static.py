"""Stylesheets, at either host name."""

from pathlib import Path

from flask import send_from_directory
from werkzeug import Response

from .site import Site
from .tenant import Tenant

FOLDER = Path(__file__).resolve().parents[2] / "static"


def add(site: Site) -> None:
    """Add the address of static files."""
    site.add("/static/<path:name>", _file)


def _file(_tenant: Tenant, name: str) -> Response:
    return send_from_directory(FOLDER, name)
