"""Tokens whose signature is worth nothing."""

import base64
import secrets
from typing import Any

from hook.conformance import jose
from hook.conformance.arrivals import Maker
from hook.conformance.tokens import MUST, SHOULD, Bad, Fine

_ALGORITHM = "Name HS256 as the only algorithm where you verify; never take it from the token."
_VERIFY = "Verify the signature over the very bytes that came, before you read the payload."
_SECRET = "Verify with the shared secret alone, decoded from standard base64."


def _alg(name: str) -> dict[str, Any]:
    return {"alg": name, "typ": "JWT"}


def _unsigned(make: Maker, name: str) -> str:
    return make.token(header=_alg(name)).rpartition(".")[0] + "."


def _changed(make: Maker) -> str:
    head, _, signature = make.token().split(".")
    return f"{head}.{jose.encode(jose.write(make.payload()))}.{signature}"


def _cut(make: Maker) -> str:
    head, payload, signature = make.token().split(".")
    return f"{head}.{payload}.{jose.encode(jose.decode(signature)[:16])}"


def _own_key(make: Maker) -> str:
    key = secrets.token_bytes(32)
    return make.token({**jose.HEADER, "jwk": {"kty": "oct", "k": jose.encode(key)}}, key)


def _undecoded(make: Maker) -> str:
    return make.token(key=base64.b64encode(make.target.secret))


BAD = (
    Bad(
        "alg-none", MUST, "RFC 8725 section 3.2", "a token with alg none and no signature",
        _ALGORITHM, lambda make: _unsigned(make, "none"),
    ),
    Bad(
        "alg-none-capitals", MUST, "RFC 8725 section 3.2",
        "a token with alg nOnE and no signature", _ALGORITHM, lambda make: _unsigned(make, "nOnE"),
    ),
    Bad(
        "alg-hs384", MUST, "RFC 8725 section 3.1", "a token that is signed with HS384",
        _ALGORITHM, lambda make: make.token(_alg("HS384"), digest="sha384"),
    ),
    Bad(
        "alg-hs512", MUST, "RFC 8725 section 3.1", "a token that is signed with HS512",
        _ALGORITHM, lambda make: make.token(_alg("HS512"), digest="sha512"),
    ),
    Bad(
        "alg-rs256", MUST, "RFC 8725 section 3.1",
        "a token whose header says RS256 over an HS256 signature",
        _ALGORITHM, lambda make: make.token(_alg("RS256")),
    ),
    Bad(
        "wrong-secret", MUST, "RFC 7515 section 5.2", "a token that is signed with another secret",
        _VERIFY, lambda make: make.token(key=secrets.token_bytes(32)),
    ),
    Bad(
        "empty-secret", MUST, "RFC 8725 section 3.5", "a token that is signed with an empty secret",
        _SECRET, lambda make: make.token(key=b""),
    ),
    Bad(
        "undecoded-secret", MUST, "documents of the platform",
        "a token that is signed with the secret as it is written, not decoded",
        _SECRET, _undecoded,
    ),
    Bad(
        "signature-missing", MUST, "RFC 7515 section 5.2", "a token with an empty signature",
        _VERIFY, lambda make: make.token().rpartition(".")[0] + ".",
    ),
    Bad(
        "signature-cut", MUST, "RFC 7515 section 5.2", "a token with half a signature",
        _VERIFY, _cut,
    ),
    Bad(
        "payload-changed", MUST, "RFC 7515 section 5.2",
        "a token whose payload was changed after it was signed", _VERIFY, _changed,
    ),
    Bad(
        "key-in-header", MUST, "RFC 8725 section 3.10",
        "a token that brings the key for its signature in its header",
        "Take keys from your configuration only; ignore jwk, jku, x5u and kid.", _own_key,
    ),
    Bad(
        "unknown-crit", MUST, "RFC 7515 section 4.1.11",
        "a token with a critical header that nobody knows",
        "Refuse every token that has crit, unless you know all that it names.",
        lambda make: make.token({**jose.HEADER, "crit": ["unheard-of"], "unheard-of": True}),
    ),
)  # fmt: skip

FINE = (
    Fine(
        "unknown-header", SHOULD, "RFC 7515 section 4",
        "a token with a further header that is not critical (kid)",
        "Ignore headers that you do not know, unless crit names them.",
        lambda make: make.token({**jose.HEADER, "kid": "2026-11"}),
    ),
)  # fmt: skip
