"""Client credentials: one token for all, as long as it lasts, and no word about the secret."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Barrier, Event, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import pytest

from hook.calls import Call, CallFailed, ClientCredentials, ask
from hook.calls.oauth import KEPT, KEPT_MOST, MARGIN
from tests.calls.servers import SECRET, TYPED, Api, answer, checked, local, silent

ODD = "kauri:id +&%ē"


@dataclass
class Tokens:
    """Issues token-1, token-2 and so on; `changes` are made to each answer, None leaves out."""

    changes: dict[str, Any] = field(default_factory=dict)
    status: str = "200 OK"
    seconds: float = 0
    """How long each answer takes."""
    issued: int = 0

    def __call__(self, client: Any, ended: Event) -> None:
        self.issued += 1
        ended.wait(self.seconds)
        right = {"access_token": f"token-{self.issued}", "token_type": "Bearer", "expires_in": 600}
        members = {
            name: value for name, value in (right | self.changes).items() if value is not None
        }
        answer(json.dumps(members).encode(), self.status)(client, ended)


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def api(tokens: Tokens) -> Iterator[Api]:
    with Api(tokens) as api:
        yield api


@pytest.fixture
def clock() -> Clock:
    return Clock()


def credentials(api: Api, **options: Any) -> ClientCredentials:
    right: dict[str, Any] = {"client_id": "kauri", "client_secret": SECRET, "private": True}
    return ClientCredentials(api.url, **(right | options))


def failure(given: ClientCredentials) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        given.header()
    return checked(caught.value)


def lasts(given: ClientCredentials, clock: Clock, seconds: float) -> bool:
    """Whether a token is kept for so many seconds, and not a moment longer."""
    first = given.header()
    clock.now += seconds - 0.5
    kept = given.header() == first
    clock.now += 0.5
    return kept and given.header() != first


def test_a_token_is_asked_for_as_the_rfc_says(api: Api) -> None:
    given = credentials(api, client_id=ODD, client_secret=f"{SECRET}:/ē", scope="people read")
    assert given.header() == {"Authorization": "Bearer token-1"}
    head, _, body = api.requests[0].decode().partition("\r\n\r\n")
    assert head.startswith("POST /people HTTP/1.1\r\n")
    assert parse_qsl(body) == [("grant_type", "client_credentials"), ("scope", "people read")]
    (basic,) = [line for line in head.split("\r\n") if line.startswith("Authorization: Basic ")]
    name, _, secret = b64decode(basic.split(" ")[2]).decode().partition(":")
    assert (unquote_plus(name), unquote_plus(secret)) == (ODD, f"{SECRET}:/ē")
    assert (name + secret).isascii()


def test_without_a_scope_none_is_asked_for(api: Api) -> None:
    credentials(api).header()
    assert api.requests[0].endswith(b"\r\n\r\ngrant_type=client_credentials")


def test_the_header_authorizes_a_call(api: Api) -> None:
    with Api() as people:
        ask(local(people, headers=credentials(api).header()))
        assert b"\r\nAuthorization: Bearer token-1\r\n" in people.requests[0]


def test_who_changes_the_header_changes_his_own(api: Api) -> None:
    given = credentials(api)
    given.header().clear()
    assert given.header() == {"Authorization": "Bearer token-1"}


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (600, 600 - MARGIN),
        (600.5, 600.5 - MARGIN),
        (40, 20),
        (None, KEPT),
        (KEPT_MOST + 1, KEPT_MOST - MARGIN),
        (10**400, KEPT_MOST - MARGIN),
    ],
)
def test_a_token_is_kept_as_long_as_it_lasts(
    api: Api, tokens: Tokens, clock: Clock, expires_in: float | None, seconds: float
) -> None:
    tokens.changes = {"expires_in": expires_in}
    assert lasts(credentials(api, clock=clock), clock, seconds)


@pytest.mark.parametrize("expires_in", [0, -5])
def test_a_token_that_has_ended_is_not_kept(
    api: Api, tokens: Tokens, clock: Clock, expires_in: int
) -> None:
    tokens.changes = {"expires_in": expires_in}
    given = credentials(api, clock=clock)
    assert [given.header(), given.header()] == [
        {"Authorization": "Bearer token-1"},
        {"Authorization": "Bearer token-2"},
    ]


def test_a_token_that_is_forgotten_is_asked_for_anew(api: Api) -> None:
    given = credentials(api)
    assert given.header() == given.header() == {"Authorization": "Bearer token-1"}
    given.forget()
    assert given.header() == given.header() == {"Authorization": "Bearer token-2"}


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_the_kind_of_a_token_may_be_written_in_any_case(
    api: Api, tokens: Tokens, kind: str
) -> None:
    tokens.changes = {"token_type": kind}
    assert credentials(api).header() == {"Authorization": "Bearer token-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"token_type": "mac"},
        {"token_type": None},
        {"token_type": 1},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": f"{SECRET}\r\nX: y"},
        {"access_token": f"{SECRET} {TYPED}"},
        {"access_token": "tōken"},
        {"expires_in": "600"},
        {"expires_in": True},
        {"expires_in": []},
    ],
)
def test_a_token_that_is_not_right_is_not_used(
    api: Api, tokens: Tokens, changes: dict[str, Any]
) -> None:
    tokens.changes = changes
    given = credentials(api)
    assert failure(given).reason == "malformed"
    tokens.changes = {}
    assert given.header() == {"Authorization": "Bearer token-2"}


def test_a_refusal_is_told_and_not_kept(api: Api, tokens: Tokens) -> None:
    tokens.status = "401 Unauthorized"
    given = credentials(api)
    failed = failure(given)
    assert (failed.reason, failed.status) == ("status", 401)
    tokens.status = "200 OK"
    assert given.header() == {"Authorization": "Bearer token-2"}


def test_those_who_come_at_once_share_one_token(api: Api, tokens: Tokens) -> None:
    tokens.seconds = 0.3
    given, together = credentials(api), Barrier(6)
    headers: list[dict[str, str]] = []

    def come() -> None:
        together.wait(60)
        headers.append(given.header())

    threads = [Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert headers == [{"Authorization": "Bearer token-1"}] * 6
    assert api.visits == 1


def test_nobody_waits_longer_than_one_attempt_may_take() -> None:
    together = Barrier(6)
    reasons: list[str] = []

    def come() -> None:
        together.wait(60)
        reasons.append(failure(given).reason)

    with Api(silent) as api:
        given = credentials(api, timeout=0.5)
        threads = [Thread(target=come) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert reasons == ["timeout"] * 6


def test_a_token_address_is_checked_like_any(api: Api) -> None:
    failed = failure(credentials(api, private=False))
    assert (failed.reason, failed.safe, api.visits) == ("address_refused", True, 0)
    with pytest.raises(ValueError, match="https"):
        ClientCredentials("http://api.example.org/token", "kauri", SECRET)


def test_credentials_do_not_show_the_secret(api: Api) -> None:
    given = credentials(api)
    given.header()
    call = Call("GET", "https://api.example.org/", headers=given.header())
    assert [word for word in (SECRET, "token-1") if word in repr(given) + repr(call)] == []
