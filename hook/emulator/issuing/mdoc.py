"""Mobile documents (mso_mdoc): IssuerSigned of ISO/IEC 18013-5, signed with ES256."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from hook.emulator import jws

from . import validity

ALG, ES256, X5CHAIN = 1, -7, 33
"""Names of COSE headers and of an algorithm (RFC 9053 section 2.1, RFC 9360 section 2)."""
TIME, ENCODED, DATE = 0, 24, 1004
"""Tags of CBOR: a time, bytes that hold CBOR (RFC 8949 section 3.4), a date (RFC 8943)."""


@dataclass(frozen=True)
class Period:
    """When a document was signed, and from when until when it is good."""

    signed: datetime
    begins: datetime
    ends: datetime


def issued(
    doctype: str,
    spaces: Mapping[str, Mapping[str, Any]],
    device_key: Mapping[int, int | bytes],
    period: Period,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
) -> str:
    """Sign a document (section 9.1.2): base64url of IssuerSigned, as OpenID4VCI sends it.

    Takes namespace → element → value, and the holder's key as COSE_Key.
    """
    items = {space: _items(elements) for space, elements in spaces.items()}
    payload = _encoded({
        "version": "1.0",
        "digestAlgorithm": "SHA-256",
        "valueDigests": {
            space: {number: sha256(cbor2.dumps(item)).digest() for number, item in enumerate(each)}
            for space, each in items.items()
        },
        "deviceKeyInfo": {"deviceKey": dict(device_key)},
        "docType": doctype,
        "validityInfo": {
            "signed": _time(period.signed),
            "validFrom": _time(period.begins),
            "validUntil": _time(period.ends),
        },
    })  # fmt: skip
    auth = _sign1(cbor2.dumps(payload), key, certificate)
    return jws.encode(cbor2.dumps({"nameSpaces": items, "issuerAuth": auth}))


def element(value: Any, kind: str | None) -> Any:
    """Give a claim's value the type that the configuration asks for; as it is where it cannot."""
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    at = validity.read(value) if kind in ("date", "dateTime") else None
    if at is None:
        return value
    return _time(at) if kind == "dateTime" else cbor2.CBORTag(DATE, at.date().isoformat())


def _items(elements: Mapping[str, Any]) -> list[cbor2.CBORTag]:
    """Write each element with a salt of its own, so that no digest can be guessed."""
    return [
        _encoded({
            "digestID": number,
            "random": secrets.token_bytes(32),
            "elementIdentifier": name,
            "elementValue": value,
        })
        for number, (name, value) in enumerate(elements.items())
    ]  # fmt: skip


def _sign1(
    payload: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> list[Any]:
    """Make a COSE_Sign1 (RFC 9052 section 4.2)."""
    protected = cbor2.dumps({ALG: ES256})
    data = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return [protected, {X5CHAIN: certificate.public_bytes(Encoding.DER)}, payload, signature]


def _encoded(value: Any) -> cbor2.CBORTag:
    return cbor2.CBORTag(ENCODED, cbor2.dumps(value))


def _time(at: datetime) -> cbor2.CBORTag:
    return cbor2.CBORTag(TIME, validity.written(at))
