"""A pre-authorized code against what it stands for: good once, and for three tries."""

import hmac
from dataclasses import replace
from typing import Literal

from hook.emulator.api import users
from hook.emulator.state import PreAuthorized
from hook.emulator.tenant import Tenant

TRIES = 3

Reason = Literal["unknown", "expired", "missing-code", "unexpected-code", "wrong-code", "ended"]


class Refused(Exception):
    """An offer that gives nothing; the reason says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def redeem(tenant: Tenant, code: str, transaction_code: str = "") -> PreAuthorized:
    """Give the offer of a pre-authorized code, and spend it (OpenID4VCI section 6.1).

    Looking, counting and spending are one act: of many requests at once one gets the offer, and
    the third wrong transaction code ends it for good. Raises `Refused`: unknown (also when spent,
    deleted or ended), expired, wrong-code, ended by the third of them, and missing-code or
    unexpected-code, which are no tries.
    """
    now, offers = tenant.now(), tenant.state.offers
    found = offers.find(lambda each: _same(each.code, code))
    before = found and offers.change(
        found.id, lambda offer: _afterwards(offer, _reason(offer, transaction_code, now))
    )
    if not before:
        raise Refused("unknown")
    if reason := _reason(before, transaction_code, now):
        raise Refused(reason)
    if tenant.state.switches["offer-claims-persisted"] == "at-token":
        users.persist(tenant, before.user_id, before.stored)
    return before


def _reason(offer: PreAuthorized, transaction_code: str, now: float) -> Reason | None:
    """Say why an offer, as it stands, is refused; None if it is not."""
    if offer.expires <= now:
        return "expired"
    if bool(offer.transaction_code) != bool(transaction_code):
        return "missing-code" if offer.transaction_code else "unexpected-code"
    if _same(offer.transaction_code, transaction_code):
        return None
    return "wrong-code" if offer.wrong + 1 < TRIES else "ended"


def _afterwards(offer: PreAuthorized, reason: Reason | None) -> PreAuthorized | None:
    """Say what is left of an offer after a request."""
    if reason == "wrong-code":
        return replace(offer, wrong=offer.wrong + 1)
    return offer if reason and reason != "ended" else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
