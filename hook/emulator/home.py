"""The tenant's front page: who is signed in, and the ways to visit the hook."""

from flask import redirect, render_template, request
from werkzeug import Response

from .arrivals import KINDS
from .errors import Problem
from .memory import Visit
from .tenant import Tenant
from .urls import with_params


def show(tenant: Tenant) -> str:
    """Show the buttons."""
    return render_template(
        "emulator/home.html",
        settings=tenant.settings,
        kinds=KINDS,
        can_replay=tenant.memory.last_good is not None,
    )


def visit(tenant: Tenant) -> Response:
    """Send the browser to the hook with the kind of session token asked for. Raises `Problem`."""
    name = request.form.get("kind", "")
    if name not in KINDS:
        text = f"There is no visit called {name!r}. Please use the buttons."
        raise Problem(400, "error", "Unknown visit", text)
    token = KINDS[name].mint(tenant)
    tenant.memory.remember(Visit(name, token))
    return redirect(with_params(tenant.settings.hook_url, {"session_token": token}), 303)


def from_wallet(tenant: Tenant) -> Response:
    """Lead who typed the wallet's address to the tenant's front page."""
    return redirect(tenant.settings.tenant_url + "/", 302)
