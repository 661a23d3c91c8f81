"""ES256 tokens and their keys: ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from . import jws

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey

# RFC 7518 §6.2.1.2: a coordinate has all its bytes, leading zeros too.
COORDINATE_BYTES = 32
_HASH = ec.ECDSA(hashes.SHA256())


def new_key() -> PrivateKey:
    """Make a key."""
    return ec.generate_private_key(ec.SECP256R1())


def sign(payload: Mapping[str, Any], key: PrivateKey, **header: Any) -> str:
    """Make a token; `header` adds to alg and typ, or says another typ."""
    text = jws.unsigned_text({"alg": "ES256", "typ": "JWT"} | header, payload)
    r, s = decode_dss_signature(key.sign(text.encode(), _HASH))
    return f"{text}.{jws.encode(_bytes(r) + _bytes(s))}"


def verify(token: str, key: PublicKey, typ: str = "JWT") -> jws.Token:
    """Take apart a token that was signed with this key. Raises `jws.Invalid`."""
    parted = jws.part(token, ("ES256",), typ)
    check(parted, key)
    return parted.believed()


def check(parted: jws.Parted, key: PublicKey) -> None:
    """Verify a signature, which is R and S of 32 bytes each. Raises `jws.Invalid`."""
    if len(parted.signature) != 2 * COORDINATE_BYTES:
        raise jws.Invalid("the signature is not 64 bytes long")
    r, s = parted.signature[:COORDINATE_BYTES], parted.signature[COORDINATE_BYTES:]
    try:
        key.verify(encode_dss_signature(_number(r), _number(s)), parted.signed, _HASH)
    except InvalidSignature as error:
        raise jws.Invalid("the signature does not fit: another key, or a changed token") from error


def public_jwk(key: PrivateKey | PublicKey) -> jws.Json:
    """Write a public key as a JWK (RFC 7518 section 6.2.1); its kid is its thumbprint."""
    public = key.public_key() if isinstance(key, PrivateKey) else key
    numbers = public.public_numbers()
    x, y = jws.encode(_bytes(numbers.x)), jws.encode(_bytes(numbers.y))
    jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return jwk | {"kid": thumbprint(jwk)}


def key_of(jwk: Mapping[str, Any]) -> PublicKey:
    """Read a public key from a JWK. Raises `jws.Invalid`."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise jws.Invalid("the key is not one of the curve P-256")
    x, y = (_coordinate(jwk.get(name)) for name in ("x", "y"))
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise jws.Invalid("the key is no point of its curve") from error


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Give the SHA-256 thumbprint of an EC key (RFC 7638 section 3)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return jws.encode(hashlib.sha256(text.encode()).digest())


def _coordinate(text: object) -> int:
    data = jws.decode(text) if isinstance(text, str) else b""
    if len(data) != COORDINATE_BYTES:
        raise jws.Invalid("a coordinate of the key is not 32 bytes long")
    return _number(data)


def _bytes(number: int) -> bytes:
    return number.to_bytes(COORDINATE_BYTES, "big")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
