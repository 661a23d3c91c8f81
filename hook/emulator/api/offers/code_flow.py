"""POST /v1/openid/offers: an offer of the authorization-code flow."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from hook.emulator.api.access import Answer, managed
from hook.emulator.api.bodies import Body, sent
from hook.emulator.api.problems import Detail, invalid
from hook.emulator.site import Site
from hook.emulator.state import Configuration, Json
from hook.emulator.tenant import Tenant

from .uri import offer_uri

Ids = Annotated[tuple[str, ...], Field(min_length=1)]
"""Ids of credential configurations."""


class OfferBody(Body):
    """What is offered, and what the wallet may add to its authorization request."""

    # The one member of the API that is not in camel case.
    model_config = ConfigDict(alias_generator=None)

    credentials: Ids
    request_parameters: dict[str, Any] | None = None


def add(site: Site) -> None:
    """Add its address."""
    site.add_api("/v1/openid/offers", managed("OPENID_OFFER_CREATE", _post), "POST")


def offer(tenant: Tenant, credentials: tuple[str, ...], parameters: Json | None = None) -> str:
    """Make an offer of credential configurations; gives its URI. Raises `ApiProblem`.

    It has no grants, as the platform's have none: a wallet looks them up in the metadata.
    """
    offered(tenant, credentials)
    more: Json = {}
    if tenant.state.switches["offer-grants"] == "authorization-code":
        more["grants"] = {"authorization_code": {}}
    if parameters is not None:
        more["request_parameters"] = parameters
    return offer_uri(tenant, credentials, more)


def offered(tenant: Tenant, credentials: tuple[str, ...]) -> list[Configuration]:
    """Find what is offered. Raises `ApiProblem`."""
    found = [tenant.state.configurations.get(each) for each in credentials]
    unknown = [f"credentials[{number}]" for number, each in enumerate(found) if each is None]
    if unknown:
        raise invalid(*(Detail(param, "Invalid credentials: unknown id") for param in unknown))
    return [each for each in found if each]


def _post(tenant: Tenant) -> Answer:
    body = sent(OfferBody)
    return {"uri": offer(tenant, body.credentials, body.request_parameters)}, 200
