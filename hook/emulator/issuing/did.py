"""Decentralized identifiers: the tenant's own (did:web), holders' (did:key, did:jwk)."""

import json
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hook.emulator import jws

from . import jwk

Json = dict[str, Any]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Base58 as Bitcoin has it, which DIDs use."""
ED25519_PREFIX, P256_PREFIX = b"\xed\x01", b"\x80\x24"
"""Multicodec codes, as varints."""
LONGEST = 200
"""Characters; a did:key of these two kinds has about 50, and base58 takes quadratic time."""


def web(host: str) -> str:
    """Give the DID of a host, whose document is at /.well-known/did.json (did:web, section 3.1)."""
    return f"did:web:{quote(host, safe='')}"


def document(did: str, key: Ed25519PublicKey) -> Json:
    """Write the DID document of a key that signs JSON credentials (DID Core section 5)."""
    method = {
        "id": method_id(did),
        "type": "Ed25519VerificationKey2018",
        "controller": did,
        "publicKeyBase58": base58(key.public_bytes_raw()),
    }
    contexts = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/ed25519-2018/v1"]
    return {
        "@context": contexts,
        "id": did,
        "verificationMethod": [method],
        "assertionMethod": [method["id"]],
    }


def method_id(did: str) -> str:
    """Name the one key of the tenant's document."""
    return f"{did}#json"


def of(key: jwk.PublicKey) -> str:
    """Give the did:jwk of a key that came without a DID."""
    return f"did:jwk:{jws.encode(json.dumps(jwk.written(key), separators=(',', ':')).encode())}"


def resolved(url: str) -> tuple[str, jwk.PublicKey]:
    """Take a DID URL with one key in it for its DID and the key. Raises `jws.Invalid`."""
    did, _, _ = url.partition("#")
    method, _, text = did.removeprefix("did:").partition(":")
    if not did.startswith("did:") or method not in ("key", "jwk"):
        raise jws.Invalid("the header's kid is no did:key and no did:jwk")
    return did, _did_key(text) if method == "key" else _did_jwk(text)


def base58(data: bytes) -> str:
    """Encode as base58."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text: str) -> bytes:
    """Decode base58. Raises ValueError."""
    number = 0
    for character in text:
        number = number * 58 + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _did_key(text: str) -> jwk.PublicKey:
    if not text.startswith("z") or len(text) > LONGEST:
        raise jws.Invalid("the did:key is not in base58")
    try:
        data = unbase58(text[1:])
    except ValueError as error:
        raise jws.Invalid("the did:key is not in base58") from error
    prefix, key = data[:2], data[2:]
    if prefix == ED25519_PREFIX:
        return jwk.ed25519(key)
    if prefix != P256_PREFIX:
        raise jws.Invalid("the did:key is of a kind of key that is not known here")
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)
    except ValueError as error:
        raise jws.Invalid("the did:key is no point of its curve") from error


def _did_jwk(text: str) -> jwk.PublicKey:
    try:
        found = json.loads(jws.decode(text))
    except (ValueError, RecursionError) as error:
        raise jws.Invalid("the did:jwk holds no JSON") from error
    if not isinstance(found, dict):
        raise jws.Invalid("the did:jwk holds no key")
    return jwk.read(found)
