"""Direct visits to the hook, without wallet and login: a good one, and each that must fail."""

from typing import NamedTuple
from uuid import uuid4

from flask import request
from werkzeug import Response

from hook.emulator.errors import Problem
from hook.emulator.state import HookConfiguration, Interaction, Journey
from hook.emulator.tenant import Tenant

from .sending import depart, hook_of, send, why_none


class Kind(NamedTuple):
    """One way of visiting the hook: what is sent, and what a careful hook does with it."""

    label: str
    explanation: str
    expected: str


STOPS = "The hook shows an error page and does not send you back here."

KINDS: dict[str, Kind] = {
    "good": Kind(
        "Visit the hook",
        "A proper visit, as the platform sends it.",
        "You go through the hook’s steps and come back, with an answer that is believed.",
    ),
    "expired": Kind(
        "Expired",
        "The session token ran out five minutes ago.",
        STOPS,
    ),
    "wrong-audience": Kind(
        "For another hook",
        "The token is genuine, but its audience (aud) is a different hook.",
        STOPS,
    ),
    "alg-none": Kind(
        "Not signed",
        "The token says “alg: none” and carries no signature at all.",
        STOPS,
    ),
    "replay": Kind(
        "Used before",
        "The very same token as the last good visit, letter for letter.",
        "No second journey starts: an error page, or this browser’s own journey where you left it.",
    ),
    "wrong-secret": Kind(
        "Signed by a stranger",
        "The token looks right, but was signed with another secret.",
        STOPS,
    ),
    "foreign-return": Kind(
        "Sends you elsewhere",
        "The token is genuine, but its redirectUrl is not at the tenant.",
        "The hook shows an error page. The browser must never reach stranger.example.",
    ),
}


def last_good(tenant: Tenant) -> Interaction | None:
    """Find the latest good visit, which a replay repeats."""
    return tenant.state.interactions.find(lambda each: each.kind == "good")


def visit(tenant: Tenant) -> Response:
    """Send the browser to the hook with the kind of session token asked for. Raises `Problem`."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        text = f"There is no visit called {kind!r}. Please use the buttons."
        raise Problem(400, "error", "Unknown visit", text)
    hook = hook_of(tenant)
    if hook is None:
        raise Problem(409, "error", "No hook to visit", why_none(tenant))
    if kind == "replay":
        return _again(tenant, hook)
    settings = tenant.settings
    ends = {"redirect_uri": settings.wallet_redirect} if settings.wallet_redirect else {}
    person = dict(settings.person)
    journey = Journey(str(uuid4()), tenant.now(), "visit", ends, login_claims=person)
    tenant.state.journeys.put(journey.id, journey)
    return send(tenant, journey, hook, kind, 303)


def _again(tenant: Tenant, hook: HookConfiguration) -> Response:
    interaction = last_good(tenant)
    journey = interaction and tenant.state.journeys.get(interaction.journey_id)
    if not interaction or not journey:
        text = "There is no good visit to repeat yet. Make a good one first."
        raise Problem(409, "error", "Nothing to repeat", text)
    return depart(tenant, journey, hook, interaction, 303)
