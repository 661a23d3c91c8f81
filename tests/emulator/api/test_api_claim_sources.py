"""Claims sources: their shapes, and a key that nobody reads twice."""

from typing import Any

import pytest

from hook.emulator.state import Json
from tests.support.emulator_api import NOWHERE, Api, problem

PATH = "/v1/claim-sources"
SOURCE: Json = {
    "name": "Student register",
    "url": "https://register.kauri.nz/claims",
    "authorization": {"type": "api-key", "value": "kauri-rimu-totara-12345"},
    "requestParameters": {
        "email": {"mapFrom": "claims.email"},
        "kind": {"mapFrom": "credentialConfiguration.type", "defaultValue": "student"},
    },
}
FROM_EMAIL = {"mapFrom": "claims.email"}
OAUTH: Json = {
    "type": "oauth-client-credentials",
    "tokenEndpoint": "https://login.kauri.nz/token",
    "clientId": "vii",
    "clientSecret": "kauri-rimu-totara-12345",
}


def test_a_source_is_made_shown_changed_and_deleted_with_its_key_masked(api: Api) -> None:
    answer = api.post(PATH, SOURCE)
    assert answer.status_code == 201
    made = answer.json
    path = f"{PATH}/{made['id']}"
    masked = SOURCE["authorization"] | {"value": "******************12345"}
    assert made == SOURCE | {"id": made["id"], "requestMethod": "GET", "authorization": masked}
    assert api.get(path).json == made
    assert api.get(PATH).json == {"data": [made]}
    changed = api.put(path, SOURCE | {"name": "Register", "requestMethod": "POST"})
    assert changed.json == made | {"name": "Register", "requestMethod": "POST"}
    assert api.delete(path).status_code == 204
    assert api.get(PATH).json == {"data": []}


def test_the_tenant_itself_keeps_the_key_as_it_is(api: Api) -> None:
    made = api.made(PATH, SOURCE)
    kept = api.tenant.state.claim_sources.get(made["id"])
    assert kept
    assert kept["authorization"] == SOURCE["authorization"]


def test_a_client_secret_is_masked_too(api: Api) -> None:
    made = api.made(PATH, SOURCE | {"authorization": OAUTH})
    assert made["authorization"] == OAUTH | {"clientSecret": "******************12345"}


@pytest.mark.parametrize(("secret", "shown"), [("p@", "**"), ("p@ss", "***s"), ("x" * 15, None)])
def test_little_of_a_short_key_is_shown(api: Api, secret: str, shown: str | None) -> None:
    made = api.made(PATH, SOURCE | {"authorization": {"type": "api-key", "value": secret}})
    assert made["authorization"]["value"] == (shown or "*" * 10 + "x" * 5)


@pytest.mark.parametrize(
    ("member", "wrong", "right"),
    [
        ("name", "", "Register"),
        ("url", "http://register.kauri.nz", "https://register.kauri.nz"),
        ("url", "https://register.kauri.nz?x=1", "http://localhost:8000/claims"),
        ("requestMethod", "PUT", "POST"),
        ("authorization", {"type": "api-key"}, {"type": "api-key", "value": "k"}),
        ("authorization", {"type": "basic", "value": "k"}, OAUTH),
        ("requestParameters", FROM_EMAIL, {"mapFrom": FROM_EMAIL}),
        ("requestParameters", {"a": {"mapFrom": "email"}}, {"a": FROM_EMAIL}),
        ("requestParameters", {"a": {}}, {"a": {"defaultValue": 1}}),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named_and_the_right_one_taken(
    api: Api, member: str, wrong: Any, right: Any
) -> None:
    status, _, param = problem(api.post(PATH, SOURCE | {member: wrong}))
    assert status == 400
    assert param.startswith(member)
    assert api.post(PATH, SOURCE | {member: right}).status_code == 201


@pytest.mark.parametrize("member", ["name", "url", "authorization", "requestParameters"])
def test_a_source_needs_each_of_these(api: Api, member: str) -> None:
    less = {name: value for name, value in SOURCE.items() if name != member}
    assert problem(api.post(PATH, less)) == (400, "BadRequest", member)


def test_error_bodies_call_its_id_as_the_platform_does(api: Api) -> None:
    assert problem(api.get(f"{PATH}/abc")) == (400, "BadRequest", "claimSourceId")
    assert problem(api.get(f"{PATH}/{NOWHERE}")) == (404, "NotFound", "claimSourceId")
