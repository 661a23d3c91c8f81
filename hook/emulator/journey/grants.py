"""What a wallet may exchange for an access token: an authorization code, or an offer's code."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping

from hook.emulator.api import offers
from hook.emulator.state import Journey
from hook.emulator.tenant import Tenant

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
# RFC 7636 §4.1.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Form = Mapping[str, str]


class Refused(Exception):
    """A request for a token that gets an error (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, param: str) -> None:
        super().__init__(description)
        self.error = error
        self.param = param


def by_code(tenant: Tenant, form: Form, journey: Journey) -> None:
    """Spend an authorization code. Raises `Refused`.

    RFC 6749 section 4.1.3, RFC 7636 section 4.6. A request that does not fit leaves the code as
    it is: whoever has seen it cannot spend it.
    """
    for name in ("code", "client_id", "redirect_uri", "code_verifier"):
        if not form.get(name):
            raise Refused("invalid_request", f"{name} is missing", name)
    code = tenant.state.codes.get(form["code"])
    if code is None or code.journey_id != journey.id or tenant.now() >= code.expires:
        raise Refused("invalid_grant", "The code is unknown, used or over", "code")
    for name in ("client_id", "redirect_uri"):
        if form[name] != journey.request.get(name):
            raise Refused("invalid_grant", f"{name} is not the one of the authorization", name)
    if not _fits(form["code_verifier"], journey.request["code_challenge"]):
        text = "code_verifier does not fit the code_challenge"
        raise Refused("invalid_grant", text, "code_verifier")
    if tenant.state.codes.take(form["code"]) is None:
        raise Refused("invalid_grant", "The code is unknown, used or over", "code")


def by_offer(tenant: Tenant, form: Form, journey: Journey) -> None:
    """Spend the code of an offer (OpenID4VCI 1.0 section 6.1). Raises `Refused`."""
    if not form.get("pre-authorized_code"):
        name = "pre-authorized_code"
        raise Refused("invalid_request", f"{name} is missing", name)
    try:
        offer = offers.redeem(tenant, form["pre-authorized_code"], form.get("tx_code", ""))
    except offers.Refused as refused:
        raise Refused(*OFFER_ERRORS[refused.reason]) from refused
    journey.user_id, journey.configurations = offer.user_id, offer.configurations
    journey.offer_claims = offer.claims
    tenant.state.journeys.put(journey.id, journey)


# OpenID4VCI 1.0 section 6.3.
OFFER_ERRORS: dict[str, tuple[str, str, str]] = {
    "unknown": ("invalid_grant", "This offer is unknown, used or over", "pre-authorized_code"),
    "expired": ("invalid_grant", "This offer is over", "pre-authorized_code"),
    "missing-code": ("invalid_request", "The transaction code is missing", "tx_code"),
    "unexpected-code": ("invalid_request", "This offer has no transaction code", "tx_code"),
    "wrong-code": ("invalid_grant", "The transaction code is wrong", "tx_code"),
    "ended": (
        "invalid_grant",
        "The transaction code was wrong for the third time: this offer is over",
        "pre-authorized_code",
    ),
}

GRANTS: dict[str, Callable[[Tenant, Form, Journey], None]] = {
    "authorization_code": by_code,
    PRE_AUTHORIZED: by_offer,
}


def _fits(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)
