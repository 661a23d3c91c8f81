"""Sending a browser to the interaction hook."""

import secrets

from flask import redirect
from werkzeug import Response

from hook.emulator import jws
from hook.emulator.state import HookConfiguration, Interaction, Journey
from hook.emulator.tenant import Tenant
from hook.emulator.urls import with_params

from .arrivals import MINTS, draft, timeout


def hook_of(tenant: Tenant) -> HookConfiguration | None:
    """Give the hook that people are sent to; none while it is disabled."""
    hook = tenant.state.hook
    if hook is None or hook.disabled or tenant.state.faults.hook_disabled:
        return None
    return hook


def why_none(tenant: Tenant) -> str:
    """Say why people are not sent to the hook."""
    if tenant.state.hook is None:
        return "No hook is configured. Set one with PUT /v1/openid/configuration."
    if tenant.state.faults.hook_disabled:
        return "The fault “Skip the hook” is on."
    return "The hook is disabled in its configuration: see PUT /v1/openid/configuration."


def send(
    tenant: Tenant, journey: Journey, hook: HookConfiguration, kind: str = "good", status: int = 302
) -> Response:
    """Begin an interaction, and send the browser to the hook with its session token."""
    identity, now = secrets.token_urlsafe(9), tenant.now()
    made = draft(tenant, hook, identity, journey.login_claims)
    token = MINTS[kind](made)
    interaction = Interaction(journey.id, kind, now, identity, token, now + timeout(tenant, hook))
    tenant.state.interactions.put(made.payload["state"], interaction)
    tenant.tell("OPENID_INTERACTION_HOOK_START", journey, **said_of(journey, interaction))
    return depart(tenant, journey, hook, interaction, status)


def depart(
    tenant: Tenant,
    journey: Journey,
    hook: HookConfiguration,
    interaction: Interaction,
    status: int = 302,
) -> Response:
    """Send the browser to the hook with the session token of an interaction."""
    token = jws.read(interaction.token)._asdict()
    tenant.hop(journey, "Tenant to hook", hook.url, session_token=token, visit=interaction.kind)
    return redirect(with_params(hook.url, {"session_token": interaction.token}), status)


def said_of(journey: Journey, interaction: Interaction) -> dict[str, str]:
    """Give what every event about an interaction says."""
    return {
        "interactionId": interaction.id,
        "sessionId": journey.session_id,
        "userId": journey.user_id,
    }
