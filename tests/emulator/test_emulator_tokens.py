"""The tenant's own tokens, held against PyJWT and against every second spelling."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest

from hook.emulator import jws

KEY = bytes(range(32))
PAYLOAD = {"state": "kauri", "claims": {"name": "Wīremu"}}


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def handmade(header: bytes = b'{"alg":"HS256"}', payload: bytes = b'{"a":1}') -> str:
    """A token whose signature always fits, whatever its parts are."""
    text = f"{encode(header)}.{encode(payload)}"
    return f"{text}.{encode(hmac.new(KEY, text.encode(), hashlib.sha256).digest())}"


def test_another_implementation_reads_what_the_tenant_signs() -> None:
    token = jws.sign(PAYLOAD, KEY)
    assert jwt.decode(token, KEY, algorithms=["HS256"]) == PAYLOAD
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_the_tenant_reads_what_another_implementation_signs() -> None:
    token = jws.verify(jwt.encode(PAYLOAD, KEY, algorithm="HS256"), KEY)
    assert token == ({"alg": "HS256", "typ": "JWT"}, PAYLOAD)


def test_the_example_of_rfc_7515_appendix_a_1_is_verified() -> None:
    key = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    token = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    assert jws.verify(token, key).payload["iss"] == "joe"


def test_a_token_is_believed_with_its_own_key_only() -> None:
    token = jws.sign(PAYLOAD, KEY)
    assert jws.verify(token, KEY).payload == PAYLOAD
    with pytest.raises(jws.Invalid, match="signature"):
        jws.verify(token, KEY[::-1])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"header": b'{"alg":"none"}'}, "alg"),
        ({"header": b'{"alg":"hs256"}'}, "alg"),
        ({"header": b'{"alg":"HS512"}'}, "alg"),
        ({"header": b'{"alg":["HS256"]}'}, "alg"),
        ({"header": b"{}"}, "alg"),
        ({"header": b'{"alg":"HS256","crit":["exp"]}'}, "crit"),
        ({"header": b'{"alg":"HS256","typ":"at+jwt"}'}, "typ"),
        ({"header": b'{"alg":"none","alg":"HS256"}'}, "twice"),
        ({"header": b"[" * 5000}, "JSON"),
        ({"payload": b'{"a":1,"a":2}'}, "twice"),
        ({"payload": b'{"a":{"b":1,"b":1}}'}, "twice"),
        ({"payload": b"[1]"}, "object"),
        ({"payload": b'{"a":NaN}'}, "JSON"),
        ({"payload": b'{"a":1e999}'}, "JSON"),
        ({"payload": b'{"a":"\\ud800"}'}, "JSON"),
        ({"payload": b'{"a":"\xff"}'}, "JSON"),
        ({"payload": b""}, "JSON"),
    ],
)
def test_a_part_that_could_be_read_in_two_ways_is_refused(
    changed: dict[str, Any], reason: str
) -> None:
    assert jws.verify(handmade(), KEY).payload == {"a": 1}
    with pytest.raises(jws.Invalid, match=reason):
        jws.verify(handmade(**changed), KEY)


def respelled(token: str) -> list[str]:
    """The same bytes to a lenient decoder, spelled differently in the signature."""
    text, _, signature = token.rpartition(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 32 bytes leave two unused bits in the last of 43 letters.
    neighbour = letters[letters.index(signature[-1]) + 1]
    changed = [
        signature + "=",
        signature + "\n",
        signature[:9] + "!" + signature[9:],
        signature[:-1] + neighbour,
        signature[:9] + "é" + signature[9:],
        signature[:-3],
        "",
    ]
    return [f"{text}.{other}" for other in changed]


@pytest.mark.parametrize("nth", range(7))
def test_a_signature_has_one_spelling(nth: int) -> None:
    token = handmade()
    assert jws.verify(token, KEY).payload == {"a": 1}
    with pytest.raises(jws.Invalid, match=r"base64url|signature"):
        jws.verify(respelled(token)[nth], KEY)


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c.d", "..", "…"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(jws.Invalid):
        jws.verify(text, KEY)


def test_an_unsigned_token_can_be_read_but_is_never_believed() -> None:
    token = jws.unsigned(PAYLOAD)
    assert token.endswith(".")
    assert jws.read(token) == ({"alg": "none", "typ": "JWT"}, json.loads(json.dumps(PAYLOAD)))
    with pytest.raises(jws.Invalid, match="none"):
        jws.verify(token, KEY)
