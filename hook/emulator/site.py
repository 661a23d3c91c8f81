"""One of the host names that the server answers to, and its addresses."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask

from .tenant import Tenant


class Site:
    """Adds views to a host name; each view is handed the tenant, then what its address names."""

    def __init__(self, app: Flask, tenant: Tenant, host: str) -> None:
        self._app = app
        self.tenant = tenant
        self._host = host

    def add(self, rule: str, view: Callable[..., Any], *methods: str) -> None:
        """Answer at an address; without methods to GET."""
        chosen = methods or ("GET",)
        name = f"{self._host} {' '.join(chosen)} {rule}"
        # Flask takes a dot for the end of a blueprint's name.
        endpoint = name.replace(".", "-")
        bound = partial(view, self.tenant)
        self._app.add_url_rule(rule, endpoint, bound, host=self._host, methods=list(chosen))

    def add_api(self, path: str, view: Callable[..., Any], *methods: str) -> None:
        """Answer at a path of the API, /v1/…, and at its older alias /core/v1/…."""
        self.add(path, view, *methods)
        self.add(f"/core{path}", view, *methods)
