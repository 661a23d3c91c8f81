"""ID tokens of a login provider, verified by own code (OpenID Connect Core 1.0 section 3.1.3.7)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hook.emulator import es256, jws
from hook.emulator.state import Json

LEEWAY = 60
"""Seconds that the provider's clock may be off."""
RSA_BITS = 2048
"""RFC 7518 section 3.3: at least."""
# About the token, not about the person.
TOKEN_MEMBERS = {
    "iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "at_hash", "c_hash", "auth_time",
}  # fmt: skip


class Expected(NamedTuple):
    """What an ID token must say, and the time it is now (seconds since 1970)."""

    issuer: str
    client_id: str
    nonce: str
    now: float


def verify(token: str, keys: Iterable[Json], expected: Expected) -> Json:
    """Give the claims of an ID token about the person. Raises `jws.Invalid`."""
    parted = jws.part(token, tuple(KINDS))
    check = KINDS[parted.header["alg"]]
    check(parted, _key(parted.header, keys))
    payload = parted.believed().payload
    for complaint in (_parties(payload, expected), _dates(payload, expected.now)):
        if complaint:
            raise jws.Invalid(complaint)
    return {name: value for name, value in payload.items() if name not in TOKEN_MEMBERS}


def _parties(payload: Json, expected: Expected) -> str:
    if payload.get("iss") != expected.issuer:
        return f"iss is {payload.get('iss')!r}, but should be {expected.issuer!r}"
    audience = payload.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        return f"aud is {audience!r}, but should be {expected.client_id!r}"
    if payload.get("azp", expected.client_id) != expected.client_id:
        return "azp is another client"
    subject = payload.get("sub")
    if payload.get("nonce") != expected.nonce:
        return "nonce is not the one of this login"
    return "" if subject and isinstance(subject, str) else "sub is not there"


def _dates(payload: Json, now: float) -> str:
    expires, issued = payload.get("exp"), payload.get("iat")
    begins = payload.get("nbf", issued)
    if not _is_number(expires) or not _is_number(issued) or not _is_number(begins):
        return "exp and iat must both be there, as numbers, and nbf be one if it is there"
    if now >= expires + LEEWAY:
        return "it expired (exp)"
    if now < issued - LEEWAY:
        return "it was issued in the future (iat)"
    # RFC 7519 §4.1.5.
    return "it is not good yet (nbf)" if now < begins - LEEWAY else ""


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _key(header: Json, keys: Iterable[Json]) -> Json:
    """Choose the key by kid; without one the only key that fits the algorithm."""
    kind = {"ES256": "EC", "RS256": "RSA"}[header["alg"]]
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and header.get("kid") in (None, key.get("kid"))
    ]
    if len(fitting) != 1:
        raise jws.Invalid(f"{len(fitting)} of the provider's keys fit its header; one should")
    return fitting[0]


def _check_es256(parted: jws.Parted, jwk: Json) -> None:
    es256.check(parted, es256.key_of(jwk))


def _check_rs256(parted: jws.Parted, jwk: Json) -> None:
    """Verify RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3)."""
    try:
        n, e = (int.from_bytes(jws.decode(jwk[name]), "big") for name in ("n", "e"))
        key = rsa.RSAPublicNumbers(e, n).public_key()
    except (KeyError, TypeError, ValueError) as error:
        raise jws.Invalid("the provider's key is no RSA key") from error
    if key.key_size < RSA_BITS:
        raise jws.Invalid(f"the provider's key is shorter than {RSA_BITS} bits")
    try:
        key.verify(parted.signature, parted.signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise jws.Invalid("the signature does not fit: another key, or a changed token") from error


KINDS: dict[str, Callable[[jws.Parted, Json], None]] = {
    "ES256": _check_es256,
    "RS256": _check_rs256,
}
