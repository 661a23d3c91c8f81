"""The login provider's token endpoint: an ID token for a code."""

import hmac
import secrets
from typing import NamedTuple
from urllib.parse import unquote_plus

from flask import jsonify, make_response, request
from werkzeug import Response

from hook.emulator import es256
from hook.emulator.state import Login
from hook.emulator.tenant import Tenant

LIFETIME = 300
"""Seconds."""


class Refused(Exception):
    """A request that gets an error (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class Client(NamedTuple):
    """Who asks."""

    id: str
    secret: str


def exchange(tenant: Tenant) -> Response:
    """Answer with an ID token (OpenID Connect Core 1.0 section 3.1.3.3), or with an error."""
    try:
        client = _client()
        login = _login(tenant, client)
    except Refused as refused:
        body = {"error": refused.error, "error_description": str(refused)}
        answer = make_response(jsonify(body), refused.status)
        if refused.status == 401:
            answer.headers["WWW-Authenticate"] = "Basic"
        return answer
    now, key = int(tenant.now()), tenant.state.login_key
    claims = login.claims | {"iat": now, "exp": now + LIFETIME}
    answered = {
        "access_token": secrets.token_urlsafe(24),
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "id_token": es256.sign(claims, key, kid=es256.public_jwk(key)["kid"]),
    }
    return make_response(jsonify(answered))


def _client() -> Client:
    """Read who asks, from the header or the form (RFC 6749 section 2.3.1). Raises `Refused`."""
    basic, form = request.authorization, request.form
    if basic is not None and "client_secret" in form:
        raise Refused("invalid_request", "The client authenticates in two ways at once")
    if basic is not None and basic.type == "basic":
        pair = (basic.username or "", basic.password or "")
        client = Client(*(unquote_plus(each) for each in pair))
    else:
        client = Client(form.get("client_id", ""), form.get("client_secret", ""))
    if not client.id or not client.secret:
        raise Refused("invalid_client", "client_id and client_secret are needed", 401)
    return client


def _login(tenant: Tenant, client: Client) -> Login:
    """Spend the request's code. Raises `Refused`.

    Clients are not registered: the secret that one comes with first is its secret from then on.
    """
    clients = tenant.state.login_clients
    clients.put_new(client.id, client.secret)
    secret = clients.get(client.id) or ""
    if not hmac.compare_digest(secret.encode(), client.secret.encode()):
        raise Refused("invalid_client", "This is not the secret that the client came with", 401)
    if request.form.get("grant_type") != "authorization_code":
        raise Refused("unsupported_grant_type", "grant_type must be authorization_code")
    login = tenant.state.logins.take(
        request.form.get("code", ""), lambda each: each.client_id == client.id
    )
    if login is None or tenant.now() >= login.expires:
        raise Refused("invalid_grant", "The code is unknown, used or over")
    if request.form.get("redirect_uri") != login.redirect_uri:
        raise Refused("invalid_grant", "redirect_uri is not the one of the login")
    return login
