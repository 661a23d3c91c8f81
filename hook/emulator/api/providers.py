"""/v1/users/authentication-providers: where people log in; a tenant has one at most."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from pydantic import AfterValidator, Field

from hook.emulator.http import Unreachable, fetch
from hook.emulator.settings import LOCAL
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import LOGIN_CALLBACK

from .addresses import PlainAddress
from .bodies import Body, Filled, sent
from .masks import masked
from .problems import Detail, invalid
from .resources import Resource

DISCOVERY = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "scopes_supported")
PARAMETERS_MOST, VALUE_MOST = 1000, 1000


def _with_openid(scope: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in scope:
        raise ValueError("Invalid value: it must contain openid")
    return scope


def _short_values(parameters: dict[str, Any]) -> dict[str, Any]:
    if any(len(str(value)) >= VALUE_MOST for value in parameters.values()):
        raise ValueError(f"Invalid value: each must be shorter than {VALUE_MOST} characters")
    return parameters


AuthMethod = Literal["client_secret_basic", "client_secret_post"]
Scope = Annotated[tuple[Filled, ...], AfterValidator(_with_openid)]
StaticParameters = Annotated[
    dict[str, Any], Field(max_length=PARAMETERS_MOST), AfterValidator(_short_values)
]


class ChangedProvider(Body):
    """What may be changed: all but the url; what is left out stays."""

    url: str | None = None
    client_id: Filled | None = None
    client_secret: Filled | None = None
    scope: Scope | None = None
    token_endpoint_auth_method: AuthMethod | None = None
    static_request_parameters: StaticParameters | None = None
    forwarded_request_parameters: tuple[Filled, ...] | None = None
    claims_to_persist: tuple[Filled, ...] | None = None


class NewProvider(ChangedProvider):
    """A provider that is made, with what it is when nothing is said."""

    url: PlainAddress
    client_id: Filled
    scope: Scope = ("openid", "profile", "email")
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    static_request_parameters: StaticParameters = Field(default_factory=dict)
    forwarded_request_parameters: tuple[Filled, ...] = ()
    claims_to_persist: tuple[Filled, ...] = ()


def made(body: NewProvider, key: str) -> Json:
    """Make a provider, with an id and the defaults."""
    return {"id": key} | body.json_object() | {"url": _base(body.url)}


def shown(tenant: Tenant, provider: Json) -> Json:
    """Give a provider as the API shows it."""
    redirect = {"redirectUrl": tenant.settings.tenant_url + LOGIN_CALLBACK}
    secret = provider.get("clientSecret")
    return provider | redirect | ({"clientSecret": masked(secret)} if secret else {})


def _create(tenant: Tenant) -> Json:
    provider = made(sent(NewProvider), str(uuid4()))
    if tenant.state.switches["provider-discovery"] == "at-create":
        _discover(provider["url"])
    _, there_is = tenant.state.providers.find_or_put(lambda _: True, provider["id"], provider)
    if there_is:
        raise invalid(Detail("url", "A tenant has one authentication provider at most"))
    return provider


def _changed(tenant: Tenant, provider: Json) -> Callable[[Json], Json]:
    body = sent(ChangedProvider).json_object()
    url = body.pop("url", provider["url"])
    if url != provider["url"] and tenant.state.switches["provider-url-on-put"] == "refuse":
        raise invalid(Detail("url", "It cannot be changed; delete the provider and make another"))
    return lambda old: old | body


def _base(url: str) -> str:
    """Drop port and fragment, as the platform does; on this machine the port is needed."""
    parts = urlsplit(url)._replace(fragment="")
    if parts.hostname != LOCAL:
        parts = parts._replace(netloc=parts.hostname or "")
    return urlunsplit(parts)


def _discover(url: str) -> None:
    """Raise `ApiProblem` unless the provider says where it is (OpenID Connect Discovery 1.0)."""
    document = _document(url.rstrip("/") + DISCOVERY)
    missing = [name for name in NEEDED if name not in document]
    if missing:
        raise invalid(Detail("url", f"Its {DISCOVERY} has no {', '.join(missing)}"))


def _document(url: str) -> Json:
    """Read a JSON object; nothing is in it where none is there."""
    try:
        answer = fetch(url, timeout=5)
        document = answer.json() if answer.status == 200 else None
    except (Unreachable, ValueError):
        document = None
    return document if isinstance(document, dict) else {}


PROVIDERS = Resource[Json](
    paths=("/v1/users/authentication-providers", "/v1/users/authenticationproviders"),
    event="USER_AUTHENTICATION_PROVIDER",
    shelf=lambda tenant: tenant.state.providers,
    create=_create,
    changed=_changed,
    shown=shown,
)
