"""/v1/claim-sources: systems of the issuer that are asked for claims while a credential is made."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from pydantic import Field, model_validator

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

from .addresses import PlainAddress
from .bodies import Body, Filled, sent
from .masks import masked
from .resources import Resource

SECRETS = ("value", "clientSecret")

MapFrom = Annotated[str, Field(pattern=r"^(claims|credentialConfiguration)(\.[^.\s]+)+$")]
"""Where a value comes from: claims.email, credentialConfiguration.type."""


class ApiKey(Body):
    """A key that goes along as x-api-key."""

    type: Literal["api-key"]
    value: Filled


class ClientCredentials(Body):
    """A client that gets its tokens by client credentials (RFC 6749 section 4.4)."""

    type: Literal["oauth-client-credentials"]
    token_endpoint: PlainAddress
    client_id: Filled
    client_secret: Filled
    scope: str | None = None
    audience: str | None = None


class Parameter(Body):
    """One parameter of the request: from where, or what it always is."""

    map_from: MapFrom | None = None
    default_value: Any = None

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.map_from is None and self.default_value is None:
            raise ValueError("Invalid value: mapFrom or defaultValue is required")
        return self


class SourceBody(Body):
    """A claims source."""

    name: Filled
    url: PlainAddress
    request_method: Literal["GET", "POST"] = "GET"
    authorization: Annotated[ApiKey | ClientCredentials, Field(discriminator="type")]
    request_parameters: dict[Filled, Parameter]


def shown(_: Tenant, source: Json) -> Json:
    """Give a claims source as the API shows it."""
    authorization = {
        name: masked(value) if name in SECRETS else value
        for name, value in source["authorization"].items()
    }
    return source | {"authorization": authorization}


def _create(tenant: Tenant) -> Json:
    source = {"id": str(uuid4())} | sent(SourceBody).json_object()
    return tenant.state.claim_sources.put(source["id"], source)


def _changed(_: Tenant, __: Json) -> Callable[[Json], Json]:
    body = sent(SourceBody).json_object()
    return lambda old: {"id": old["id"]} | body


SOURCES = Resource[Json](
    paths=("/v1/claim-sources", "/v1/claimsources"),
    event="CLAIM_SOURCE",
    shelf=lambda tenant: tenant.state.claim_sources,
    create=_create,
    changed=_changed,
    shown=shown,
    param="claimSourceId",
)
