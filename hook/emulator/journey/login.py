"""The way to the login: from the tenant to its login provider."""

import secrets

from flask import redirect
from werkzeug import Response

from hook.emulator.state import Interaction, Journey, Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import LOGIN_CALLBACK, with_params

from . import login_provider
from .leaving import with_error

EVENT = "OPENID_AUTHENTICATION_PROVIDER_AUTHORIZE"


def send(tenant: Tenant, journey: Journey) -> Response:
    """Begin an interaction and send the browser to the login provider.

    Without a provider, or if it cannot be asked where its login is, the wallet gets an error.
    """
    settings = provider_of(tenant)
    if settings is None:
        text = "The tenant has no authentication provider"
        return with_error(tenant, journey, "server_error", text)
    identity, state, nonce = (secrets.token_urlsafe(16) for _ in range(3))
    interaction = Interaction(journey.id, "login", tenant.now(), identity, nonce=nonce)
    tenant.tell(f"{EVENT}_START", journey, interactionId=identity)
    try:
        address = login_provider.discover(settings).authorization_endpoint
    except login_provider.Failed as failure:
        return failed(tenant, journey, interaction, "temporarily_unavailable", str(failure))
    tenant.state.interactions.put(state, interaction)
    params = _parameters(settings, journey) | {
        "client_id": settings["clientId"],
        "response_type": "code",
        "scope": " ".join(settings["scope"]),
        "state": state,
        "nonce": nonce,
        "redirect_uri": tenant.settings.tenant_url + LOGIN_CALLBACK,
    }
    tenant.hop(journey, "Tenant to login provider", address, parameters=params)
    return redirect(with_params(address, params), 302)


def provider_of(tenant: Tenant) -> Json | None:
    """Give the provider that people log in at, as it was configured."""
    return tenant.state.providers.find(lambda _: True)


def failed(
    tenant: Tenant, journey: Journey, interaction: Interaction, error: str, reason: str
) -> Response:
    """Tell the wallet that the provider, or its answer, cannot be used."""
    tenant.hop(journey, "Login provider fails", good=False, reason=reason)
    tenant.tell(f"{EVENT}_FAIL", journey, interactionId=interaction.id, error=error)
    return with_error(tenant, journey, error, f"The login provider cannot be used: {reason}")


def _parameters(settings: Json, journey: Journey) -> dict[str, str]:
    """Give what the issuer adds to the login: some of the wallet's parameters, and fixed ones."""
    forwarded = settings.get("forwardedRequestParameters") or ()
    passed_on = {name: journey.request[name] for name in forwarded if name in journey.request}
    fixed = settings.get("staticRequestParameters") or {}
    return passed_on | {name: str(value) for name, value in fixed.items()}
