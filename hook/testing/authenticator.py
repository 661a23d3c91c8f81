"""An authenticator in software, with the browser around it: makes and uses passkeys.

Written without the hook's own library, so that none of its mistakes is mirrored. Every deviation
is a keyword: `authenticator.get(options, origin="https://evil.example")` differs from a good
answer in nothing but its origin.
"""

import base64
import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ORIGIN = "https://hook.example.org"
AAGUID = "0f6b3c5e-1f4a-4c1e-9d0b-5a2f6a0c7e11"
ES256, EDDSA, RS256 = -7, -8, -257

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
Chain = tuple[PrivateKey, list[bytes]]


def b64(data: bytes) -> str:
    """Write base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def rsa_key(bits: int = 2_048) -> rsa.RSAPrivateKey:
    """An RSA key, made once: that takes its time."""
    return rsa.generate_private_key(65_537, bits)


def new_key(algorithm: int = ES256) -> PrivateKey:
    """Make a key of a COSE algorithm."""
    match algorithm:
        case -7:
            return ec.generate_private_key(ec.SECP256R1())
        case -8:
            return ed25519.Ed25519PrivateKey.generate()
    return rsa_key()


def algorithm_of(key: PrivateKey) -> int:
    """Give the COSE algorithm of a key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ES256
    return EDDSA if isinstance(key, ed25519.Ed25519PrivateKey) else RS256


def sign(key: PrivateKey, data: bytes) -> bytes:
    """Sign as authenticators do."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, padding.PKCS1v15(), SHA256())


def cose_key(key: PrivateKey) -> dict[int, Any]:
    """A public key as COSE has it (RFC 9053)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
        curve = {256: 1, 384: 2, 521: 3}[key.key_size]
        x, y = point.x.to_bytes(size), point.y.to_bytes(size)
        return {1: 2, 3: ES256, -1: curve, -2: x, -3: y}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: EDDSA, -1: 6, -2: key.public_key().public_bytes_raw()}
    numbers = key.public_key().public_numbers()
    return {1: 3, 3: RS256, -1: numbers.n.to_bytes(key.key_size // 8), -2: b"\x01\x00\x01"}


class Maker:
    """A maker of authenticators: a root certificate, and attestation certificates below it."""

    def __init__(self, name: str = "Maker") -> None:
        self.name = name
        self.key = new_key()
        root = self._certificate(new=self.key, common_name=f"{name} root", ca=True)
        self.root = root.public_bytes(Encoding.PEM)

    def chain(
        self, aaguid: str | None = AAGUID, through: Chain | None = None, **changes: Any
    ) -> Chain:
        """An attestation key and its certificate, which names the AAGUID unless that is None.

        It is issued by the root, or `through` another chain, whose name must be "Between".
        """
        key = new_key()
        extension = None if aaguid is None else bytes.fromhex(aaguid.replace("-", ""))
        if through is not None:
            changes |= {"signer": through[0], "issuer": "Between"}
        certificate = self._certificate(new=key, extension=extension, **changes)
        above = [] if through is None else through[1]
        return key, [certificate.public_bytes(Encoding.DER), *above]

    def _certificate(
        self,
        *,
        new: PrivateKey,
        common_name: str = "Attestation",
        unit: str = "Authenticator Attestation",
        ca: bool | None = False,
        extension: bytes | None = None,
        critical: bool = False,
        until: int = 2_099,
        signer: PrivateKey | None = None,
        issuer: str | None = None,
    ) -> x509.Certificate:
        names = {
            NameOID.COUNTRY_NAME: "NZ",
            NameOID.ORGANIZATION_NAME: self.name,
            NameOID.ORGANIZATIONAL_UNIT_NAME: unit,
            NameOID.COMMON_NAME: common_name,
        }
        above = {
            **names,
            NameOID.COMMON_NAME: issuer or f"{self.name} root",
            NameOID.ORGANIZATIONAL_UNIT_NAME: "Authenticator Attestation",
        }
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(names))
            .issuer_name(_name(above))
            .public_key(new.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(dt.datetime(until, 1, 1, tzinfo=dt.UTC))
        )
        if ca is not None:
            limits = x509.BasicConstraints(ca, path_length=None)
            builder = builder.add_extension(limits, critical=True)
        if extension is not None:
            oid = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
            octets = b"\x04" + bytes([len(extension)]) + extension
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, octets), critical)
        return builder.sign(_curve_key(signer or self.key), SHA256())


def _curve_key(key: PrivateKey) -> ec.EllipticCurvePrivateKey:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _name(parts: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items()])


@dataclass
class SoftAuthenticator:
    """Holds passkeys and counts their use; its fields are its habits, keywords change one answer.

    For create() and get(): origin, type, challenge, cross_origin, top_origin, members (more client
    data; None leaves one out), client_data (its bytes), rp_id, up, uv, be, bs, sign_count,
    credential_id, id, raw_id, key, and any member of the answer as post={…}. For create(): aaguid,
    cose, fmt, chain, statement, alg, transports. For get(): user_handle, signature.
    """

    origin: str = ORIGIN
    algorithm: int = ES256
    aaguid: str = AAGUID
    fmt: str = "none"
    chain: Chain | None = None
    up: bool = True
    uv: bool = True
    be: bool = False
    bs: bool = False
    counts: bool = True
    sign_count: int = 0
    keys: dict[str, PrivateKey] = field(default_factory=dict, repr=False)
    handles: dict[str, str] = field(default_factory=dict, repr=False)

    def create(self, options_json: str, **changes: Any) -> dict[str, Any]:
        """Do what navigator.credentials.create() does, and give it as toJSON() would."""
        options, told = json.loads(options_json), _Told(changes)
        key = told("key", None) or new_key(self.algorithm)
        raw_id = told("credential_id", None) or secrets.token_bytes(32)
        aaguid = bytes.fromhex(told("aaguid", self.aaguid).replace("-", ""))
        cose = cbor2.dumps(told("cose", None) or cose_key(key))
        attested = aaguid + len(raw_id).to_bytes(2) + raw_id + cose
        self.keys[b64(raw_id)], self.handles[b64(raw_id)] = key, options["user"]["id"]
        client_data = self._client_data("webauthn.create", options, told)
        data = self._data(options["rp"]["id"], told, attested)
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": b64(client_data),
            "attestationObject": b64(self._attestation(key, data, signed, told)),
            "transports": told("transports", ["internal", "hybrid"]),
        }
        return _posted(raw_id, response, told)

    def get(self, options_json: str, **changes: Any) -> dict[str, Any]:
        """Do what navigator.credentials.get() does, with the first allowed passkey it holds."""
        options, told = json.loads(options_json), _Told(changes)
        allowed = [entry["id"] for entry in options["allowCredentials"] if entry["id"] in self.keys]
        raw_id = told("credential_id", None) or unb64(allowed[0])
        client_data = self._client_data("webauthn.get", options, told)
        data = self._data(options["rpId"], told)
        key = told("key", None) or self.keys[b64(raw_id)]
        signature = sign(key, data + hashlib.sha256(client_data).digest())
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(told("signature", signature)),
            "userHandle": told("user_handle", self.handles.get(b64(raw_id))),
        }
        return _posted(raw_id, response, told)

    def _client_data(self, kind: str, options: dict[str, Any], told: "_Told") -> bytes:
        members = {
            "type": told("type", kind),
            "challenge": told("challenge", options["challenge"]),
            "origin": told("origin", self.origin),
            "crossOrigin": told("cross_origin", False),
            "topOrigin": told("top_origin", None),
            **told("members", {}),
        }
        present = {name: value for name, value in members.items() if value is not None}
        written: bytes = told("client_data", json.dumps(present).encode())
        return written

    def _data(self, rp_id: str, told: "_Told", attested: bytes = b"") -> bytes:
        bits = [told("up", self.up), 0, told("uv", self.uv), told("be", self.be)]
        bits += [told("bs", self.bs), 0, bool(attested)]
        flags = sum(bool(bit) << place for place, bit in enumerate(bits))
        self.sign_count += self.counts
        count: int = told("sign_count", self.sign_count)
        start: bytes = hashlib.sha256(told("rp_id", rp_id).encode()).digest()
        return start + bytes([flags]) + count.to_bytes(4) + attested

    def _attestation(self, key: PrivateKey, data: bytes, signed: bytes, told: "_Told") -> bytes:
        fmt, chain = told("fmt", self.fmt), told("chain", self.chain)
        signer, certificates = chain or (key, [])
        statement: dict[str, Any] = {}
        if fmt != "none":
            statement = {"alg": told("alg", algorithm_of(signer)), "sig": sign(signer, signed)}
        if certificates:
            statement["x5c"] = certificates
        statement = told("statement", statement)
        written: bytes = cbor2.dumps({"fmt": fmt, "attStmt": statement, "authData": data})
        return written


class _Told:
    """What an answer is told to do otherwise; a word that nobody asks for is a mistyped one."""

    def __init__(self, changes: dict[str, Any]) -> None:
        self.changes = dict(changes)

    def __call__(self, name: str, habit: Any) -> Any:
        return self.changes.pop(name, habit)


def _posted(raw_id: bytes, response: dict[str, Any], told: _Told) -> dict[str, Any]:
    posted = {
        "id": told("id", b64(raw_id)),
        "rawId": told("raw_id", b64(raw_id)),
        "type": "public-key",
        "response": {name: value for name, value in response.items() if value is not None},
        "clientExtensionResults": {},
        "authenticatorAttachment": "platform",
        **told("post", {}),
    }
    if told.changes:
        raise TypeError(f"no such change: {', '.join(told.changes)}")
    return posted
