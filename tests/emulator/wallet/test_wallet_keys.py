"""The wallet's keys, checked by a library that did not make them."""

import jwt

from hook.emulator.wallet import keys
from tests.support.emulator_trip import NOON

ISSUER = "https://kauri.example"


def test_a_proof_is_signed_by_the_key_it_names() -> None:
    proof = keys.HolderKey().proof(ISSUER, "pretend-wallet", NOON + 0.5, "n1")
    header = jwt.get_unverified_header(proof)
    key = jwt.PyJWK(header["jwk"])
    payload = jwt.decode(proof, key, ["ES256"], {"verify_iat": False}, audience=ISSUER)
    assert (header["typ"], header["alg"]) == ("openid4vci-proof+jwt", "ES256")
    assert payload == {"iss": "pretend-wallet", "aud": ISSUER, "iat": NOON, "nonce": "n1"}
    assert "d" not in header["jwk"]


def test_a_proof_without_a_client_has_no_iss() -> None:
    proof = keys.HolderKey().proof(ISSUER, "", NOON)
    assert jwt.decode(proof, options={"verify_signature": False}) == {"aud": ISSUER, "iat": NOON}


def test_each_holder_has_a_key_of_their_own() -> None:
    one, other = (jwt.get_unverified_header(keys.HolderKey().proof(ISSUER, "", NOON))["jwk"]
                  for _ in range(2))  # fmt: skip
    assert one != other


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert keys.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_verifier_is_long_enough_and_new() -> None:
    one, other = keys.verifier(), keys.verifier()
    assert one != other
    assert 43 <= len(one) <= 128
