"""A login provider of another team, on a port of its own, that can be told to do wrong.

It signs with PyJWT and shares no code with the tenant's own.
"""

import base64
import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.support.emulator_trip import NOON, changed

CLIENT, SECRET = "vii", "p@ss: word+%"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is there to be refused
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def jwk(key: Any, **more: str) -> dict[str, Any]:
    """The public half of a key."""
    algorithm = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "use": "sig", **more}


class LoginProvider:
    """Logs everybody in as Ripeka: the code is the nonce of the login."""

    def __init__(self) -> None:
        self.key: Any = EC_KEY
        self.algorithm = "ES256"
        self.kid: str | None = "one"
        self.keys = [jwk(EC_KEY, kid="one")]
        self.changes: dict[str, Any] = {}
        """What is different in the ID token; None leaves a claim out."""
        self.discovery: dict[str, Any] = {}
        """What is different in the discovery document."""
        self.answers: dict[str, tuple[int, bytes]] = {}
        """Status and body by path, in the place of what it would say."""
        self.asked: list[tuple[dict[str, str], dict[str, str]]] = []
        """Headers and form of each request for a token."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def settings(self, **changes: Any) -> dict[str, Any]:
        """How the tenant is told about it."""
        provider = {
            "id": "6b1c0d1e-0000-4000-8000-000000000000",
            "url": self.url,
            "clientId": CLIENT,
            "clientSecret": SECRET,
            "scope": ["openid", "email"],
        }
        return provider | changes

    def document(self, path: str) -> dict[str, Any]:
        """What it answers to GET."""
        if path == "/keys":
            return {"keys": self.keys}
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/login?theme=dark",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return changed(document, self.discovery)

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """What it answers to a request for a token."""
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": NOON,
            "exp": NOON + 300,
            "nonce": form["code"],
            "sub": "k|17",
            "email": "ripeka@kauri.example",
        }
        header = {} if self.kid is None else {"kid": self.kid}
        payload = changed(claims, self.changes)
        return {"id_token": jwt.encode(payload, self.key, self.algorithm, headers=header)}


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, provider: LoginProvider, *args: Any) -> None:
        self._provider = provider
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer(self._provider.document(urlsplit(self.path).path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._provider.asked.append((dict(self.headers), form))
        self._answer(self._provider.token(form))

    def _answer(self, value: dict[str, Any]) -> None:
        good = (200, json.dumps(value).encode())
        status, body = self._provider.answers.get(urlsplit(self.path).path, good)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def basic(headers: dict[str, str]) -> str:
    """The decoded credentials of an Authorization header."""
    return base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
