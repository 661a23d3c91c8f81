"""Session tokens as the platform makes them, and the classic ones a hook must refuse."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from . import jws
from .errors import Problem
from .tenant import Tenant
from .urls import CALLBACK, with_params

SESSION_SECONDS = 1200


class Kind(NamedTuple):
    """One way of visiting the hook: what is sent, and what a careful hook does with it."""

    label: str
    explanation: str
    expected: str
    mint: Callable[[Tenant], str]


def payload(tenant: Tenant, age: int = 0) -> jws.Json:
    """Make the payload of a session token that was issued `age` seconds ago.

    The platform publishes neither the path of redirectUrl nor whether it carries a query. It has
    one here on purpose: a hook that glues "?session_token=" to it breaks its own return.
    """
    settings, issued = tenant.settings, int(tenant.now()) - age
    callback = settings.tenant_url + CALLBACK
    return {
        "iss": settings.tenant_url,
        "aud": settings.hook_url,
        "iat": issued,
        "exp": issued + SESSION_SECONDS,
        "state": secrets.token_urlsafe(16)[:21],
        "redirectUrl": with_params(callback, {"interaction": secrets.token_urlsafe(9)}),
        "claims": dict(settings.person),
    }


def good(tenant: Tenant) -> str:
    """Mint what the platform would send."""
    return jws.sign(payload(tenant), tenant.settings.key)


def expired(tenant: Tenant) -> str:
    """Mint a token that ran out five minutes ago, beyond any allowance for clocks."""
    return jws.sign(payload(tenant, age=SESSION_SECONDS + 300), tenant.settings.key)


def wrong_audience(tenant: Tenant) -> str:
    """Mint a token meant for another hook."""
    elsewhere = {"aud": "https://another-hook.example/start"}
    return jws.sign(payload(tenant) | elsewhere, tenant.settings.key)


def wrong_secret(tenant: Tenant) -> str:
    """Mint a token signed by somebody who does not know the secret."""
    return jws.sign(payload(tenant), secrets.token_bytes(32))


def no_signature(tenant: Tenant) -> str:
    """Mint a token that says it needs no signature."""
    return jws.unsigned(payload(tenant))


def replay(tenant: Tenant) -> str:
    """Return the latest good token once more, to the letter. Raises `Problem` if there is none."""
    if tenant.memory.last_good is None:
        text = "There is no good visit to repeat yet. Press “Get my credential” first."
        raise Problem(409, "error", "Nothing to repeat", text)
    return tenant.memory.last_good


def foreign_return(tenant: Tenant) -> str:
    """Mint a properly signed token that sends the answer to a stranger."""
    stranger = {"redirectUrl": "https://stranger.example/collect?interaction=1"}
    return jws.sign(payload(tenant) | stranger, tenant.settings.key)


STOPS = "The hook shows an error page and does not send you back here."

KINDS: dict[str, Kind] = {
    "good": Kind(
        "Get my credential",
        "A proper visit, as the platform sends it.",
        "You go through the hook's steps and end in the wallet, with a verified answer.",
        good,
    ),
    "expired": Kind(
        "Expired",
        "The session token ran out five minutes ago.",
        STOPS,
        expired,
    ),
    "wrong-audience": Kind(
        "For another hook",
        "The token is genuine, but its audience (aud) is a different hook.",
        STOPS,
        wrong_audience,
    ),
    "alg-none": Kind(
        "Not signed",
        "The token says “alg: none” and carries no signature at all.",
        STOPS,
        no_signature,
    ),
    "replay": Kind(
        "Used before",
        "The very same token as the last good visit, letter for letter.",
        "No second journey starts: an error page, or this browser's own journey where you left it.",
        replay,
    ),
    "wrong-secret": Kind(
        "Signed by a stranger",
        "The token looks right, but was signed with another secret.",
        STOPS,
        wrong_secret,
    ),
    "foreign-return": Kind(
        "Sends you elsewhere",
        "The token is genuine, but its redirectUrl is not at the tenant.",
        "The hook shows an error page. The browser must never reach stranger.example.",
        foreign_return,
    ),
}
