"""POST /oauth/token: tokens for API clients, at what is a host of its own on the platform."""

import hmac
import secrets
from typing import Literal

from flask import Response, jsonify, make_response
from pydantic import ConfigDict

from hook.emulator.site import Site
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

from .bodies import Body, Filled, sent
from .problems import ApiProblem

SECONDS = 14_400


class ClientBody(Body):
    """A client, and what it wants a token for; JSON, and not the form of RFC 6749."""

    # RFC 6749 writes its names with underscores, unlike the rest of the API.
    model_config = ConfigDict(alias_generator=None)

    client_id: Filled
    client_secret: Filled
    audience: Filled
    grant_type: Literal["client_credentials"]


def add(site: Site) -> None:
    """Add its address."""
    site.add("/oauth/token", give, "POST")


def give(tenant: Tenant) -> Response:
    """Give a token, or say no in the form of RFC 6749 section 5.2."""
    try:
        client = sent(ClientBody)
    except ApiProblem as problem:
        members = ", ".join(detail.param for detail in problem.details)
        text = f"{problem.message}: {members}" if members else problem.message
        return _refused(problem.status, "invalid_request", text)
    if not (_is_known(tenant, client) and _is_ours(tenant, client.audience)):
        return _refused(401, "access_denied", "Unauthorized")
    token = secrets.token_urlsafe(32)
    tenant.state.api_tokens.put(token, tenant.now() + SECONDS)
    return jsonify({"access_token": token, "expires_in": SECONDS, "token_type": "Bearer"})


def _is_known(tenant: Tenant, client: ClientBody) -> bool:
    known = tenant.settings.api_client
    given = f"{client.client_id}:{client.client_secret}"
    return not known or hmac.compare_digest(given.encode(), known.encode())


def _is_ours(tenant: Tenant, audience: str) -> bool:
    any_does = tenant.state.switches["api-audience"] == "any"
    return any_does or audience == tenant.settings.tenant_url


def _refused(status: int, error: str, description: str) -> Response:
    body: Json = {"error": error, "error_description": description}
    return make_response(jsonify(body), status)
