"""The endpoints that are used, each a function: a client and values in, values out.

Every one raises PlatformError.
"""

import re
from collections.abc import Mapping
from typing import Any

from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import (
    ClaimSource,
    CredentialConfiguration,
    Metadata,
    Offer,
    Provider,
    Registration,
    read,
)

_HOOK = "/v1/openid/configuration"
_PROVIDERS = "/v1/users/authentication-providers"
_SOURCES = "/v1/claim-sources"
_JSON = "/v2/credentials/web-semantic/configurations"
_MDOCS = "/v2/credentials/mobile/configurations"
_OFFERS = "/v1/openid/offers"
_PRE_AUTHORIZED = f"{_OFFERS}/pre-authorized"
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def registration(client: Client) -> Registration | None:
    """Read what the tenant knows of its hook; None while no hook is registered."""
    try:
        found = client.get(_HOOK)
    except PlatformError as error:
        # What is answered while there is none is not published.
        if error.status == 404:
            return None
        raise
    return _registration(found)


def register(client: Client, wanted: Registration) -> Registration:
    """Tell the tenant of its hook; gives what it then knows, with the secret."""
    body = wanted.model_dump(by_alias=True, exclude_none=True)
    answer = _registration(client.put(_HOOK, {"interactionHook": body}))
    if answer is None:
        raise PlatformError("The tenant accepted the hook, and answers without it; ask it again.")
    return answer


def providers(client: Client) -> list[Provider]:
    """List the authentication providers; the platform takes one."""
    return [read(Provider, each) for each in client.every(_PROVIDERS)]


def create_provider(client: Client, body: Mapping[str, Any]) -> Provider:
    """Make the authentication provider."""
    return read(Provider, client.post(_PROVIDERS, body))


def update_provider(client: Client, ident: str, body: Mapping[str, Any]) -> Provider:
    """Change the authentication provider."""
    return read(Provider, client.put(_at(_PROVIDERS, ident), body))


def delete_provider(client: Client, ident: str) -> None:
    """Take the authentication provider away."""
    client.delete(_at(_PROVIDERS, ident))


def claim_sources(client: Client) -> list[ClaimSource]:
    """List the claims sources."""
    return [read(ClaimSource, each) for each in client.every(_SOURCES)]


def configurations(client: Client) -> list[CredentialConfiguration]:
    """List the credential configurations: those for JSON credentials, then those for mDocs."""
    as_json = [read(CredentialConfiguration, each) for each in client.every(_JSON)]
    return [*as_json, *(_mdoc(each) for each in client.every(_MDOCS))]


def offer(client: Client, body: Mapping[str, Any]) -> Offer:
    """Make an offer for the authorization code flow, in which the hook has its part."""
    return read(Offer, client.post(_OFFERS, body))


def offer_pre_authorized(client: Client, body: Mapping[str, Any]) -> Offer:
    """Make a pre-authorized offer; the hook has no part in it."""
    return read(Offer, client.post(_PRE_AUTHORIZED, body))


def delete_offer(client: Client, ident: str) -> None:
    """Take a pre-authorized offer back."""
    client.delete(_at(_PRE_AUTHORIZED, ident))


def metadata(client: Client) -> Metadata:
    """Read what wallets are told of the tenant (OpenID4VCI 1.0 section 12.2)."""
    return read(Metadata, client.public("/.well-known/openid-credential-issuer"))


def discovery(client: Client, provider: Provider) -> Mapping[str, Any]:
    """Read what an identity provider says of itself (OpenID Connect Discovery section 4)."""
    return client.elsewhere(provider.url.rstrip("/") + "/.well-known/openid-configuration")


def _registration(answer: Mapping[str, Any]) -> Registration | None:
    hook = answer.get("interactionHook")
    return read(Registration, hook) if isinstance(hook, Mapping) and hook else None


def _mdoc(found: Mapping[str, Any]) -> CredentialConfiguration:
    branding = found.get("branding")
    name = branding.get("name") if isinstance(branding, Mapping) else None
    return read(CredentialConfiguration, found, name=name, is_mdoc=True)


def _at(path: str, ident: str) -> str:
    # Anything else would be another path.
    if not _ID.fullmatch(ident):
        raise PlatformError("An id has letters, digits and hyphens; this one is none.")
    return f"{path}/{ident}"
