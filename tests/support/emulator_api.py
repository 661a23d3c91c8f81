"""A client of a stand-in tenant's management API, with a clock that tests set."""

import threading
from functools import cache
from time import sleep
from types import FrameType
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient

from hook.emulator import Settings, create_emulator
from hook.emulator.seed import reset
from hook.emulator.state import Json
from hook.emulator.tenant import Tenant
from tests.support.crowd import Act, crowd

A = TypeVar("A")
R = TypeVar("R")

SECRET = "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU="
NOON = 1_795_000_000
NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that stands for nothing."""

CLIENT: Json = {
    "client_id": "cli-7",
    "client_secret": "s3",
    "audience": "http://localhost:9000",
    "grant_type": "client_credentials",
}
JSON_CARD: Json = {
    "name": "Library card",
    "type": "LibraryCard",
    "issuer": {"name": "Kauri Polytechnic"},
    "claimMappings": {"name": {"mapFrom": "claims.name", "required": True}},
}
MOBILE_CARD: Json = {
    "type": "nz.kauri.library.1",
    "expiresIn": {"months": 12},
    "claimMappings": {"nz.kauri.1": {"name": {"mapFrom": "claims.name", "type": "string"}}},
}
JSON_PATH = "/v2/credentials/web-semantic/configurations"
MOBILE_PATH = "/v2/credentials/mobile/configurations"


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.time: float = NOON

    def __call__(self) -> float:
        return self.time


def built(**settings: Any) -> Flask:
    """Build a stand-in tenant with these settings, and a clock of its own."""
    known = {"hook_url": "http://localhost:8000/kauri", "secret": SECRET}
    return create_emulator(Settings(**(known | settings)), Clock())


@cache
def shared(seed: bool) -> Flask:
    """Build a stand-in tenant once for all tests: its many addresses take their time."""
    return built(seed=seed)


class Api:
    """One API client, with a token, at one stand-in tenant that is as at its start."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.tenant: Tenant = app.extensions["emulator"]
        assert isinstance(self.tenant.clock, Clock)
        self.clock = self.tenant.clock
        self.clock.time = NOON
        reset(self.tenant)
        self.client: FlaskClient = app.test_client()
        self.headers: dict[str, str] = {}
        token = self.post("/oauth/token", CLIENT).json["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request, with a JSON body if there is one; gives the test client's response."""
        url = self.tenant.settings.tenant_url + path
        headers = self.headers | more.pop("headers", {})
        return self.client.open(url, method=method, json=body, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any, **more: Any) -> Any:
        return self.ask("POST", path, body, **more)

    def put(self, path: str, body: Any, **more: Any) -> Any:
        return self.ask("PUT", path, body, **more)

    def delete(self, path: str) -> Any:
        return self.ask("DELETE", path)

    def made(self, path: str, body: Any) -> Json:
        """Make a thing and give it as the API does."""
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.json
        made: Json = answer.json
        return made

    def told(self) -> list[str]:
        """The names of all events so far."""
        return self.tenant.state.events.names()


def at_once(place: A, count: int, act: Act[A, R]) -> list[R]:
    """Let many act at one moment, each giving way to others after every line of the emulator.

    Python alone changes threads so rarely that two lines look like one act.
    """

    def give_way(frame: FrameType, _: str, __: Any) -> Any:
        if "emulator" not in frame.f_code.co_filename:
            return None
        sleep(0)
        return give_way

    threading.settrace(give_way)
    try:
        return crowd(place, count, act)
    finally:
        threading.settrace(None)


def problem(answer: Any) -> tuple[int, str, str]:
    """Status, code and first parameter of an error body, which has nothing undocumented."""
    body: Json = answer.json
    assert set(body) <= {"code", "message", "details"}
    assert isinstance(body["message"], str)
    details = body.get("details", [])
    for detail in details:
        assert set(detail) <= {"location", "param", "msg", "value"}
    return answer.status_code, body["code"], details[0]["param"] if details else ""
