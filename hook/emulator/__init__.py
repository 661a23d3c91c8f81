"""The stand-in tenant: plays the platform around the hook, to try it and to test it.

It shares no code with the hook on purpose. What both sides agree on, two authors agree on.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from . import callback, errors, headers, home, wallet
from .settings import Settings, SettingsError
from .tenant import Tenant
from .urls import CALLBACK

__all__ = ["Settings", "SettingsError", "create_emulator"]

ROOT = Path(__file__).resolve().parents[2]


def create_emulator(settings: Settings, now: Callable[[], float] = time.time) -> Flask:
    """Build the app: one server that answers to two host names, the tenant's and the wallet's."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        static_url_path="/static",
        static_host=settings.tenant_host,
        host_matching=True,
    )
    tenant = Tenant(settings, now)
    _tenant_pages(app, tenant, settings.tenant_host)
    _wallet_pages(app, tenant, settings.wallet_host)
    errors.init_app(app, settings)
    app.after_request(headers.add)
    return app


def _tenant_pages(app: Flask, tenant: Tenant, host: str) -> None:
    app.add_url_rule("/", "home", partial(home.show, tenant), host=host)
    app.add_url_rule("/visit", "visit", partial(home.visit, tenant), host=host, methods=["POST"])
    app.add_url_rule(CALLBACK, "callback", partial(callback.receive, tenant), host=host)


def _wallet_pages(app: Flask, tenant: Tenant, host: str) -> None:
    app.add_url_rule("/wallet", "wallet", partial(wallet.show, tenant), host=host)
    app.add_url_rule("/", "wallet_home", partial(home.from_wallet, tenant), host=host)
    static = "/static/<path:filename>"
    app.add_url_rule(static, "wallet_static", app.send_static_file, host=host)
