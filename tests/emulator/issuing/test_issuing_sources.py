"""Claims sources: systems of the issuer, asked while a credential is made."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from hook.emulator.issuing import sources
from hook.emulator.state import Configuration, Json
from tests.support.api import Api, Script, failing, hangs_up, says, says_nothing, sends
from tests.support.issuing import STUDENT, Desk, issued, refusal

KEY: Json = {"type": "api-key", "value": "k-123456789"}
PARAMETERS: Json = {
    "email": {"mapFrom": "claims.email"},
    "kind": {"defaultValue": "student"},
    "type": {"mapFrom": "credentialConfiguration.type"},
    "absent": {"mapFrom": "claims.absent"},
    "year": {"mapFrom": "claims.absent", "defaultValue": 2026},
}
SENT = {
    "email": "ripeka@kauri.example", "kind": "student", "type": "StudentCard", "year": 2026,
}  # fmt: skip


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as api:
        yield api


def connect(desk: Desk, api: Api, **source: Any) -> None:
    """Let the student card have claims of a source, with a number that it must have."""
    source = {
        "id": "s1",
        "name": "student register",
        "url": api.url("/claims"),
        "authorization": KEY,
        "requestParameters": PARAMETERS,
    } | source
    desk.tenant.state.claim_sources.put("s1", source)
    kept = desk.tenant.state.configurations
    found = kept.get(desk.configuration())
    assert found
    mappings = found.body["claimMappings"] | {"number": {"mapFrom": "claims.number"}}
    body = found.body | {"claimSourceId": "s1", "claimMappings": mappings}
    kept.put(found.id, Configuration(found.id, found.format, body))


def number(desk: Desk) -> str | None:
    """Ask for a card; gives the number on it."""
    subject: Json = issued(desk.wanted(STUDENT))["credentialSubject"]
    return subject.get("number")


def test_a_source_is_asked_with_parameters_in_the_query(desk: Desk, api: Api) -> None:
    api.will("/claims", says({"number": "K-1001"}))
    connect(desk, api)
    assert number(desk) == "K-1001"
    (request,) = api.asked("/claims")
    assert request.method == "GET"
    assert request.headers["x-api-key"] == "k-123456789"
    assert request.query == {name: [str(value)] for name, value in SENT.items()}
    assert desk.journey.issued[0]["origins"]["number"] == "source"


def test_a_source_may_be_asked_by_post(desk: Desk, api: Api) -> None:
    api.will("/claims", says({"number": "K-1001"}))
    connect(desk, api, requestMethod="POST")
    assert number(desk) == "K-1001"
    (request,) = api.asked("/claims")
    assert (request.method, request.query) == ("POST", {})
    assert request.headers["Content-Type"] == "application/json"
    assert request.json == SENT


def test_a_source_may_want_a_token(desk: Desk, api: Api) -> None:
    api.will("/token", says({"access_token": "t0k", "token_type": "Bearer"}))
    api.will("/claims", says({"number": "K-1001"}))
    client = {
        "type": "oauth-client-credentials",
        "tokenEndpoint": api.url("/token"),
        "clientId": "tenant",
        "clientSecret": "s3",
        "scope": "claims",
    }
    connect(desk, api, authorization=client)
    assert number(desk) == "K-1001"
    (asked,) = api.asked("/token")
    assert parse_qs(asked.body.decode(), strict_parsing=True) == {
        "grant_type": ["client_credentials"],
        "client_id": ["tenant"],
        "client_secret": ["s3"],
        "scope": ["claims"],
    }
    (request,) = api.asked("/claims")
    assert request.headers["Authorization"] == "Bearer t0k"
    assert "x-api-key" not in request.headers
    assert desk.events == [
        "OPENID_CREDENTIAL_START",
        "OPENID_CLAIM_SOURCE_AUTHORIZATION_START",
        "OPENID_CLAIM_SOURCE_AUTHORIZATION_SUCCESS",
        "OPENID_CLAIM_SOURCE_RETRIEVE_START",
        "OPENID_CLAIM_SOURCE_RETRIEVE_SUCCESS",
        "OPENID_CREDENTIAL_SUCCESS",
    ]


@pytest.mark.parametrize(
    "script",
    [failing(500), says([]), says(None), says("text"), sends(b"no JSON"), hangs_up, says_nothing],
)
def test_a_source_that_fails_has_nothing_to_say(
    desk: Desk, api: Api, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    api.will("/claims", script, says({"number": "K-1001"}))
    connect(desk, api)
    with monkeypatch.context() as patch:
        patch.setattr(sources, "PATIENCE", 0.5)
        assert number(desk) is None
    assert "OPENID_CLAIM_SOURCE_RETRIEVE_FAIL" in desk.events
    assert desk.events[-1] == "OPENID_CREDENTIAL_SUCCESS"
    assert number(desk) == "K-1001"


@pytest.mark.parametrize("script", [failing(401), says({"access_token": 1}), hangs_up])
def test_without_a_token_the_source_is_not_asked(desk: Desk, api: Api, script: Script) -> None:
    api.will("/token", script)
    api.will("/claims", says({"number": "K-1001"}))
    client = {
        "type": "oauth-client-credentials",
        "tokenEndpoint": api.url("/token"),
        "clientId": "tenant",
        "clientSecret": "s3",
    }
    connect(desk, api, authorization=client)
    assert number(desk) is None
    assert api.asked("/claims") == []
    assert "OPENID_CLAIM_SOURCE_AUTHORIZATION_FAIL" in desk.events


def test_only_a_required_claim_makes_a_silent_source_matter(desk: Desk, api: Api) -> None:
    api.will("/claims", failing(500), says({"name": "of the source"}))
    connect(desk, api)
    nameless: Json = {"login_claims": {"email": "ripeka@kauri.example"}}
    assert refusal(desk.wanted(STUDENT, **nameless)) == (400, "credential_request_denied")
    subject = issued(desk.wanted(STUDENT, **nameless))["credentialSubject"]
    assert subject["name"] == "of the source"


def test_the_inspector_sees_the_call_without_its_key(desk: Desk, api: Api) -> None:
    api.will("/claims", says({"number": "K-1001"}))
    connect(desk, api)
    issued(desk.wanted(STUDENT))
    hop = next(each for each in desk.journey.hops if "student register" in each.title)
    assert hop.url == api.url("/claims")
    assert hop.carried == {"parameters": SENT, "claims": {"number": "K-1001"}}
    assert KEY["value"] not in repr(desk.journey.hops) + repr(desk.tenant.state.events.names())


def test_a_credential_without_a_source_asks_nobody(desk: Desk, api: Api) -> None:
    assert number(desk) is None
    assert desk.events == ["OPENID_CREDENTIAL_START", "OPENID_CREDENTIAL_SUCCESS"]
    assert api.asked("/claims") == []
