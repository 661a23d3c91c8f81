"""What a wallet asks of an issuer: authorization, a token, credentials (OpenID4VCI 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hook.emulator import http
from hook.emulator.urls import with_params

from .keys import HolderKey, challenge
from .metadata import Issuer, Json, Kind
from .offers import PRE_AUTHORIZED, Offer

CLIENT = "pretend-wallet"
# What an issuer says that does not know a request by id; then it is asked by format once more.
NOT_UNDERSTOOD = {
    "invalid_credential_request",
    "invalid_request",
    "unknown_credential_configuration",
    "unsupported_credential_format",
    "unsupported_credential_type",
}


class Refused(Exception):
    """The issuer said no. The text is for the person; `why` is what the issuer said.

    `param` is what it said no to, where it names that as MATTR VII does.
    """

    def __init__(self, text: str, why: str = "", code: str = "", param: str = "") -> None:
        super().__init__(text)
        self.why = why
        self.code = code
        self.param = param

    @property
    def is_for_good(self) -> bool:
        """Whether the offer itself gives nothing any more, whatever code is typed."""
        return self.param == "pre-authorized_code"


@dataclass(frozen=True)
class Token:
    """What credentials are asked for with."""

    access: str = field(repr=False)
    nonce: str = field(default="", repr=False)
    client: str = ""
    """Whom it was given to; empty after a pre-authorized code."""


def authorization_url(
    issuer: Issuer, offer: Offer, state: str, verifier: str, redirect_uri: str
) -> str:
    """Make the address that the browser goes to, so that the person can log in."""
    scopes = [issuer.kinds[each].scope for each in offer.configurations if each in issuer.kinds]
    asked = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": redirect_uri,
        "scope": " ".join(dict.fromkeys(filter(None, scopes))),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    # The offer may add parameters (the platform's request_parameters), but replace none.
    return with_params(issuer.authorization_endpoint, offer.parameters | asked)


def redeem(issuer: Issuer, code: str, verifier: str, redirect_uri: str) -> Token:
    """Get a token for an authorization code (RFC 6749 section 4.1.3). Raises `Refused`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": CLIENT,
        "code_verifier": verifier,
    }
    return _token(issuer, form, CLIENT)


def redeem_offer(issuer: Issuer, offer: Offer, transaction_code: str) -> Token:
    """Get a token for a pre-authorized code (OpenID4VCI 1.0 section 6.1). Raises `Refused`."""
    form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": offer.code}
    if offer.asks:
        form["tx_code"] = transaction_code
    return _token(issuer, form, "")


def credential(issuer: Issuer, kind: Kind, token: Token, key: HolderKey, now: float) -> Any:
    """Get one credential, bound to a key. Raises `Refused`.

    It is asked for by its id, as today's version has it; by its format where the issuer's
    metadata is older, or the issuer does not understand.
    """
    proof = key.proof(issuer.url, token.client, now, token.nonce or _nonce(issuer))
    by_format = {"format": kind.format, **kind.request, "proof": _one(proof)}
    if not kind.by_id:
        return _credential(issuer, by_format, token)
    try:
        by_id = {"credential_configuration_id": kind.id, "proofs": {"jwt": [proof]}}
        return _credential(issuer, by_id, token)
    except Refused as refused:
        if refused.code not in NOT_UNDERSTOOD:
            raise
    return _credential(issuer, by_format, token)


def _one(proof: str) -> Json:
    return {"proof_type": "jwt", "jwt": proof}


def _token(issuer: Issuer, form: Mapping[str, str], client: str) -> Token:
    answer = _post(issuer.token_endpoint, "The issuer gives no access.", form=form)
    if not isinstance(answer.get("access_token"), str):
        raise Refused("The issuer’s answer has no access token in it.")
    return Token(answer["access_token"], str(answer.get("c_nonce") or ""), client)


def _nonce(issuer: Issuer) -> str:
    if not issuer.nonce_endpoint:
        return ""
    return str(_post(issuer.nonce_endpoint, "The issuer gives no nonce.").get("c_nonce") or "")


def _credential(issuer: Issuer, body: Json, token: Token) -> Any:
    headers = {"Authorization": f"Bearer {token.access}"}
    text = "The issuer does not issue the credential."
    answer = _post(issuer.credential_endpoint, text, headers=headers, body=body)
    several = answer.get("credentials")
    found = answer.get("credential")
    if found is None and isinstance(several, list) and several:
        found = several[0].get("credential") if isinstance(several[0], dict) else several[0]
    if not isinstance(found, str | dict):
        raise Refused("The issuer’s answer has no credential in it.")
    return found


def _post(url: str, text: str, **sent: Any) -> Json:
    try:
        answer = http.fetch(url, method="POST", **sent)
    except http.Unreachable as error:
        raise Refused("The issuer cannot be reached.") from error
    try:
        found = answer.json()
    except ValueError:
        found = None
    body = found if isinstance(found, dict) else {}
    if answer.status != 200:
        why = body.get("error_description") or body.get("message") or f"status {answer.status}"
        raise Refused(text, str(why), str(body.get("error", "")), _param(body))
    return body


def _param(body: Json) -> str:
    details = body.get("details")
    first = details[0] if isinstance(details, list) and details else None
    return str(first.get("param", "")) if isinstance(first, dict) else ""
