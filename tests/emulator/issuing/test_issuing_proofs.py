"""The holder's proof: what is accepted, and what is not."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hook.emulator.issuing import did
from hook.emulator.issuing.holder import InvalidProof, proven
from hook.emulator.state import Json
from tests.support.issuing import TENANT, Holder

NOW = 1_795_000_000.0
# The first Ed25519 example of the did:key specification, and a P-256 one.
EXAMPLE = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
EXAMPLE_KEY = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


def did_key(holder: Holder) -> str:
    """The did:key of a holder, encoded by hand."""
    if holder.algorithm == "EdDSA":
        data = b"\xed\x01" + holder.okp.public_key().public_bytes_raw()
    else:
        point = holder.key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        data = b"\x80\x24" + point
    return f"did:key:z{did.base58(data)}"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_proof_with_its_key_is_accepted(algorithm: str) -> None:
    holder = Holder(algorithm)
    assert proven(holder.proof(NOW), TENANT, NOW).did == holder.did


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize("method", ["did:key", "did:jwk"])
@pytest.mark.parametrize("fragment", ["", "#0"])
def test_a_proof_with_a_did_is_accepted(algorithm: str, method: str, fragment: str) -> None:
    holder = Holder(algorithm)
    name = did_key(holder) if method == "did:key" else holder.did
    proof = holder.proof(NOW, {"jwk": None, "kid": name + fragment})
    assert proven(proof, TENANT, NOW).did == name


def test_a_did_key_is_read_as_others_write_it() -> None:
    _, key = did.resolved(f"{EXAMPLE}#{EXAMPLE.removeprefix('did:key:')}")
    assert key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex() == EXAMPLE_KEY


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"jwk": None},
        {"kid": "did:web:kauri.example#0"},
        {"jwk": None, "kid": "did:web:kauri.example#0"},
        {"jwk": None, "kid": "0"},
        {"jwk": None, "kid": "did:key:"},
        {"jwk": None, "kid": "did:key:z0OIl"},
        {"jwk": None, "kid": f"did:key:z{'6' * 10_000}"},
        {"jwk": None, "kid": "did:jwk:e30"},
        {"jwk": None, "kid": "did:jwk:W10"},
        {"jwk": None, "kid": "did:jwk:e"},
        {"jwk": None, "x5c": ["MIIB"]},
        {"jwk": "a key"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {"kty": "OKP", "crv": "X25519", "x": "AAAA"}},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}},
        {"jwk": {}},
        {"crit": ["exp"], "exp": 1},
    ],
)
def test_a_proof_whose_header_is_wrong_is_refused(header: Json) -> None:
    holder = Holder()
    assert proven(holder.proof(NOW), TENANT, NOW)
    with pytest.raises(InvalidProof):
        proven(holder.proof(NOW, header), TENANT, NOW)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_proof_of_another_key_is_refused(algorithm: str) -> None:
    holder, other = Holder(algorithm), Holder(algorithm)
    with pytest.raises(InvalidProof):
        proven(holder.proof(NOW, {"jwk": other.jwk}), TENANT, NOW)


@pytest.mark.parametrize(("algorithm", "other"), [("ES256", "EdDSA"), ("EdDSA", "ES256")])
def test_a_proof_by_another_algorithm_than_its_keys_is_refused(algorithm: str, other: str) -> None:
    with pytest.raises(InvalidProof):
        proven(Holder(algorithm).proof(NOW, {"jwk": Holder(other).jwk}), TENANT, NOW)


def test_a_private_key_in_a_proof_is_refused() -> None:
    holder = Holder()
    with pytest.raises(InvalidProof, match="private"):
        proven(holder.proof(NOW, {"jwk": holder.private_jwk}), TENANT, NOW)


@pytest.mark.parametrize(("key", "algorithm"), [("k" * 32, "HS256"), (None, "none")])
def test_a_proof_that_no_private_key_made_is_refused(key: Any, algorithm: str) -> None:
    headers = {"typ": "openid4vci-proof+jwt", "jwk": Holder().jwk}
    payload = {"aud": TENANT, "iat": int(NOW)}
    with pytest.raises(InvalidProof, match="alg"):
        proven(jwt.encode(payload, key, algorithm, headers=headers), TENANT, NOW)


def test_a_proof_by_another_elliptic_curve_is_refused() -> None:
    headers = {"typ": "openid4vci-proof+jwt", "jwk": Holder().jwk}
    token = jwt.encode({"aud": TENANT}, generate_private_key(SECP384R1()), "ES384", headers=headers)
    with pytest.raises(InvalidProof, match="alg"):
        proven(token, TENANT, NOW)


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_proof_from_about_now_is_accepted(off: int) -> None:
    assert proven(Holder().proof(NOW + off), TENANT, NOW)


@pytest.mark.parametrize(
    "payload",
    [
        {"iat": int(NOW) - 301},
        {"iat": int(NOW) + 301},
        {"iat": None},
        {"iat": str(int(NOW))},
        {"iat": True},
        {"iat": 10**400},
        {"exp": int(NOW)},
        {"exp": "never"},
        {"aud": None},
        {"aud": "http://localhost:9001"},
        {"aud": f"{TENANT}/"},
        {"aud": [TENANT]},
    ],
)
def test_a_proof_whose_payload_is_wrong_is_refused(payload: Json) -> None:
    holder = Holder()
    assert proven(holder.proof(NOW), TENANT, NOW)
    with pytest.raises(InvalidProof):
        proven(holder.proof(NOW, payload=payload), TENANT, NOW)


def test_a_proof_that_ends_later_is_accepted() -> None:
    assert proven(Holder().proof(NOW, payload={"exp": int(NOW) + 1}), TENANT, NOW)


def test_a_changed_proof_is_refused() -> None:
    header, payload, signature = Holder().proof(NOW).split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    other = json.dumps(said | {"iat": said["iat"] + 1}).encode()
    payload = base64.urlsafe_b64encode(other).rstrip(b"=").decode()
    with pytest.raises(InvalidProof):
        proven(f"{header}.{payload}.{signature}", TENANT, NOW)


@pytest.mark.parametrize("token", [None, 1, "", "a.b", "a.b.c", {"jwt": "x"}, "é.é.é"])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(InvalidProof):
        proven(token, TENANT, NOW)
