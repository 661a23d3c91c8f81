"""Session tokens in, answers out. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from hook import jws, strict_json
from hook.errors import ArrivalRefused
from hook.tenant import Tenant
from hook.urls import origin_of, with_query

URL_MOST = 2_000
"""Longest return URL, characters: the platform's advice for what all browsers take."""
LEEWAY = 30
"""How far the clocks of tenant and hook may differ, seconds (RFC 7519 section 4.1.4)."""
LIFETIME_MOST = 86_400
"""Longest lifetime of a session token, seconds."""
ANSWER_LIFETIME = 60
"""Lifetime of an answer, seconds."""
DEFAULT_SESSION_TIMEOUT = 1_200
"""How long a session of the tenant lasts when neither `exp` nor `session_timeout` says, seconds."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Sender:
    """Where an answer goes: all that has to outlive the arrival's claims."""

    iss: str
    aud: str
    state: str
    redirect_url: str
    secret_id: str


@dataclass(frozen=True)
class Arrival:
    """A verified session token; times in seconds since 1970."""

    sender: Sender
    claims: Mapping[str, Any]
    deadline: int
    """From this moment on the token is refused, and its journey is over."""


def verify(token: str, tenant: Tenant, now: int) -> Arrival:
    """Verify a session token.

    Takes the token as it stood in the URL and the time in seconds. Raises ArrivalRefused with the
    reason code (docs/protocol.md lists them).
    """
    try:
        payload, secret = jws.verify(token, tenant.secrets)
        return _read(payload, tenant, secret_id(secret), now)
    except jws.Refused as refused:
        raise ArrivalRefused(refused.code) from None


def secret_id(secret: bytes) -> str:
    """Name a secret without telling it."""
    return hashlib.sha256(b"hook secret id" + secret).hexdigest()[:16]


def _read(payload: Mapping[str, Any], tenant: Tenant, used_secret: str, now: int) -> Arrival:
    iss, aud = _issuer(payload, tenant), _audience(payload, tenant)
    deadline = _deadline(payload, tenant, now)
    state = payload.get("state")
    if not isinstance(state, str) or not state:
        raise ArrivalRefused("token_state")
    claims = payload.get("claims", {})
    if not isinstance(claims, dict):
        raise ArrivalRefused("token_claims")
    redirect_url = check_redirect_url(payload.get("redirectUrl"), tenant, iss)
    sender = Sender(iss, aud, state, redirect_url, used_secret)
    return Arrival(sender, claims, deadline)


def _issuer(payload: Mapping[str, Any], tenant: Tenant) -> str:
    iss = payload.get("iss")
    if not isinstance(iss, str) or iss not in tenant.issuers:
        raise ArrivalRefused("token_issuer")
    return iss


def _audience(payload: Mapping[str, Any], tenant: Tenant) -> str:
    aud = payload.get("aud")
    if isinstance(aud, list) and len(aud) == 1:
        aud = aud[0]
    if not isinstance(aud, str) or aud not in tenant.audiences:
        raise ArrivalRefused("token_audience")
    return aud


def _deadline(payload: Mapping[str, Any], tenant: Tenant, now: int) -> int:
    """Check exp, nbf and iat (RFC 7519 section 4.1); give until when the journey may last."""
    exp, nbf, iat = (jws.date_of(payload, name) for name in ("exp", "nbf", "iat"))
    if any(start is not None and start > now + LEEWAY for start in (nbf, iat)):
        raise ArrivalRefused("token_not_yet")
    end = _end_without_exp(iat, tenant) if exp is None else exp
    if end - (now if iat is None else iat) > LIFETIME_MOST + LEEWAY:
        raise ArrivalRefused("token_lifetime")
    if iat is not None and tenant.session_timeout is not None:
        end = min(end, iat + tenant.session_timeout)
    if end + LEEWAY <= now:
        raise ArrivalRefused("token_expired")
    return end + LEEWAY


def _end_without_exp(iat: int | None, tenant: Tenant) -> int:
    if not tenant.allow_missing_exp:
        raise ArrivalRefused(
            "token_exp_missing", "set allow_missing_exp = true to accept tokens without exp"
        )
    if iat is None:
        raise ArrivalRefused("token_iat_missing", "allow_missing_exp needs tokens with iat")
    return iat + (tenant.session_timeout or DEFAULT_SESSION_TIMEOUT)


def check_redirect_url(url: object, tenant: Tenant, iss: str) -> str:
    """Check where an answer may go: parsed once, its origin among those the tenant allows."""
    if not isinstance(url, str) or not _VISIBLE_ASCII.fullmatch(url) or "\\" in url or "#" in url:
        raise ArrivalRefused("token_redirect_url")
    try:
        parts = urlsplit(url)
        origin = origin_of(url)
    except ValueError:
        raise ArrivalRefused("token_redirect_url") from None
    allowed = tenant.return_origins or (origin_of(iss),)
    names = [unquote_plus(pair.partition("=")[0]) for pair in parts.query.split("&")]
    if "@" in parts.netloc or origin not in allowed or "session_token" in names:
        raise ArrivalRefused("token_redirect_url")
    return url


def answer_body(
    claims: Mapping[str, Any], persist: tuple[str, ...], error: str | None
) -> dict[str, Any]:
    """Give what an answer says: claims and what to persist of them, or an error, never both."""
    if error is not None:
        return {"error": {"message": error}}
    return {"claims": claims, "claimsToPersist": [name for name in persist if name in claims]}


def answer_url(sender: Sender, secret: bytes, body: Mapping[str, Any], now: int) -> str:
    """Sign an answer and add it to the redirect URL, whose own query stays.

    HS256 with the secret that verified the arrival; `iss` and `aud` change places, `state` is
    copied, `exp` is `iat` + 60 s.
    """
    return with_query(
        sender.redirect_url, session_token=jws.sign(_payload(sender, body, now), secret)
    )


def room(sender: Sender, body: Mapping[str, Any]) -> int:
    """Give how many bytes of claims still fit into the return URL beside `body`; may be < 0."""
    # All times have ten digits.
    size = len(strict_json.write(_payload(sender, body, 1_000_000_000)))
    length = len(with_query(sender.redirect_url, session_token="")) + jws.length(size)
    return (URL_MOST - length) * 3 // 4


def _payload(sender: Sender, body: Mapping[str, Any], now: int) -> dict[str, Any]:
    return {
        "iss": sender.aud,
        "aud": sender.iss,
        "iat": now,
        "exp": now + ANSWER_LIFETIME,
        "state": sender.state,
        **body,
    }
