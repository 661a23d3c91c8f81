"""Session tokens as the tenant makes them, and their parts to make bad ones of."""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hook.conformance import jose
from hook.conformance.target import Target
from hook.conformance.urls import with_query

LIFETIME = 1_200
"""How long an arrival is good, seconds."""
_NONCE, _SEAL = 12, 9


@dataclass(frozen=True)
class Maker:
    """Makes tokens for one hook."""

    target: Target

    def payload(self, **changes: Any) -> dict[str, Any]:
        """Make the payload of a good token; a change to None leaves a member out."""
        now = int(time.time())
        good = {
            "iss": self.target.iss,
            "aud": self.target.aud,
            "iat": now,
            "exp": now + LIFETIME,
            "state": new_state(self.target.secret),
            "redirectUrl": self.target.return_url,
            "claims": dict(self.target.claims),
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self,
        header: Mapping[str, Any] = jose.HEADER,
        key: bytes | None = None,
        digest: str = "sha256",
        **changes: Any,
    ) -> str:
        """Make a token; without arguments a good one."""
        payload = jose.write(self.payload(**changes))
        return jose.sign(
            jose.write(header), payload, self.target.secret if key is None else key, digest
        )

    def journey(self, own_query: bool) -> str:
        """Make a good token whose redirectUrl may have a query of its own."""
        state = new_state(self.target.secret)
        url = return_url(self.target, state) if own_query else self.target.return_url
        return self.token(state=state, redirectUrl=url)


def new_state(secret: bytes) -> str:
    """Make a state of 21 signs, as long as the platform's; `is_state` knows it again."""
    nonce = secrets.token_urlsafe(_NONCE)[:_NONCE]
    return nonce + _seal(secret, nonce)


def is_state(secret: bytes, state: object) -> bool:
    """Tell whether a state was made here, in whatever run: nothing needs to be remembered."""
    if not isinstance(state, str) or not state.isascii():
        return False
    return hmac.compare_digest(state[_NONCE:], _seal(secret, state[:_NONCE]))


def return_url(target: Target, state: str) -> str:
    """Give the redirectUrl with a query of its own that belongs to a state."""
    return with_query(target.return_url, [("interaction", _seal(target.secret, state))])


def _seal(secret: bytes, text: str) -> str:
    return jose.encode(hmac.digest(secret, b"conformance " + text.encode(), "sha256"))[:_SEAL]
