"""Public keys of the two kinds in use, P-256 and Ed25519: JWK (RFC 7517) and COSE_Key."""

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hook.emulator import es256, jws

Json = dict[str, Any]
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey

ALGORITHMS = ("ES256", "EdDSA")


def written(key: PublicKey) -> Json:
    """Write a key as a JWK; Ed25519 as RFC 8037 section 2 says."""
    if isinstance(key, EllipticCurvePublicKey):
        jwk = es256.public_jwk(key)
        return {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    return {"kty": "OKP", "crv": "Ed25519", "x": jws.encode(key.public_bytes_raw())}


def read(jwk: Mapping[str, Any]) -> PublicKey:
    """Read a public key. Raises `jws.Invalid`, also for one that gives its private half away."""
    if "d" in jwk:
        raise jws.Invalid("the key is a private one; only its public half may be sent")
    if jwk.get("kty") != "OKP":
        return es256.key_of(jwk)
    x = jwk.get("x")
    data = jws.decode(x) if jwk.get("crv") == "Ed25519" and isinstance(x, str) else b""
    return ed25519(data)


def ed25519(data: bytes) -> Ed25519PublicKey:
    """Make a key of its 32 bytes. Raises `jws.Invalid`."""
    try:
        return Ed25519PublicKey.from_public_bytes(data)
    except ValueError as error:
        raise jws.Invalid("the key is not one of the curve Ed25519") from error


def check(parted: jws.Parted, key: PublicKey) -> None:
    """Verify a token's signature by the algorithm of the key. Raises `jws.Invalid`."""
    algorithm = "ES256" if isinstance(key, EllipticCurvePublicKey) else "EdDSA"
    if parted.header["alg"] != algorithm:
        raise jws.Invalid(f"the header's alg is not {algorithm}, which its key is for")
    if isinstance(key, EllipticCurvePublicKey):
        return es256.check(parted, key)
    try:
        return key.verify(parted.signature, parted.signed)
    except InvalidSignature as error:
        raise jws.Invalid("the signature does not fit: another key, or a changed token") from error


def cose(key: PublicKey) -> dict[int, int | bytes]:
    """Write a key as COSE_Key (RFC 9053 section 7)."""
    jwk = written(key)
    if isinstance(key, EllipticCurvePublicKey):
        return {1: 2, -1: 1, -2: jws.decode(jwk["x"]), -3: jws.decode(jwk["y"])}
    return {1: 1, -1: 6, -2: jws.decode(jwk["x"])}
