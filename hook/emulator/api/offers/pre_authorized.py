"""/v1/openid/offers/pre-authorized: offers for somebody whom the issuer knows already."""

import base64
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import uuid4

from pydantic import Field, model_validator

from hook.emulator.api import users
from hook.emulator.api.access import Answer, managed
from hook.emulator.api.bodies import Body, Filled, sent
from hook.emulator.api.problems import Detail, invalid, not_found
from hook.emulator.api.resources import uuid
from hook.emulator.site import Site
from hook.emulator.state import Json, PreAuthorized
from hook.emulator.tenant import Tenant

from .code_flow import Ids, offered
from .uri import offer_uri

PATH = "/v1/openid/offers/pre-authorized"
EVENT = "OPENID_PRE_AUTHORIZED_OFFER"
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SECONDS, SECONDS_MOST = 300, 600
DIGITS = 6

Part = Annotated[int, Field(ge=0)]


class Expiry(Body):
    """For how long an offer is good."""

    minutes: Part = 0
    seconds: Part = 0

    @property
    def whole(self) -> int:
        """The same in seconds."""
        return self.minutes * 60 + self.seconds

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not 0 < self.whole <= SECONDS_MOST:
            raise ValueError(f"Invalid value: 1 to {SECONDS_MOST} seconds are allowed")
        return self


class TransactionCode(Body):
    """That a code is needed beside the offer, and what a wallet says of it."""

    input_mode: Literal["numeric"] = "numeric"
    description: str | None = None


class PreAuthorizedBody(Body):
    """What is offered to whom."""

    credentials: Ids
    user_id: Filled | None = None
    transaction_code_configuration: TransactionCode | None = None
    claims: dict[str, Any] = Field(default_factory=dict)
    claims_to_persist: tuple[str, ...] = ()
    expires_in: Expiry = Expiry(seconds=SECONDS)


def add(site: Site) -> None:
    """Add its addresses."""
    site.add_api(PATH, managed(f"{EVENT}_CREATE", _post), "POST")
    site.add_api(f"{PATH}/<key>", managed(f"{EVENT}_DELETE", _delete), "DELETE")


def pre_authorized_offer(tenant: Tenant, body: PreAuthorizedBody) -> Json:
    """Make a pre-authorized offer; gives what the API answers. Raises `ApiProblem`."""
    _check(tenant, body)
    user_id = body.user_id or users.new(tenant)["id"]
    offer = PreAuthorized(
        id=str(uuid4()),
        code=_code(tenant),
        user_id=user_id,
        configurations=body.credentials,
        claims=body.claims,
        expires=tenant.now() + body.expires_in.whole,
        persist=body.claims_to_persist,
        transaction_code=_digits() if body.transaction_code_configuration else "",
    )
    if tenant.state.switches["offer-claims-persisted"] == "at-create":
        users.persist(tenant, user_id, offer.stored)
    tenant.state.offers.put(offer.id, offer)
    return _shown(tenant, offer, body.transaction_code_configuration)


def _check(tenant: Tenant, body: PreAuthorizedBody) -> None:
    for number, configuration in enumerate(offered(tenant, body.credentials)):
        if configuration.format != "mso_mdoc":
            raise invalid(Detail(f"credentials[{number}]", "Invalid credentials: not an mDoc"))
    if not set(body.claims_to_persist) <= body.claims.keys():
        raise invalid(
            Detail("claimsToPersist", "Invalid value: it may only name members of claims")
        )
    if body.user_id and tenant.state.users.get(body.user_id) is None:
        raise invalid(Detail("userId", "There is no user with this id"))


def _shown(tenant: Tenant, offer: PreAuthorized, asked: TransactionCode | None) -> Json:
    grant: Json = {"pre-authorized_code": offer.code}
    if asked:
        described = {} if asked.description is None else {"description": asked.description}
        grant["tx_code"] = {"length": DIGITS, "input_mode": asked.input_mode} | described
    expires = datetime.fromtimestamp(offer.expires, UTC).isoformat(timespec="milliseconds")
    shown: Json = {
        "id": offer.id,
        "userId": offer.user_id,
        "uri": offer_uri(tenant, offer.configurations, {"grants": {GRANT: grant}}),
        "expiresAt": expires.replace("+00:00", "Z"),
    }
    if offer.transaction_code:
        as_text = tenant.state.switches["transaction-code"] == "string"
        shown["transactionCode"] = (str if as_text else int)(offer.transaction_code)
    return shown


def _code(tenant: Tenant) -> str:
    if tenant.state.switches["pre-authorized-code"] == "url-safe":
        return secrets.token_urlsafe(32)
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _digits() -> str:
    """Give six digits of which the first is no 0: a JSON number would lose it."""
    least = 10 ** (DIGITS - 1)
    return str(least + secrets.randbelow(9 * least))


def _post(tenant: Tenant) -> Answer:
    return pre_authorized_offer(tenant, sent(PreAuthorizedBody)), 200


def _delete(tenant: Tenant, key: str) -> Answer:
    uuid(key, "id")
    if tenant.state.offers.take(key) is None:
        raise not_found(key)
    return {}, 204
