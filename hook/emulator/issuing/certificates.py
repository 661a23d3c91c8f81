"""The two certificates of mDocs (ISO/IEC 18013-5 annex B): the root, and who signs under it."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey as PrivateKey
from cryptography.x509.oid import NameOID, ObjectIdentifier

COUNTRY = "NZ"
CONTACT = "https://stand-in-tenant.invalid"
BEFORE = timedelta(days=30)
"""Good from a while ago, for verifiers whose clock is behind."""
ROOT_FOR, SIGNER_FOR = timedelta(days=3650), timedelta(days=457)
SIGNS_MDOCS = ObjectIdentifier("1.0.18013.5.1.2")


def root(key: PrivateKey, now: float) -> x509.Certificate:
    """Make the root (IACA, table B.1), which vouches for itself. Takes seconds since 1970."""
    name = _name("Stand-in tenant IACA")
    made = _begun(name, name, key, key, now, ROOT_FOR)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(_usage(signs_certificates=True), critical=True)
    return made.sign(key, hashes.SHA256())


def signer(
    key: PrivateKey, issuer: x509.Certificate, issuer_key: PrivateKey, now: float
) -> x509.Certificate:
    """Make the certificate of the key that signs mDocs (table B.3). Takes seconds since 1970."""
    name = _name("Stand-in tenant document signer")
    made = _begun(name, issuer.subject, key, issuer_key, now, SIGNER_FOR)
    made = made.add_extension(_usage(signs_certificates=False), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([SIGNS_MDOCS]), critical=True)
    return made.sign(issuer_key, hashes.SHA256())


def _begun(
    name: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    issuer_key: PrivateKey,
    now: float,
    length: timedelta,
) -> x509.CertificateBuilder:
    """Begin with what both have. There is no revocation list: nothing lives long enough here."""
    at = datetime.fromtimestamp(now, UTC)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    known = x509.IssuerAlternativeName([x509.UniformResourceIdentifier(CONTACT)])
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(at - BEFORE).not_valid_after(at + length)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    for extension in (own, by, known):
        builder = builder.add_extension(extension, critical=False)
    return builder


def _name(common: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, COUNTRY), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
