"""ES256 tokens and keys, held against PyJWT and the RFCs' own examples."""

import jwt
import pytest
from jwt.algorithms import ECAlgorithm

from hook.emulator import es256, jws

PAYLOAD = {"sub": "k|17", "name": "Wīremu"}
KEY = es256.new_key()


def test_another_implementation_reads_what_is_signed() -> None:
    token = es256.sign(PAYLOAD, KEY, kid="one")
    assert jwt.decode(token, KEY.public_key(), algorithms=["ES256"]) == PAYLOAD
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": "one"}


def test_what_another_implementation_signs_is_read() -> None:
    token = jwt.encode(PAYLOAD, KEY, "ES256")
    assert es256.verify(token, KEY.public_key()).payload == PAYLOAD


def test_the_example_of_rfc_7515_appendix_a_3_is_verified() -> None:
    key = es256.key_of(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    token = (
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8IS"
        "lSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    assert es256.verify(token, key).payload["iss"] == "joe"


def test_a_token_is_believed_with_its_own_key_only() -> None:
    token = es256.sign(PAYLOAD, KEY)
    assert es256.verify(token, KEY.public_key()).payload == PAYLOAD
    with pytest.raises(jws.Invalid, match="signature"):
        es256.verify(token, es256.new_key().public_key())


def test_a_signature_is_exactly_64_bytes() -> None:
    text, _, signature = es256.sign(PAYLOAD, KEY).rpartition(".")
    raw = jws.decode(signature)
    assert es256.verify(f"{text}.{jws.encode(raw)}", KEY.public_key())
    spelled_longer = raw[:32] + b"\0" + raw[32:]
    for other in (raw[:-1], spelled_longer, b"", bytes(64)):
        with pytest.raises(jws.Invalid, match="signature"):
            es256.verify(f"{text}.{jws.encode(other)}", KEY.public_key())


def test_another_algorithm_is_refused() -> None:
    for token in (jws.unsigned(PAYLOAD), jws.sign(PAYLOAD, bytes(32))):
        with pytest.raises(jws.Invalid, match="alg"):
            es256.verify(token, KEY.public_key())


def test_a_token_of_another_type_is_refused() -> None:
    typ = "openid4vci-proof+jwt"
    token = es256.sign(PAYLOAD, KEY, typ=typ)
    assert es256.verify(token, KEY.public_key(), typ).payload == PAYLOAD
    with pytest.raises(jws.Invalid, match="typ"):
        es256.verify(token, KEY.public_key())
    with pytest.raises(jws.Invalid, match="typ"):
        es256.verify(es256.sign(PAYLOAD, KEY), KEY.public_key(), typ)


def test_a_public_key_survives_being_written_and_read_by_either_side() -> None:
    jwk = es256.public_jwk(KEY)
    assert "d" not in jwk
    assert es256.key_of(jwk).public_numbers() == KEY.public_key().public_numbers()
    read = ECAlgorithm.from_jwk(jwk)
    assert jwt.decode(es256.sign(PAYLOAD, KEY), read, algorithms=["ES256"]) == PAYLOAD  # type: ignore[arg-type]


def test_a_key_is_named_by_its_thumbprint() -> None:
    # The key of RFC 7515 appendix A.3, hashed as RFC 7638 section 3.1 shows.
    jwk = {
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }  # fmt: skip
    assert es256.thumbprint(jwk | {"kid": "x"}) == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
    assert es256.public_jwk(es256.key_of(jwk))["kid"] == es256.thumbprint(jwk)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kty": "RSA"}, "P-256"),
        ({"crv": "P-384"}, "P-256"),
        ({"x": None}, "32 bytes"),
        ({"x": 7}, "32 bytes"),
        ({"y": "AAAA"}, "32 bytes"),
        ({"y": "!" * 43}, "base64url"),
        ({"y": "A" * 43}, "no point"),
    ],
)
def test_what_is_no_key_is_refused(change: dict[str, object], reason: str) -> None:
    jwk = es256.public_jwk(KEY)
    assert es256.key_of(jwk)
    with pytest.raises(jws.Invalid, match=reason):
        es256.key_of(jwk | change)
