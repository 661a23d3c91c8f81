"""Session tokens as the platform makes them, and the classic ones a hook must refuse."""

import secrets
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from hook.emulator import jws
from hook.emulator.state import HookConfiguration, Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import HOOK_CALLBACK, with_params


class Draft(NamedTuple):
    """What a proper session token says, and what it is signed with."""

    payload: Json
    key: bytes
    now: int


def draft(tenant: Tenant, hook: HookConfiguration, interaction: str, claims: Json) -> Draft:
    """Put together what the hook is told.

    The platform publishes neither the path of redirectUrl nor whether it carries a query. It has
    one by default: a hook that glues "?session_token=" to it breaks its own return.
    """
    settings, switches, now = tenant.settings, tenant.state.switches, int(tenant.now())
    back = settings.tenant_url + HOOK_CALLBACK
    if switches["redirect-url"] == "query":
        back = with_params(back, {"interaction": interaction})
    dates = {"iat": now, "exp": now + timeout(tenant, hook)}
    payload = {
        "iss": settings.tenant_url,
        "aud": audience(tenant, hook),
        **{name: dates[name] for name in switches["token-dates"].split("-") if name in dates},
        "state": secrets.token_urlsafe(16)[:21],
        "redirectUrl": back,
        "claims": chosen(tenant, hook, claims),
    }
    return Draft(payload, hook.key, now)


def timeout(tenant: Tenant, hook: HookConfiguration) -> int:
    """Say how long a session of the hook lasts, seconds."""
    return hook.timeout or int(tenant.state.switches["session-timeout"])


def audience(tenant: Tenant, hook: HookConfiguration) -> str:
    """Say whom session tokens are for, and so who must sign the answer."""
    match tenant.state.switches["token-audience"]:
        case "slash":
            return hook.url.rstrip("/") + "/"
        case "origin":
            parts = urlsplit(hook.url)
            return f"{parts.scheme}://{parts.netloc}"
    return hook.url


def chosen(tenant: Tenant, hook: HookConfiguration, claims: Json) -> Json:
    """Take the claims that the hook is configured to get; what is not there is left out."""
    if tenant.state.switches["nested-claim-names"] == "no":
        return {name: claims[name] for name in hook.claims if name in claims}
    taken: Json = {}
    for name in hook.claims:
        _copy(claims, taken, name.split("."))
    return taken


def _copy(source: Json, target: Json, path: list[str]) -> None:
    name, *rest = path
    if name not in source:
        return
    if not rest:
        target[name] = source[name]
    elif isinstance(source[name], dict):
        inner: Json = {}
        _copy(source[name], inner, rest)
        if inner:
            target[name] = target.get(name, {}) | inner


def good(draft: Draft) -> str:
    """Mint what the platform would send."""
    return jws.sign(draft.payload, draft.key)


def expired(draft: Draft) -> str:
    """Mint a token that ran out five minutes ago, beyond any allowance for clocks."""
    dates = {"iat": draft.now - 1500, "exp": draft.now - 300}
    return jws.sign(draft.payload | dates, draft.key)


def wrong_audience(draft: Draft) -> str:
    """Mint a token meant for another hook."""
    elsewhere = {"aud": "https://another-hook.example/start"}
    return jws.sign(draft.payload | elsewhere, draft.key)


def wrong_secret(draft: Draft) -> str:
    """Mint a token signed by somebody who does not know the secret."""
    return jws.sign(draft.payload, secrets.token_bytes(32))


def no_signature(draft: Draft) -> str:
    """Mint a token that says it needs no signature."""
    return jws.unsigned(draft.payload)


def foreign_return(draft: Draft) -> str:
    """Mint a properly signed token that sends the answer to a stranger."""
    stranger = {"redirectUrl": "https://stranger.example/collect?interaction=1"}
    return jws.sign(draft.payload | stranger, draft.key)


MINTS: dict[str, Callable[[Draft], str]] = {
    "good": good,
    "expired": expired,
    "wrong-audience": wrong_audience,
    "alg-none": no_signature,
    "wrong-secret": wrong_secret,
    "foreign-return": foreign_return,
}
"""By kind of visit. A replay is not minted: it is the last good one again."""
