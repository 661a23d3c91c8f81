"""The tenant's keys, made at start; anybody may see their public halves."""

import base64
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hook.emulator import es256

from . import certificates, did, jwk

Json = dict[str, Any]


@dataclass(frozen=True)
class Keys:
    """One key for JSON credentials, one for mDocs with its certificate and the root above it."""

    json_key: Ed25519PrivateKey = field(repr=False)
    mdoc_key: es256.PrivateKey = field(repr=False)
    signer: x509.Certificate
    root: x509.Certificate

    def jwks(self) -> Json:
        """Give the public keys as a JWK set (RFC 7517 section 5)."""
        chain = [_der(self.signer)]
        signing = jwk.written(self.json_key.public_key()) | {"kid": "json", "alg": "EdDSA"}
        signing_mdocs = es256.public_jwk(self.mdoc_key) | {"alg": "ES256", "x5c": chain}
        return {"keys": [key | {"use": "sig"} for key in (signing, signing_mdocs)]}

    def did_document(self, own: str) -> Json:
        """Give the document of the tenant's DID."""
        return did.document(own, self.json_key.public_key())

    def iacas(self) -> Json:
        """Give the root certificate of mDocs, as wallets look for it at mdoc_iacas_uri."""
        return {"iacas": [{"certificate": _der(self.root)}]}


def make(now: float) -> Keys:
    """Make new keys, with certificates that begin around now (seconds since 1970)."""
    root_key, key = es256.new_key(), es256.new_key()
    root = certificates.root(root_key, now)
    signer = certificates.signer(key, root, root_key, now)
    return Keys(Ed25519PrivateKey.generate(), key, signer, root)


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
