"""Access tokens: what a wallet asks for credentials with."""

import secrets

from flask import request

from hook.emulator.api.problems import unauthorized
from hook.emulator.state import AccessToken, Journey
from hook.emulator.tenant import Tenant

LIFETIME = 3600
"""Seconds."""


def issue(tenant: Tenant, journey: Journey) -> str:
    """Make a journey's access token."""
    token = secrets.token_urlsafe(32)
    tenant.state.access_tokens.put(token, AccessToken(journey.id, tenant.now() + LIFETIME))
    return token


def bearer(tenant: Tenant) -> Journey:
    """Find the journey of the request's access token (RFC 6750 section 2.1).

    Raises `ApiProblem`, 401, for a token that is missing, unknown or over.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = tenant.state.access_tokens.get(token) if scheme.lower() == "bearer" else None
    journey = tenant.state.journeys.get(known.journey_id) if known else None
    if not known or not journey or tenant.now() >= known.expires:
        raise unauthorized()
    return journey
