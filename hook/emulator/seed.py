"""What the tenant starts with, so that there is something to offer at once."""

import secrets
from uuid import NAMESPACE_URL, uuid5

from .api import configurations, providers
from .state import HookConfiguration, Json
from .tenant import Tenant

HOOK_CLAIMS = ("name", "email")
CLIENT_ID = "tenant"

_LOGIN = ("name", "email")
_HOOK = ("preferred_name", "pronouns", "birth_date")
# Longer than anybody tries things out, short enough to be a card of one year of study.
_PERIOD = {"months": 12}


def fill(tenant: Tenant) -> None:
    """Put the hook, the login provider and two credentials there, unless it shall start empty."""
    settings, state = tenant.settings, tenant.state
    if not settings.seed:
        return
    if settings.secret:
        state.hook = HookConfiguration(settings.hook_url, settings.secret, HOOK_CLAIMS)
    provider = _provider(settings.idp_url)
    state.providers.put(provider["id"], provider)
    for kind, body in (
        (configurations.JSON, _json_card()),
        (configurations.MOBILE, _mobile_card()),
    ):
        # The same ids after every start: an offer on somebody's screen still means something.
        key = str(uuid5(NAMESPACE_URL, f"{settings.tenant_url}/{body['type']}"))
        state.configurations.put(key, kind.made(kind.body.model_validate(body, strict=False), key))


def reset(tenant: Tenant) -> None:
    """Forget everything, and start again as at the start."""
    tenant.empty()
    fill(tenant)


def _provider(url: str) -> Json:
    body = {
        "url": url,
        "clientId": CLIENT_ID,
        "clientSecret": secrets.token_urlsafe(32),
        "forwardedRequestParameters": ["login_hint"],
    }
    new = providers.NewProvider.model_validate(body, strict=False)
    return providers.made(new, str(uuid5(NAMESPACE_URL, url)))


def _json_card() -> Json:
    return {
        "name": "Student card",
        "type": "StudentCard",
        "issuer": {"name": "Kauri Polytechnic"},
        "description": "Shows that somebody studies at Kauri Polytechnic.",
        "credentialBranding": {"backgroundColor": "#003F5C"},
        "claimMappings": _mappings(),
        "expiresIn": _PERIOD,
    }


def _mobile_card() -> Json:
    elements = {name: mapping | {"type": "string"} for name, mapping in _mappings().items()}
    return {
        "type": "nz.kauri.student.1",
        "claimMappings": {"nz.kauri.student.1": elements},
        "branding": {"name": "Student card", "backgroundColor": "#4A2545"},
        "expiresIn": _PERIOD,
    }


def _mappings() -> dict[str, Json]:
    """Map each claim to one of its own name; a card without a name is none."""
    mappings: dict[str, Json] = {name: {"mapFrom": f"claims.{name}"} for name in _LOGIN + _HOOK}
    mappings["name"]["required"] = True
    return mappings
