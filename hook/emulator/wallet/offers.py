"""Credential offers: what an issuer's link or QR code holds (OpenID4VCI 1.0 section 4.1)."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class BadOffer(ValueError):
    """A text that is no offer this wallet can take; the text says why, for the person."""


@dataclass(frozen=True)
class Offer:
    """What is offered, and how it can be had."""

    issuer: str
    configurations: tuple[str, ...]
    """Ids of credential configurations."""
    text: str = field(repr=False)
    """The offer as JSON, to be carried along."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What goes into the authorization request, too: request_parameters, the platform's own."""
    code: str = field(default="", repr=False)
    """The pre-authorized code; empty where the person has to log in."""
    asks: "TransactionCode | None" = None


@dataclass(frozen=True)
class TransactionCode:
    """The code that the person has to type, which came another way (tx_code)."""

    numeric: bool
    length: int | None
    description: str


def read(text: str) -> Offer:
    """Read an offer: a link with credential_offer in its query, or the JSON itself.

    Raises `BadOffer`.
    """
    written = _within(text.strip())
    try:
        offer = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise BadOffer("This is not a credential offer: what it holds is not JSON.") from error
    if not isinstance(offer, dict):
        raise BadOffer("This is not a credential offer: what it holds is not a JSON object.")
    code, asks = _grant(offer)
    return Offer(_issuer(offer), _configurations(offer), written, _parameters(offer), code, asks)


def _within(text: str) -> str:
    if text.startswith("{"):
        return text
    try:
        query = parse_qs(urlsplit(text).query)
    except ValueError as error:
        raise BadOffer("This is not a link that a wallet can read.") from error
    if "credential_offer_uri" in query:
        raise BadOffer("The offer is kept at another address, which this wallet does not open.")
    if len(query.get("credential_offer", [])) != 1:
        raise BadOffer("This is not a credential offer: the link has no credential_offer in it.")
    return query["credential_offer"][0]


def _issuer(offer: dict[str, Any]) -> str:
    issuer = offer.get("credential_issuer")
    if not isinstance(issuer, str) or not is_web(issuer):
        raise BadOffer("The offer does not say who the issuer is (credential_issuer).")
    return issuer.rstrip("/")


def is_web(url: str) -> bool:
    """Tell whether this is the address of a web server."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _configurations(offer: dict[str, Any]) -> tuple[str, ...]:
    # `credentials` is the older name; the platform sends both.
    ids = offer.get("credential_configuration_ids", offer.get("credentials"))
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) for each in ids):
        raise BadOffer("The offer names no credentials (credential_configuration_ids).")
    return tuple(dict.fromkeys(ids))


def _parameters(offer: dict[str, Any]) -> dict[str, str]:
    found = offer.get("request_parameters", {})
    if not isinstance(found, dict):
        raise BadOffer("The offer's request_parameters are not an object.")
    return {name: str(value) for name, value in found.items()}


def _grant(offer: dict[str, Any]) -> tuple[str, TransactionCode | None]:
    """Find the pre-authorized code. No grants at all means the authorization-code flow."""
    grants = offer.get("grants")
    if not grants or "authorization_code" in grants:
        return "", None
    grant = grants.get(PRE_AUTHORIZED) if isinstance(grants, dict) else None
    code = grant.get("pre-authorized_code") if isinstance(grant, dict) else None
    if not isinstance(grant, dict) or not isinstance(code, str) or not code:
        raise BadOffer("The offer can be had only in a way that this wallet does not know.")
    return code, _transaction_code(grant.get("tx_code"))


def _transaction_code(asked: Any) -> TransactionCode | None:
    if not isinstance(asked, dict):
        return None
    length = asked.get("length")
    return TransactionCode(
        numeric=asked.get("input_mode", "numeric") == "numeric",
        length=length if isinstance(length, int) and length > 0 else None,
        description=str(asked.get("description") or ""),
    )
