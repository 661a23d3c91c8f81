"""The interaction hook: an issuer's steps for a visitor, and back with a signed answer."""

import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from hook import audit, cli, web
from hook.config.load import load
from hook.mail import Mailer
from hook.store import Store
from hook.tenant import Config
from hook.vault import Vault
from hook.web import templates
from hook.web.browser import Browser
from hook.web.context import Hook
from hook.web.housekeeping import watch_clock

_ROOT = Path(__file__).resolve().parent.parent


def create_app() -> Flask:
    """Make the app from the configuration that HOOK_CONFIG names.

    Ends the process with status 2 and all mistakes in sentences when it cannot be used.
    """
    return cli.start(lambda: build_app(load()), bare_app)


def build_app(config: Config, clock: Callable[[], int] = lambda: int(time.time())) -> Flask:
    """Make the app from a checked configuration; `clock` gives the time in seconds."""
    audit.set_up()
    app = bare_app()
    store = Store(config.database, Vault(config.vault_keys))
    parts = Hook(config, store, Mailer(config.smtp), Browser(config), clock)
    app.extensions["hook"] = parts
    templates.init_app(app, config)
    web.init_app(app, config)
    for warning in config.warnings:
        audit.log("warning", detail=warning)
    watch_clock(parts, starts=True)
    # Servers load the app and then fork: no connection may be open by then.
    store.close()
    return app


def bare_app() -> Flask:
    """Make an app that has only the commands."""
    app = Flask("hook", root_path=str(_ROOT), static_folder="static", template_folder="templates")
    cli.init_app(app)
    return app
