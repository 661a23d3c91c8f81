"""The stand-in tenant: plays the platform around the hook, to try it and to test it.

It shares no code with the hook on purpose. What both sides agree on, two authors agree on.
"""

import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from . import (
    api,
    errors,
    headers,
    idp,
    issuing,
    journey,
    origins,
    pages,
    reach,
    seed,
    starting,
    wallet,
)
from .settings import Settings, SettingsError
from .site import Site
from .state import State
from .switches import Switches
from .tenant import Tenant

__all__ = ["Settings", "SettingsError", "create_app", "create_emulator"]

ROOT = Path(__file__).resolve().parents[2]


def create_app() -> Flask:
    """Make the app from the environment and say so, for `flask --app hook.emulator run`."""
    try:
        settings = Settings.from_env()
        app = create_emulator(settings)
    except SettingsError as error:
        raise SystemExit(f"hook.emulator: {error}") from error
    starting.announce(app, settings)
    return app


def create_emulator(settings: Settings, clock: Callable[[], float] = time.time) -> Flask:
    """Build the app: one server that answers to two host names, the tenant's and the wallet's."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        host_matching=True,
    )
    tenant = Tenant(settings, clock, State(switches=Switches(settings.assume)))
    app.extensions["emulator"] = tenant
    seed.fill(tenant)
    site = Site(app, tenant, settings.tenant_host)
    for room in (api, idp, issuing, journey, pages):
        room.add(site)
    wallet.add(Site(app, tenant, settings.wallet_host))
    errors.init_app(app, tenant)
    reach.init_app(app, settings)
    origins.init_app(app, settings)
    app.after_request(headers.add)
    return app
