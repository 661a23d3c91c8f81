"""A stand-in tenant with a clock that tests set, and a hook played by hand.

The played hook reads and signs tokens with PyJWT: a second implementation beside the tenant's own.
"""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hook.emulator import Settings, create_emulator

SECRET = "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU="
NOON = 1_795_000_000


class Trip:
    """One browser at one stand-in tenant."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(
            "http://localhost:8000/kauri",
            SECRET,
            **settings,
        )
        self.time: float = NOON
        self.app = create_emulator(self.settings, lambda: self.time)
        self.browser: FlaskClient = self.app.test_client()

    def get(self, url: str) -> TestResponse:
        """Open an address; a bare path is one of the tenant's."""
        return self.browser.get(url if "://" in url else self.settings.tenant_url + url)

    def press(self, kind: str) -> TestResponse:
        """Press one of the buttons on the front page."""
        url = self.settings.tenant_url + "/visit"
        return self.browser.post(url, data={"kind": kind})

    def visit(self, kind: str = "good") -> str:
        """Press a button and return the session token the hook would get."""
        target = urlsplit(self.press(kind).location)
        return parse_qs(target.query)["session_token"][0]

    def arrival(self, kind: str = "good") -> dict[str, Any]:
        """Press a button and return what the session token says, whoever signed it."""
        return jwt.decode(self.visit(kind), options={"verify_signature": False})

    def answer(self, arrival: dict[str, Any], **changes: object) -> dict[str, Any]:
        """Make a proper answer; a change of None takes a member away."""
        answer = {
            "iss": arrival["aud"],
            "aud": arrival["iss"],
            "iat": NOON,
            "exp": NOON + 60,
            "state": arrival["state"],
            "claims": {"pronouns": "she/her"},
            "claimsToPersist": [],
        }
        return {name: value for name, value in (answer | changes).items() if value is not None}

    def sign(self, payload: dict[str, Any], key: bytes = b"", algorithm: str = "HS256") -> str:
        """Sign as a hook does."""
        return jwt.encode(payload, key or self.settings.key, algorithm)

    def come_back(self, arrival: dict[str, Any], token: str) -> TestResponse:
        """Follow redirectUrl with an answer added, as the browser does."""
        return self.get(f"{arrival['redirectUrl']}&{urlencode({'session_token': token})}")

    def finish(self, **changes: object) -> TestResponse:
        """Make a whole trip: a good visit, and an answer with these changes."""
        arrival = self.arrival()
        return self.come_back(arrival, self.sign(self.answer(arrival, **changes)))
