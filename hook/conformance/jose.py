"""Signed tokens by hand, without a library: bad ones have to be possible."""

import base64
import hmac
import json
from typing import Any

HEADER = {"alg": "HS256", "typ": "JWT"}


def encode(data: bytes) -> str:
    """Write base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url in its one spelling. Raises ValueError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode(data) != text:
        raise ValueError("another spelling")
    return data


def write(value: object) -> bytes:
    """Write compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sign(header: bytes, payload: bytes, key: bytes, digest: str = "sha256") -> str:
    """Sign any bytes as header and payload with an HMAC (RFC 7515 section 5.1)."""
    signed = f"{encode(header)}.{encode(payload)}"
    return f"{signed}.{encode(hmac.digest(key, signed.encode(), digest))}"


def is_in(token: str, text: str) -> bool:
    """Tell whether a text has a token in it: its payload or its signature, which give it away."""
    return any(part in text for part in token.split(".")[1:])


def is_signed(token: str, key: bytes) -> bool:
    """Tell whether a token has the HS256 signature of a key (RFC 7515 section 5.2)."""
    signed, _, mac = token.rpartition(".")
    return hmac.compare_digest(
        mac.encode(), encode(hmac.digest(key, signed.encode(), "sha256")).encode()
    )


def part(token: str, number: int) -> dict[str, Any]:
    """Read the header (0) or the payload (1) of a token, verified or not. Raises ValueError."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    try:
        value = json.loads(decode(parts[number]), object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members
