"""The web side: blueprints, errors, headers."""

import time

from flask import Flask, Response, g, request

from hook import audit
from hook.tenant import Config
from hook.web import arrive, errors, health, journey, lending, security


def init_app(app: Flask, config: Config) -> None:
    """Put the web side into the app."""
    # Those redirects would name the host that the request names.
    app.url_map.redirect_defaults = app.url_map.merge_slashes = False
    for part in (health, arrive, lending, journey):
        app.register_blueprint(part.blueprint)
    app.before_request(_start)
    security.init_app(app, config)
    errors.init_app(app)
    app.after_request(_log)


def _start() -> None:
    g.started = time.perf_counter()


def _log(response: Response) -> Response:
    # The rule and never the path: a path may hold a visitor's text, a query may hold a token.
    rule = request.url_rule.rule if request.url_rule else ""
    if rule != "/healthz":
        ms = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else 0
        audit.log("request", rule=rule, method=_method(), status=response.status_code, ms=ms)
    return response


def _method() -> str:
    return request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
