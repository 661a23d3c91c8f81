"""A stand-in tenant with a clock that tests set, and hook and wallet played by hand.

The played hook reads and signs tokens with PyJWT: a second implementation beside the tenant's own.
"""

import base64
import hashlib
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hook.emulator import Settings, create_emulator
from hook.emulator.state import Hop, Journey
from hook.emulator.tenant import Tenant
from tests.support.serving import free_port, port_of, serving

SECRET = "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU="
NOON = 1_795_000_000
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def challenge_of(verifier: str) -> str:
    """What a wallet says of its verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


WALLET = "nz.kauri.wallet://cb"
REQUEST = {
    "response_type": "code",
    "client_id": "demo-wallet",
    "redirect_uri": WALLET,
    "scope": "ldp_vc:StudentCard",
    "state": "w1",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
GRANT = {
    "grant_type": "authorization_code",
    "client_id": "demo-wallet",
    "redirect_uri": WALLET,
    "code_verifier": VERIFIER,
}


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address, each of which is there once."""
    pairs = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in pairs.values())
    return {name: values[0] for name, values in pairs.items()}


def changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Values with changes; a change of None takes one away."""
    return {name: value for name, value in (values | changes).items() if value is not None}


class Trip:
    """One browser at one stand-in tenant."""

    def __init__(self, **settings: Any) -> None:
        settings = {"hook_url": "http://localhost:8000/kauri", "secret": SECRET} | settings
        self.settings = Settings(**settings)
        self.time: float = NOON
        self.app = create_emulator(self.settings, lambda: self.time)
        self.tenant: Tenant = self.app.extensions["emulator"]
        self.browser: FlaskClient = self.app.test_client()

    def get(self, url: str) -> TestResponse:
        """Open an address; a bare path is one of the tenant's."""
        return self.browser.get(url if "://" in url else self.settings.tenant_url + url)

    def post(self, path: str, form: dict[str, Any]) -> TestResponse:
        """Send a form to a path of the tenant."""
        return self.browser.post(self.settings.tenant_url + path, data=form)

    # The hook, visited directly.

    def press(self, kind: str) -> TestResponse:
        """Ask for one kind of visit to the hook."""
        return self.post("/visit", {"kind": kind})

    def visit(self, kind: str = "good") -> str:
        """Ask for a visit and return the session token the hook would get."""
        return query_of(self.press(kind).location)["session_token"]

    def arrival(self, kind: str = "good") -> dict[str, Any]:
        """Ask for a visit and return what the session token says, whoever signed it."""
        return jwt.decode(self.visit(kind), options={"verify_signature": False})

    def answer(self, arrival: dict[str, Any], **changes: object) -> dict[str, Any]:
        """Make a proper answer; a change of None takes a member away."""
        now = int(self.time)
        answer = {
            "iss": arrival["aud"],
            "aud": arrival["iss"],
            "iat": now,
            "exp": now + 60,
            "state": arrival["state"],
            "claims": {"pronouns": "she/her"},
            "claimsToPersist": [],
        }
        return changed(answer, changes)

    def sign(self, payload: dict[str, Any], key: bytes = b"", algorithm: str = "HS256") -> str:
        """Sign as a hook does."""
        return jwt.encode(payload, key or self.settings.key, algorithm)

    def come_back(self, arrival: dict[str, Any], token: str) -> TestResponse:
        """Follow redirectUrl with an answer added, as the browser does."""
        joint = "&" if "?" in arrival["redirectUrl"] else "?"
        return self.get(f"{arrival['redirectUrl']}{joint}{urlencode({'session_token': token})}")

    def finish(self, **changes: object) -> TestResponse:
        """Make a whole visit: a good one, and an answer with these changes."""
        arrival = self.arrival()
        return self.come_back(arrival, self.sign(self.answer(arrival, **changes)))

    # The wallet, played by hand.

    def authorize(self, **changes: object) -> TestResponse:
        """Ask for authorization as a wallet does."""
        return self.get(f"/v1/oauth/authorize?{urlencode(changed(REQUEST, changes))}")

    def log_in(self, login: str, **typed: str) -> TestResponse:
        """Fill in the login page; returns the response to the browser's return to the tenant."""
        person = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example", "answer": "login"}
        return self.get(self.browser.post(login, data=person | typed).location)

    def to_hook(self, **changes: object) -> dict[str, Any]:
        """Go from the wallet through the login; returns what the hook's session token says."""
        response = self.log_in(self.authorize(**changes).location)
        return self.arrived(response.location)

    def arrived(self, address: str) -> dict[str, Any]:
        """Read the session token in an address of the hook."""
        token = query_of(address)["session_token"]
        return jwt.decode(token, options={"verify_signature": False})

    def answered(self, arrival: dict[str, Any], **changes: object) -> TestResponse:
        """Answer as the hook."""
        return self.come_back(arrival, self.sign(self.answer(arrival, **changes)))

    def code(self, **changes: object) -> str:
        """Go the whole way to an authorization code; the hook answers with these changes."""
        return query_of(self.answered(self.to_hook(), **changes).location)["code"]

    def token(self, **changes: object) -> TestResponse:
        """Ask for an access token."""
        return self.post("/v1/oauth/token", changed(GRANT, changes))

    # The issuer's own system.

    def manage(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the management API, as a client with a token."""
        base = self.settings.tenant_url
        client = {"client_id": "c", "client_secret": "s", "grant_type": "client_credentials"}
        asked = self.browser.post(f"{base}/oauth/token", json=client | {"audience": base})
        headers = {"Authorization": f"Bearer {(asked.json or {})['access_token']}"}
        answer = self.browser.open(base + path, method=method, json=body, headers=headers)
        assert answer.status_code < 300
        return answer.json or {}

    def offer(self, path: str, kind: str, **more: Any) -> dict[str, Any]:
        """Offer the demo credential of a format; gives what the API answers."""
        wanted = self.tenant.state.configurations.find(lambda each: each.format == kind)
        assert wanted
        return self.manage("POST", f"/v1/openid/offers{path}", {"credentials": [wanted.id]} | more)

    # What the tenant remembers.

    @property
    def journey(self) -> Journey:
        """The latest journey."""
        return self.tenant.state.journeys.all()[-1]

    @property
    def hop(self) -> Hop:
        """The latest hop of the latest journey."""
        return self.journey.hops[-1]

    @property
    def events(self) -> list[str]:
        """The names of the latest journey's events."""
        return [event.name for event in self.tenant.state.events.of(self.journey.id)]


class ServedTrip(Trip):
    """A stand-in tenant on a port of its own: it can ask its own login provider."""

    def __init__(self, **settings: Any) -> None:
        self._port = free_port()
        here = {
            "tenant_url": f"http://localhost:{port_of(self._port)}",
            "wallet_url": f"http://127.0.0.1:{port_of(self._port)}",
        }
        super().__init__(**(here | settings))
        self._serving = serving(self.app, self._port)

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.__exit__(None, None, None)
