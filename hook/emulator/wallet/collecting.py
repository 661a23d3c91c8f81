"""From an accepted offer to cards in the wallet."""

import secrets

from hook.emulator import http

from . import cards, client
from .client import Refused, Token
from .held import Holder
from .metadata import Issuer, Json, Kind
from .offers import Offer


def collect(
    holder: Holder, offer: Offer, issuer: Issuer, token: Token, now: float, is_ours: bool
) -> list[str]:
    """Get every credential of an offer and keep its card; gives their ids. Raises `Refused`.

    `is_ours` says that the issuer is the stand-in, which tells how it came to what it issued.
    """
    kinds = [_kind(issuer, each) for each in offer.configurations]
    issued = [(kind, client.credential(issuer, kind, token, holder.key, now)) for kind in kinds]
    how = told(issuer, token) if is_ours else {}
    return [_keep(holder, kind, issuer, credential, how) for kind, credential in issued]


def _kind(issuer: Issuer, key: str) -> Kind:
    if key not in issuer.kinds:
        raise Refused("The issuer offers a credential that it does not issue.")
    return issuer.kinds[key]


def _keep(holder: Holder, kind: Kind, issuer: Issuer, credential: str | Json, told: Json) -> str:
    key = secrets.token_urlsafe(8)
    issued = [each for each in told.get("issued", []) if each.get("configuration") == kind.id]
    origins = issued[-1].get("origins", {}) if issued else {}
    try:
        card = cards.make(key, kind, issuer, credential, {**told, "origins": origins})
    except (ValueError, RecursionError) as error:
        raise Refused("The issuer sent a credential that this wallet cannot read.") from error
    holder.cards.put(key, card)
    return key


def told(issuer: Issuer, token: Token) -> Json:
    """Ask the stand-in how it came to what it issued; no real tenant has such a page."""
    headers = {"Authorization": f"Bearer {token.access}"}
    try:
        answer = http.fetch(f"{issuer.url}/journeys/mine.json", headers=headers)
        found: Json = answer.json() if answer.status == 200 else {}
    except (http.Unreachable, ValueError):
        return {}
    return found
