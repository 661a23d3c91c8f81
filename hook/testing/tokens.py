"""Makes session tokens, good ones and deliberately bad ones, and reads answers.

Written with the standard library only, so that no mistake of the hook's own library is mirrored.
"""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = base64.b64encode(hashlib.sha256(b"kauri").digest()).decode()
OTHER_SECRET = base64.b64encode(hashlib.sha256(b"rimu").digest()).decode()
TENANT_URL = "https://kauri.vii.nz01.mattr.global"
HOOK_URL = "https://hook.example.org/kauri"
NOW = 1_795_000_000
STATE = "q3Zt0-1bXv9KfLm2Rp7sY"
HEADER = {"alg": "HS256", "typ": "JWT"}


def payload(**changes: Any) -> dict[str, Any]:
    """The payload of a good token; a change to None leaves a member out."""
    good = {
        "iss": TENANT_URL,
        "aud": HOOK_URL,
        "iat": NOW,
        "exp": NOW + 600,
        "state": STATE,
        "redirectUrl": f"{TENANT_URL}/v1/openid/callback?interaction=17",
        "claims": {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"},
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def b64(data: bytes) -> str:
    """Write base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(head: bytes, body: bytes, secret: str = SECRET, digest: str = "sha256") -> str:
    """Sign any bytes as header and payload."""
    signed = f"{b64(head)}.{b64(body)}"
    key = base64.b64decode(secret)
    return f"{signed}.{b64(hmac.digest(key, signed.encode(), digest))}"


def token(
    header: dict[str, Any] | None = None,
    secret: str = SECRET,
    digest: str = "sha256",
    **changes: Any,
) -> str:
    """A session token; without arguments a good one."""
    head = json.dumps(HEADER if header is None else header).encode()
    return sign(head, json.dumps(payload(**changes)).encode(), secret, digest)


def read_answer(url: str, secret: str = SECRET) -> dict[str, Any]:
    """Verify the answer in a return URL and give its payload."""
    (answer,) = parse_qs(urlsplit(url).query)["session_token"]
    head, body, signature = answer.split(".")
    expected = hmac.digest(base64.b64decode(secret), f"{head}.{body}".encode(), "sha256")
    assert signature == b64(expected)
    assert json.loads(_decode(head)) == HEADER
    found: dict[str, Any] = json.loads(_decode(body))
    return found


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
