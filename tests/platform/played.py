"""A tenant that answers as it is told, word by word: for all that a good one would not say.

with Played({"GET /v1/openid/configuration": said(404, code="NotFound")}) as tenant:
    api.registration(tenant.client())
    tenant.asked            # [("POST", "/oauth/token"), ("GET", "/v1/openid/configuration")]
"""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Self

from hook.platform.client import Client
from hook.tenant import Platform
from tests.calls.servers import Api, Script, answer

CLIENT_SECRET = "sentinel-client-secret"
TOKEN = "sentinel-token"
GIVEN = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 14_400}
TOKENS = "POST /oauth/token"
HOOK = "GET /v1/openid/configuration"


def said(status: int, **members: Any) -> Script:
    """Answer with a status and a JSON object."""
    return answer(json.dumps(members).encode(), f"{status} So")


@dataclass
class Played:
    """Listens on this machine; a context manager. Tokens are given unless told otherwise."""

    answers: Mapping[str, Script | list[Script]]
    """By method and path without the query; of a list each in turn."""
    taken: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.api = Api(self._script).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.api.__exit__()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.api.port}"

    @property
    def platform(self) -> Platform:
        return Platform(self.url, self.url, f"{self.url}/audience", "cli-7", "env:NOWHERE")

    def client(self, clock: Callable[[], float] = lambda: 0.0) -> Client:
        return Client(self.platform, CLIENT_SECRET, clock)

    @property
    def asked(self) -> list[str]:
        """What was asked for, in order: method and target."""
        return [" ".join(_line(request)) for request in self.api.requests]

    def bodies(self, method: str) -> list[Any]:
        """The JSON bodies of requests of a method, other than for tokens."""
        return [
            json.loads(request.partition(b"\r\n\r\n")[2])
            for request in self.api.requests
            if _line(request)[0] == method and _line(request)[1] != "/oauth/token"
        ]

    def _script(self, client: socket.socket, ended: Event) -> None:
        method, target = _line(self.api.requests[-1])
        key = f"{method} {target.partition('?')[0]}"
        script = self.answers.get(key, said(200, **GIVEN) if key == TOKENS else said(404))
        if isinstance(script, list):
            script = script[min(self.taken.count(key), len(script) - 1)]
        self.taken.append(key)
        script(client, ended)


def _line(request: bytes) -> tuple[str, str]:
    method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
    return method, target
