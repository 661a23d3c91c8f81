"""HS256 tokens in the standard library alone, so that no library's mistake is mirrored.

The compact form is RFC 7515 §3.1, the algorithm RFC 7518 §3.2, the payload RFC 7519.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]


class Invalid(ValueError):
    """A token that must not be believed; the text says why."""


class Token(NamedTuple):
    """The two readable parts of a token."""

    header: Json
    payload: Json


class Parted(NamedTuple):
    """A token whose header was read and whose signature waits to be verified."""

    header: Json
    payload_part: str
    signed: bytes
    """What the signature is over (RFC 7515 section 5.1)."""
    signature: bytes

    def believed(self) -> Token:
        """Read the payload, once the signature fits. Raises `Invalid`."""
        return Token(self.header, _object(decode(self.payload_part)))


def sign(payload: Mapping[str, Any], key: bytes) -> str:
    """Make a token."""
    text = unsigned_text({"alg": "HS256", "typ": "JWT"}, payload)
    return f"{text}.{encode(_signature(text.encode(), key))}"


def unsigned(payload: Mapping[str, Any]) -> str:
    """Make a token nobody signed (RFC 7518 §3.6). Nobody may accept it."""
    return unsigned_text({"alg": "none", "typ": "JWT"}, payload) + "."


def read(token: str) -> Token:
    """Take a token apart without believing it. Raises `Invalid`."""
    return Token(*(_object(decode(each)) for each in _parts(token)[:2]))


def verify(token: str, key: bytes) -> Token:
    """Take apart a token that was signed with this key. Raises `Invalid`."""
    parted = part(token, ("HS256",))
    if not hmac.compare_digest(parted.signature, _signature(parted.signed, key)):
        raise Invalid("the signature does not fit: another secret, or the token was changed")
    return parted.believed()


def part(token: str, algorithms: Sequence[str], typ: str = "JWT") -> Parted:
    """Read a token's header and nothing of its payload; `typ` may be left out if it is JWT.

    Raises `Invalid`, also for an algorithm that is none of these.
    """
    header_part, payload_part, signature_part = _parts(token)
    header = _object(decode(header_part))
    if header.get("alg") not in algorithms:
        wanted = " or ".join(map(repr, algorithms))
        raise Invalid(f"the header's alg is {header.get('alg')!r}; only {wanted} is accepted")
    # RFC 7515 §4.1.11: who does not know a critical extension must refuse the token.
    if "crit" in header:
        raise Invalid("the header asks for extensions (crit) that this tenant does not know")
    if header.get("typ", "JWT") != typ:
        raise Invalid(f"the header's typ is {header.get('typ')!r}, not {typ!r}")
    signed = f"{header_part}.{payload_part}".encode()
    return Parted(header, payload_part, signed, decode(signature_part))


def unsigned_text(header: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """Make the part of a token that is signed (RFC 7515 section 5.1)."""
    texts = (json.dumps(each, separators=(",", ":")) for each in (header, payload))
    return ".".join(encode(text.encode()) for text in texts)


def encode(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 §2). Raises `Invalid` for a second spelling."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Invalid("a part is not base64url") from error
    # The decoder skips foreign characters and ignores left-over bits; a second look does not.
    if encode(data) != text:
        raise Invalid("a part is not base64url in its one proper spelling")
    return data


def _parts(token: str) -> list[str]:
    parts = token.split(".")
    if len(parts) != 3:
        raise Invalid("it is not a token: three parts with dots between them are expected")
    return parts


def _signature(text: bytes, key: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _object(data: bytes) -> Json:
    """Read a JSON object, refusing what two readers could understand differently."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_without_repeats)
        # Writing it again finds what no page could show: half characters, numbers without end.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Invalid(f"a part is not proper JSON: {error}") from error
    if not isinstance(value, dict):
        raise Invalid("a part is JSON, but not an object")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    """RFC 7519 §4: member names must be unique."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is given twice")
    return members
