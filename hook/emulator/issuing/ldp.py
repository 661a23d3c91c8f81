"""JSON credentials (ldp_vc), signed with Ed25519Signature2018: a detached JWS over statements."""

import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hook.emulator import jws

from . import did, rdf, validity
from .refusals import Unsignable

Json = dict[str, Any]

NAME = re.compile(r"\w[\w.-]*")
TAKEN = frozenset((
    "id", "type", "proof", "VerifiableCredential", "VerifiablePresentation",
    "EcdsaSecp256k1Signature2019", "EcdsaSecp256r1Signature2019", "Ed25519Signature2018",
    "RsaSignature2018",
))  # fmt: skip
"""Names to which the context of credentials gives a meaning, wherever they stand."""
EXACT = 2**53
"""Integers beyond it do not fit into a double, which readers of JSON may use (RFC 8259 §6)."""


def unsigned(body: Json, claims: Json, holder: str, issuer: str, now: datetime) -> Json:
    """Write a credential of a configuration's body. Raises `Unsignable`.

    Takes the DIDs of the holder and of the tenant.
    """
    types = ["VerifiableCredential", body["type"], *(body.get("additionalTypes") or ())]
    for name in types[1:]:
        _check_name(name)
    expires_in = body.get("expiresIn")
    end = validity.after(now, expires_in) if expires_in else None
    members = {
        # Contexts of the configuration's own are left out: nobody offline knows what they say.
        "@context": [rdf.CONTEXT, rdf.VOCABULARY],
        "id": f"urn:uuid:{uuid4()}",
        "type": types,
        "issuer": {"id": issuer} | _some(body["issuer"]),
        "name": body["name"],
        "description": body.get("description"),
        "credentialBranding": _some(body.get("credentialBranding") or {}) or None,
        "issuanceDate": validity.written(now, "milliseconds"),
        "expirationDate": validity.written(end, "milliseconds") if end else None,
        "credentialSubject": {"id": holder} | _signable(claims),
    }
    return _some(members)


def signed(document: Json, key: Ed25519PrivateKey, issuer: str, now: datetime) -> Json:
    """Add the proof (Linked Data Proofs 1.0, with the JWS of RFC 7797). Raises `Unsignable`."""
    proof = {
        "type": "Ed25519Signature2018",
        "created": validity.written(now),
        "verificationMethod": did.method_id(issuer),
        "proofPurpose": "assertionMethod",
    }
    digests = sha256(rdf.proof(proof)).digest() + sha256(rdf.credential(document)).digest()
    header = {"alg": "EdDSA", "b64": False, "crit": ["b64"]}
    part = jws.encode(json.dumps(header, separators=(",", ":")).encode())
    signature = key.sign(part.encode() + b"." + digests)
    return document | {"proof": proof | {"jws": f"{part}..{jws.encode(signature)}"}}


def _signable(value: Any) -> Any:
    """Give a claim's value as readers see it. Raises `Unsignable` for what would get lost."""
    match value:
        case dict():
            for name in value:
                _check_name(name)
            return {name: _signable(each) for name, each in value.items()}
        case list():
            return [_signable(each) for each in value]
        case int() if not isinstance(value, bool) and abs(value) > EXACT:
            return _double(value)
    return value


def _double(number: int) -> int | float:
    try:
        near = float(number)
    except OverflowError as error:
        raise Unsignable("A JSON credential cannot hold a number as large as this") from error
    # From 1e21 on it is written with an exponent, by JSON-LD and by JavaScript alike.
    return near if abs(near) >= 1e21 else int(near)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or name in TAKEN:
        raise Unsignable(f"A JSON credential cannot hold a claim or a type named {name!r}")


def _some(members: Json) -> Json:
    return {name: member for name, member in members.items() if member is not None}
