"""The login page: whoever comes says who they are, and is believed."""

import secrets

from flask import make_response, redirect, render_template, request
from werkzeug import Response

from hook.emulator.errors import Problem
from hook.emulator.state import Login
from hook.emulator.tenant import Tenant
from hook.emulator.urls import LOGIN_CALLBACK, with_params

from . import person

CODE_LIFETIME = 60
"""Seconds."""


class Refused(Exception):
    """A request that gets an error (OpenID Connect Core 1.0 section 3.1.2.6)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


def show(tenant: Tenant) -> Response:
    """Show the form, filled in. Nobody stays logged in here, so prompt=login needs no more."""
    try:
        _check(tenant)
    except Refused as refused:
        return _back({"error": refused.error, "error_description": str(refused)})
    known = tenant.settings.person
    email = request.args.get("login_hint") or known.get("email", "")
    return _page(tenant, {"name": str(known.get("name", "")), "email": str(email)}, {})


def submit(tenant: Tenant) -> Response:
    """Send the browser back with a code, or with an error if the person cancels."""
    try:
        _check(tenant)
    except Refused as refused:
        return _back({"error": refused.error, "error_description": str(refused)})
    if request.form.get("answer") == "cancel":
        return _back({"error": "access_denied", "error_description": "The person cancelled"})
    typed = {name: request.form.get(name, "").strip() for name in ("name", "email")}
    errors = person.complaints(typed)
    if errors:
        return _page(tenant, typed, errors)
    asked = request.args
    claims = person.claims(tenant.settings.person, typed, asked["scope"].split())
    token = {"iss": tenant.settings.idp_url, "aud": asked["client_id"]} | claims
    if "nonce" in asked:
        token["nonce"] = asked["nonce"]
    code, expires = secrets.token_urlsafe(24), tenant.now() + CODE_LIFETIME
    login = Login(asked["client_id"], asked["redirect_uri"], token, expires)
    tenant.state.logins.put(code, login)
    return _back({"code": code})


def _check(tenant: Tenant) -> None:
    """Check the request. Raises `Problem` where the browser must not be sent back, else `Refused`.

    OpenID Connect Core 1.0 section 3.1.2.1.
    """
    asked, base = request.args, tenant.settings.tenant_url
    addresses = (base + LOGIN_CALLBACK, f"{base}/core{LOGIN_CALLBACK}")
    if not asked.get("client_id") or asked.get("redirect_uri") not in addresses:
        text = f"This login provider sends people back to {addresses[0]} only, for a client_id."
        raise Problem(400, "error", "Unknown address", text)
    if asked.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type must be code")
    if "openid" not in asked.get("scope", "").split():
        raise Refused("invalid_scope", "scope must contain openid")
    if "none" in asked.get("prompt", "").split():
        raise Refused("login_required", "Nobody stays logged in here")


def _page(tenant: Tenant, values: dict[str, str], errors: dict[str, str]) -> Response:
    page = render_template(
        "emulator/login.html", settings=tenant.settings, values=values, errors=errors
    )
    return make_response(page, 422 if errors else 200)


def _back(params: dict[str, str]) -> Response:
    if "state" in request.args:
        params = params | {"state": request.args["state"]}
    return redirect(with_params(request.args["redirect_uri"], params), 303)
