"""Which claims an authentication provider gives, as far as that can be known."""

from collections.abc import Mapping

from hook import strict_json
from hook.platform.doctor.facts import Facts
from hook.platform.models import Provider

#: OpenID Connect Core 1.0 section 5.4: what is asked for with a scope.
SCOPES: dict[str, frozenset[str]] = {
    "openid": frozenset({"sub"}),
    "profile": frozenset({
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
        "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    }),
    "email": frozenset({"email", "email_verified"}),
    "address": frozenset({"address"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
}  # fmt: skip
_DEFAULT = ("openid", "profile", "email")
# Section 2: what an ID token has of itself.
_ID_TOKEN = frozenset({
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp",
})  # fmt: skip


def scopes(provider: Provider) -> frozenset[str]:
    """Name the scopes that the provider is asked for."""
    return frozenset(provider.scope or _DEFAULT)


def scope_of(claim: str) -> str:
    """Name the scope that asks for a claim; empty for a claim that no standard scope has."""
    return next((scope for scope, claims in SCOPES.items() if claim in claims), "")


def asked(provider: Provider) -> frozenset[str]:
    """Name the claims that the provider is asked for, by scope or by name."""
    by_scope = (SCOPES.get(scope, frozenset()) for scope in scopes(provider))
    return _ID_TOKEN.union(_by_name(provider), *by_scope)


def given(facts: Facts) -> frozenset[str]:
    """Name the claims that the login may be taken to give.

    They are those that are asked for; and of those without a standard scope what the provider lists
    (`claims_supported`), and what the steps read: the issuer says so.
    """
    if facts.provider is None:
        return frozenset()
    known = facts.tenant.reads() | listed(facts, "claims_supported")
    return asked(facts.provider).union(name for name in known if not scope_of(name))


def listed(facts: Facts, member: str) -> frozenset[str]:
    """Name what the identity provider lists of itself (OpenID Connect Discovery section 3)."""
    found = (facts.discovery or {}).get(member)
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def has_own_scopes(facts: Facts) -> bool:
    """Tell whether a scope is asked for of which only the provider knows what it stands for."""
    return facts.provider is not None and not scopes(facts.provider) <= SCOPES.keys()


def _by_name(provider: Provider) -> frozenset[str]:
    """Name the claims of the `claims` parameter (section 5.5), which may be JSON in a text."""
    written = provider.static_request_parameters.get("claims")
    if isinstance(written, str):
        try:
            written = strict_json.read_object(written.encode())
        except ValueError:
            return frozenset()
    if not isinstance(written, Mapping):
        return frozenset()
    parts = (part for part in written.values() if isinstance(part, Mapping))
    return frozenset(name for part in parts for name in part)
