"""Which authenticators may be used, and how a new credential proves that it lives in one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from webauthn import helpers
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AttestedCredentialData, AuthenticatorData

from hook.factors.posted import Refused, library

ALGORITHMS = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
_RSA_BITS = range(2_048, 8_193)
_AAGUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
_OCTETS_OF_16 = b"\x04\x10"
_UNIT = "Authenticator Attestation"


@dataclass(frozen=True)
class Authenticator:
    """An entry of the allow-list: a make of authenticator and the roots (PEM) that vouch for it."""

    name: str
    roots: tuple[bytes, ...]


@dataclass(frozen=True)
class Attestation:
    """An attestation object (W3C WebAuthn Level 3, section 6.5), taken apart but not verified."""

    form: str
    statement: Mapping[str, Any]
    data: AuthenticatorData
    credential: AttestedCredentialData


def read_attestation(raw: bytes) -> Attestation:
    """Take an attestation object apart; raises Refused("malformed")."""
    with library("malformed"):
        found = helpers.parse_cbor(raw)
        form, statement, raw_data = found["fmt"], found["attStmt"], found["authData"]
        # Were raw_data a number, the library would make that many bytes.
        typed = isinstance(form, str) and isinstance(statement, dict)
        if not typed or not isinstance(raw_data, bytes):
            raise Refused("malformed")
        data = helpers.parse_authenticator_data(raw_data)
        credential = data.attested_credential_data
        if credential is None or len(credential.aaguid) != 16:
            raise Refused("malformed")
    return Attestation(form, statement, data, credential)


def check_public_key(cose: bytes) -> None:
    """Check that a key is of one of ALGORITHMS and of the kind it means (section 5.8.5).

    Without this a key that no signature can ever fit would be registered. Raises Refused.
    """
    with library("malformed"):
        decoded = helpers.decode_credential_public_key(cose)
        if decoded.alg not in ALGORITHMS:
            raise Refused("algorithm")
        key = helpers.decoded_public_key_to_cryptography(decoded)
    if not _fits(key, decoded.alg):
        raise Refused("algorithm")


def _fits(key: object, algorithm: COSEAlgorithmIdentifier) -> bool:
    match key:
        case Ed25519PublicKey():
            return algorithm == COSEAlgorithmIdentifier.EDDSA
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return algorithm == COSEAlgorithmIdentifier.ECDSA_SHA_256
        case RSAPublicKey(key_size=bits) if bits in _RSA_BITS:
            return algorithm == COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256
    return False


def roots_for(
    attestation: Attestation, authenticators: Mapping[str, Authenticator]
) -> tuple[bytes, ...]:
    """Give the roots that the attestation must chain to: of its authenticator, and only those.

    None if there is no allow-list: then only no attestation or self attestation is let through.
    With one, the authenticator must be on it and bring a "packed" certificate chain, the one
    format where library and standard know no other roots and the AAGUID is signed for. Raises
    Refused("attestation"). Section 7.1, the steps on fmt and attStmt; section 8.2.
    """
    if not authenticators:
        _check_unattested(attestation)
        return ()
    entry = authenticators.get(helpers.aaguid_to_string(attestation.credential.aaguid))
    # Without roots the library lets any chain pass.
    if entry is None or not entry.roots:
        raise Refused("attestation")
    chain = attestation.statement.get("x5c")
    if attestation.form != "packed" or not isinstance(chain, list) or not chain:
        raise Refused("attestation")
    if attestation.statement.get("alg") not in ALGORITHMS:
        raise Refused("attestation")
    with library("attestation"):
        _check_certificate(chain[0], attestation.credential.aaguid)
    return entry.roots


def _check_unattested(attestation: Attestation) -> None:
    if attestation.form == "none" and not attestation.statement:
        return
    if attestation.form == "packed" and "x5c" not in attestation.statement:
        return
    raise Refused("attestation")


def _check_certificate(der: bytes, aaguid: bytes) -> None:
    """Check what section 8.2.1 asks of the certificate, which the library does not look at."""
    certificate = x509.load_der_x509_certificate(der)
    found = {extension.oid: extension.value for extension in certificate.extensions}
    basic = found.get(ExtensionOID.BASIC_CONSTRAINTS)
    if not isinstance(basic, x509.BasicConstraints) or basic.ca:
        raise Refused("attestation")
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    if [unit.value for unit in units] != [_UNIT]:
        raise Refused("attestation")
    named = found.get(_AAGUID_EXTENSION)
    if named is not None and named.public_bytes() != _OCTETS_OF_16 + aaguid:
        raise Refused("attestation")


def read_authenticators(text: str) -> Mapping[str, Authenticator]:
    """Read an allow-list.

    Takes JSON: `{"<aaguid>": {"name": "…", "roots": ["-----BEGIN CERTIFICATE-----\\n…"]}}`, the
    AAGUID as a UUID in lower case, one certificate in each text. Raises ValueError with a sentence
    that says which entry is wrong.
    """
    try:
        # Objects as tuples of pairs: repeated members stay visible, at whatever level.
        entries = json.loads(text, object_pairs_hook=tuple)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    # An empty list would mean: any authenticator. Nobody writes a file to say that.
    if not isinstance(entries, tuple) or not entries:
        raise ValueError("must be an object with an entry for each AAGUID, and at least one")
    found: dict[str, Authenticator] = {}
    for aaguid, entry in entries:
        if aaguid in found:
            raise ValueError(f"{aaguid} stands there twice")
        found[aaguid] = _entry(aaguid, entry)
    return found


def _entry(aaguid: str, entry: object) -> Authenticator:
    if not _AAGUID.fullmatch(aaguid):
        raise ValueError(f"{aaguid} is not an AAGUID: write a UUID in lower case")
    if not isinstance(entry, tuple) or sorted(name for name, _ in entry) != ["name", "roots"]:
        raise ValueError(f"{aaguid} must have a name and roots, each once, and nothing else")
    members = dict(entry)
    name, roots = members["name"], members["roots"]
    if not isinstance(name, str) or not name:
        raise ValueError(f"{aaguid}: the name must be a text, not empty")
    if not isinstance(roots, list) or not roots:
        raise ValueError(f"{aaguid}: roots must be a list of certificates, not empty")
    return Authenticator(name, tuple(_root(aaguid, root) for root in roots))


def _root(aaguid: str, root: object) -> bytes:
    try:
        (certificate,) = x509.load_pem_x509_certificates(str(root).encode())
    except ValueError:
        raise ValueError(f"{aaguid}: each root must be one certificate in PEM") from None
    return certificate.public_bytes(Encoding.PEM)
