"""What a browser's script posts of a passkey, read strictly, and the checks on its client data."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from webauthn.helpers.exceptions import InvalidAuthenticationResponse, InvalidRegistrationResponse

TEXT_MOST = 32_768
"""Longest text in what a browser posts, characters."""


class Refused(Exception):
    """What the browser posted proves nothing; `reason` is a code for the log, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Posted:
    """A PublicKeyCredential as JSON (W3C WebAuthn Level 3, section 5.1), its shape checked."""

    id: str
    response: Mapping[str, Any] = field(repr=False)
    client_data: bytes = field(repr=False)


def read_posted(credential: object) -> Posted:
    """Read a credential as far as registration and authentication are alike; raises Refused."""
    raw_id = _text(credential, "rawId")
    response = _member(credential, "response")
    if _member(credential, "type") != "public-key":
        raise Refused("malformed")
    if _text(credential, "id") != raw_id:
        raise Refused("credential_id")
    decode(raw_id)
    if not isinstance(response, Mapping):
        raise Refused("malformed")
    return Posted(raw_id, response, binary(response, "clientDataJSON"))


def binary(holder: object, name: str) -> bytes:
    """Decode a member in base64url; raises Refused."""
    return decode(_text(holder, name))


def encode(data: bytes) -> str:
    """Write base64url without padding, as WebAuthn's JSON has it (section 5.1)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url without padding in its one spelling; raises Refused."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None
    # Python skips what is not of the alphabet, and the library with it.
    if encode(data) != text:
        raise Refused("malformed")
    return data


def check_client_data(data: bytes, kind: str, challenge: str, origin: str) -> None:
    """Check type, challenge, origin and embedding (section 7.1, steps 5 to 11; 7.2 likewise).

    Takes the very bytes that are hashed for the signature. Raises Refused.
    """
    found = _client_data(data)
    if found.get("type") != kind:
        raise Refused("type")
    # An empty challenge would be a caller's slip, and anybody could answer it.
    if not challenge or found.get("challenge") != challenge:
        raise Refused("challenge")
    if found.get("origin") != origin:
        raise Refused("origin")
    if found.get("crossOrigin", False) is not False or "topOrigin" in found:
        raise Refused("cross_origin")


@contextmanager
def library(refusal: str) -> Iterator[None]:
    """Call the library: its verdict becomes Refused(refusal), any other exception "malformed"."""
    try:
        yield
    except Refused:
        raise
    except (InvalidRegistrationResponse, InvalidAuthenticationResponse):
        raise Refused(refusal) from None
    except Exception:  # noqa: BLE001 - on malformed input it raises whatever its parsers raise
        raise Refused("malformed") from None


def _member(holder: object, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else None


def _text(holder: object, name: str) -> str:
    value = _member(holder, name)
    if not isinstance(value, str) or len(value) > TEXT_MOST:
        raise Refused("malformed")
    return value


def _client_data(data: bytes) -> dict[str, object]:
    try:
        # A byte order mark is to be stripped (section 7.1, step 5); the library strips it too.
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(found, dict):
        raise Refused("malformed")
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members
