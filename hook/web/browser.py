"""The cookie: a signed random key of the browser, and nothing else."""

import hashlib
import secrets
from urllib.parse import urlsplit

from flask import Request, Response
from itsdangerous import BadSignature, Signer

from hook.tenant import Config

_LIFETIME = 86_400


class Browser:
    """Reads and writes the cookie, and makes the form tokens that are bound to it."""

    def __init__(self, config: Config) -> None:
        # The library signs with the last key and verifies with all.
        keys = list(reversed(config.cookie_keys))
        self._cookie = Signer(keys, salt="hook browser", digest_method=hashlib.sha256)
        self._form = Signer(keys, salt="hook form", digest_method=hashlib.sha256)
        self._secure = not config.is_local
        # Browsers keep one jar for all ports of a machine, where two hooks may try a handoff.
        port = urlsplit(config.public_url).port
        self.name = "__Host-hook" if self._secure else f"hook-{port or 80}"

    def read(self, request: Request) -> str | None:
        """Give the browser's key; None without a cookie of ours."""
        try:
            return self._cookie.unsign(request.cookies.get(self.name, "")).decode("ascii")
        except (BadSignature, UnicodeError):
            return None

    def write(self, response: Response, key: str) -> None:
        """Set the cookie: Lax, as Strict would lose the way from the tenant to here."""
        response.set_cookie(
            self.name,
            self._cookie.sign(key).decode("ascii"),
            max_age=_LIFETIME,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def form_token(self, key: str, journey_id: str) -> str:
        """Make the token for the forms of one journey in one browser (T45)."""
        return self._form.get_signature(f"{key}.{journey_id}").decode("ascii")

    def is_form_token(self, token: str, key: str, journey_id: str) -> bool:
        """Check a form token in constant time, under every cookie key."""
        try:
            return self._form.verify_signature(f"{key}.{journey_id}", token)
        except UnicodeError:
            return False


def new_key() -> str:
    """Make a browser's key: 128 random bits."""
    return secrets.token_urlsafe(16)


def digest(key: str) -> bytes:
    """Give what is stored of a browser's key."""
    return hashlib.sha256(key.encode()).digest()
