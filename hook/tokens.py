"""Session tokens in, answers out. Pure, and the only module that knows JWT."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

import jwt
from jwt.api_jws import PyJWS

from hook import strict_json
from hook.errors import ArrivalRefused
from hook.tenant import Tenant
from hook.urls import origin_of

TOKEN_MOST = 4_000
"""Longest session token, characters."""
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

# The signature may be empty here, so that `alg: none` is refused by its name.
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_REFUSED_HEADERS = ("crit", "b64", "zip")
_JWS = PyJWS(algorithms=["HS256"])
_EMPTY_TOKEN = len(_JWS.encode(b"", bytes(32), algorithm="HS256"))


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
    """Verify a session token: HS256 only, and nothing of the payload is read before that.

    Takes the token as it stood in the URL and the time in seconds. Raises ArrivalRefused with the
    reason code (docs/protocol.md lists them). RFC 7515 section 5.2, RFC 8725 section 3.
    """
    if len(token) > TOKEN_MOST:
        raise ArrivalRefused("token_too_long")
    parts = _COMPACT.fullmatch(token)
    if parts is None or not all(_is_canonical(part) for part in parts.groups()):
        raise ArrivalRefused("token_malformed")
    _check_header(parts[1])
    payload, secret = _check_signature(token, tenant)
    return _read(_object(payload, "token_payload"), tenant, secret_id(secret), now)


def secret_id(secret: bytes) -> str:
    """Name a secret without telling it."""
    return hashlib.sha256(b"hook secret id" + secret).hexdigest()[:16]


def _is_canonical(part: str) -> bool:
    # One token, one spelling (RFC 7515 section 2): else a replay could wear another text.
    try:
        decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return False
    return urlsafe_b64encode(decoded).rstrip(b"=").decode() == part


def _object(data: bytes, code: str) -> dict[str, Any]:
    try:
        return strict_json.read_object(data)
    except ValueError:
        raise ArrivalRefused(code) from None


def _check_header(part: str) -> None:
    header = _object(urlsafe_b64decode(part + "=" * (-len(part) % 4)), "token_header")
    if header.get("alg") != "HS256":
        raise ArrivalRefused("token_algorithm")
    if any(name in header for name in _REFUSED_HEADERS):
        raise ArrivalRefused("token_header")


def _check_signature(token: str, tenant: Tenant) -> tuple[bytes, bytes]:
    for secret in tenant.secrets:
        try:
            payload: bytes = _JWS.decode_complete(token, secret, algorithms=["HS256"])["payload"]
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError):
            raise ArrivalRefused("token_header") from None
        return payload, secret
    raise ArrivalRefused("token_signature")


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
    exp, nbf, iat = (_date(payload, name) for name in ("exp", "nbf", "iat"))
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


def _date(payload: Mapping[str, Any], name: str) -> int | None:
    if name not in payload:
        return None
    value = payload[name]
    # A bool is an int in Python; a date is a number in JSON (RFC 7519 section 2, NumericDate).
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**12:
        raise ArrivalRefused("token_dates")
    return int(value)


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
    # UTF-8, not \\u escapes: the budget of the URL is counted in UTF-8 bytes.
    payload = strict_json.write(_payload(sender, body, now))
    return _return_url(sender, _JWS.encode(payload, secret, algorithm="HS256"))


def room(sender: Sender, body: Mapping[str, Any]) -> int:
    """Give how many bytes of claims still fit into the return URL beside `body`; may be < 0."""
    # All times have ten digits; base64 makes four characters of three bytes, without padding.
    size = len(strict_json.write(_payload(sender, body, 1_000_000_000)))
    length = len(_return_url(sender, "")) + _EMPTY_TOKEN + -(-size * 4 // 3)
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


def _return_url(sender: Sender, token: str) -> str:
    parts = urlsplit(sender.redirect_url)
    added = urlencode({"session_token": token})
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))
