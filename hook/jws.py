"""Signed JSON: HS256 in compact form, nothing else. Pure; the only module that knows JWT."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
from jwt.api_jws import PyJWS

from hook import strict_json

TOKEN_MOST = 4_000
"""Longest token, characters."""

# The signature may be empty here, so that `alg: none` is refused by its name.
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_REFUSED_HEADERS = ("crit", "b64", "zip")
_JWS = PyJWS(algorithms=["HS256"])


class Refused(Exception):
    """A token is refused; `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sign(payload: Mapping[str, Any], secret: bytes) -> str:
    """Sign a payload with HS256 (RFC 7515 section 5.1)."""
    # UTF-8, not \\u escapes: the budget of the URL is counted in UTF-8 bytes.
    return _JWS.encode(strict_json.write(payload), secret, algorithm="HS256")


def verify(token: str, secrets: Iterable[bytes]) -> tuple[dict[str, Any], bytes]:
    """Verify a token: HS256 only, and nothing of the payload is read before that.

    Gives the payload and the secret that verified it. Raises Refused with the reason code.
    RFC 7515 section 5.2, RFC 8725 section 3.
    """
    if len(token) > TOKEN_MOST:
        raise Refused("token_too_long")
    parts = _COMPACT.fullmatch(token)
    if parts is None or not all(_is_canonical(part) for part in parts.groups()):
        raise Refused("token_malformed")
    _check_header(parts[1])
    payload, secret = _check_signature(token, secrets)
    return _object(payload, "token_payload"), secret


def date_of(payload: Mapping[str, Any], name: str) -> int | None:
    """Give a NumericDate of a payload (RFC 7519 section 2); None without one. Raises Refused."""
    if name not in payload:
        return None
    value = payload[name]
    # A bool is an int in Python; a date is a number in JSON.
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**12:
        raise Refused("token_dates")
    return int(value)


def length(size: int) -> int:
    """Give how long a token is, in characters, whose payload has so many bytes."""
    # Base64 makes four characters of three bytes, without padding.
    return _EMPTY + -(-size * 4 // 3)


def _is_canonical(part: str) -> bool:
    # One token, one spelling (RFC 7515 section 2): else a replay could wear another text.
    try:
        decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return False
    return urlsafe_b64encode(decoded).rstrip(b"=").decode() == part


def _object(data: bytes, code: str) -> dict[str, Any]:
    try:
        return strict_json.read_object(data)
    except ValueError:
        raise Refused(code) from None


def _check_header(part: str) -> None:
    header = _object(urlsafe_b64decode(part + "=" * (-len(part) % 4)), "token_header")
    if header.get("alg") != "HS256":
        raise Refused("token_algorithm")
    if any(name in header for name in _REFUSED_HEADERS):
        raise Refused("token_header")


def _check_signature(token: str, secrets: Iterable[bytes]) -> tuple[bytes, bytes]:
    for secret in secrets:
        try:
            payload: bytes = _JWS.decode_complete(token, secret, algorithms=["HS256"])["payload"]
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError):
            raise Refused("token_header") from None
        return payload, secret
    raise Refused("token_signature")


_EMPTY = len(_JWS.encode(b"", bytes(32), algorithm="HS256"))
