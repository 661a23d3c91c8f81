"""The authentication provider: a tenant has one, whose url stays."""

from typing import Any

import pytest

from hook.emulator.state import Json
from tests.support.api import Api as Server
from tests.support.api import sends
from tests.support.crowd import Go
from tests.support.emulator_api import NOWHERE, Api, at_once, problem

PATH = "/v1/users/authentication-providers"
PROVIDER: Json = {
    "url": "https://login.kauri.nz",
    "clientId": "vii",
    "clientSecret": "kauri-rimu-totara",
}


def many(count: int) -> Json:
    """So many parameters."""
    return {str(number): number for number in range(count)}


def test_a_provider_is_made_with_the_documented_defaults_and_a_masked_secret(
    empty_api: Api,
) -> None:
    answer = empty_api.post(PATH, PROVIDER)
    assert answer.status_code == 201
    shown = answer.json
    assert empty_api.get(f"{PATH}/{shown['id']}").json == shown
    assert empty_api.get(PATH).json == {"data": [shown]}
    assert shown.pop("id")
    assert shown == {
        "url": "https://login.kauri.nz",
        "redirectUrl": "http://localhost:9000/v1/oauth/authentication/callback",
        "clientId": "vii",
        "clientSecret": "************otara",
        "scope": ["openid", "profile", "email"],
        "tokenEndpointAuthMethod": "client_secret_basic",
        "staticRequestParameters": {},
        "forwardedRequestParameters": [],
        "claimsToPersist": [],
    }


def test_a_second_provider_is_refused_until_the_first_is_deleted(empty_api: Api) -> None:
    first = empty_api.made(PATH, PROVIDER)
    assert problem(empty_api.post(PATH, PROVIDER)) == (400, "BadRequest", "url")
    assert empty_api.delete(f"{PATH}/{first['id']}").status_code == 204
    assert empty_api.post(PATH, PROVIDER).status_code == 201


def test_of_many_providers_made_at_once_one_is(empty_api: Api) -> None:
    def post(api: Api, _: int, go: Go) -> int:
        client = api.app.test_client()
        go()
        url = "http://localhost:9000" + PATH
        return client.post(url, json=PROVIDER, headers=api.headers).status_code

    assert sorted(at_once(empty_api, 20, post)) == [201] + [400] * 19


def test_a_put_changes_what_it_names_and_nothing_else(empty_api: Api) -> None:
    before = empty_api.made(PATH, PROVIDER)
    changed = empty_api.put(f"{PATH}/{before['id']}", {"scope": ["openid"]})
    assert (changed.status_code, changed.json) == (200, before | {"scope": ["openid"]})
    assert empty_api.get(f"{PATH}/{before['id']}").json == changed.json


def test_the_url_stays_whatever_the_switch_says(empty_api: Api) -> None:
    made = empty_api.made(PATH, PROVIDER)
    path = f"{PATH}/{made['id']}"
    assert empty_api.put(path, {"url": made["url"], "clientId": "vii-2"}).status_code == 200
    other = {"url": "https://other.kauri.nz"}
    assert problem(empty_api.put(path, other)) == (400, "BadRequest", "url")
    empty_api.tenant.state.switches.turn("provider-url-on-put", "ignore")
    assert empty_api.put(path, other).json["url"] == made["url"]


def test_port_and_fragment_of_the_url_are_dropped_but_on_this_machine(empty_api: Api) -> None:
    shown = empty_api.made(PATH, PROVIDER | {"url": "https://login.kauri.nz:8443/a#top"})
    assert shown["url"] == "https://login.kauri.nz/a"
    empty_api.delete(f"{PATH}/{shown['id']}")
    shown = empty_api.made(PATH, PROVIDER | {"url": "http://localhost:9000/idp"})
    assert shown["url"] == "http://localhost:9000/idp"


@pytest.mark.parametrize(
    ("member", "wrong", "right"),
    [
        ("url", "http://login.kauri.nz", "https://login.kauri.nz"),
        ("url", "https://login.kauri.nz?a=b", "https://login.kauri.nz"),
        ("clientId", "", "vii"),
        ("clientSecret", True, "kauri"),
        ("scope", ["profile"], ["openid", "profile"]),
        ("scope", "openid", ["openid"]),
        ("tokenEndpointAuthMethod", "private_key_jwt", "client_secret_post"),
        ("staticRequestParameters", {"a": "x" * 1000}, {"a": "x" * 999}),
        ("staticRequestParameters", many(1001), many(1000)),
        ("forwardedRequestParameters", ["login_hint", 1], ["login_hint"]),
        ("claimsToPersist", "email", ["email"]),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named_and_the_right_one_taken(
    empty_api: Api, member: str, wrong: Any, right: Any
) -> None:
    status, _, param = problem(empty_api.post(PATH, PROVIDER | {member: wrong}))
    assert status == 400
    assert param.startswith(member)
    assert empty_api.post(PATH, PROVIDER | {member: right}).status_code == 201


def test_a_provider_needs_a_url_and_a_client_id_but_no_secret(empty_api: Api) -> None:
    assert problem(empty_api.post(PATH, {"url": PROVIDER["url"]})) == (
        400,
        "BadRequest",
        "clientId",
    )
    assert problem(empty_api.post(PATH, {"clientId": "vii"})) == (400, "BadRequest", "url")
    shown = empty_api.made(PATH, {"url": PROVIDER["url"], "clientId": "vii"})
    assert "clientSecret" not in shown


def test_an_id_that_stands_for_nothing_is_not_found_by_each_verb(api: Api) -> None:
    path = f"{PATH}/{NOWHERE}"
    for answer in (api.get(path), api.put(path, {}), api.delete(path)):
        assert problem(answer) == (404, "NotFound", "id")
        assert answer.json["details"][0]["msg"] == "Resource Not Found"
        assert answer.json["details"][0]["value"] == NOWHERE


WHOLE = b'{"authorization_endpoint": "a", "token_endpoint": "t", "scopes_supported": ["openid"]}'
DISCOVERY = "/realm/.well-known/openid-configuration"


def discovered(api: Api, document: bytes, status: int = 200) -> tuple[int, int]:
    """Make a provider with this discovery document: the status, and how often it was read."""
    with Server() as server:
        server.will(DISCOVERY, sends(document, status))
        made = api.post(PATH, PROVIDER | {"url": server.url("/realm/")})
        return made.status_code, len(server.asked(DISCOVERY))


def test_discovery_is_read_at_once_only_if_the_switch_says_so(empty_api: Api) -> None:
    empty_api.tenant.state.switches.turn("provider-discovery", "at-create")
    assert discovered(empty_api, WHOLE) == (201, 1)
    (provider,) = empty_api.get(PATH).json["data"]
    empty_api.delete(f"{PATH}/{provider['id']}")
    empty_api.tenant.state.switches.turn("provider-discovery", "at-use")
    assert discovered(empty_api, WHOLE) == (201, 0)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"{}", 200),
        (b"[]", 200),
        (b"no JSON", 200),
        (WHOLE.replace(b"token_", b"t_"), 200),
        (WHOLE, 500),
    ],
)
def test_a_provider_that_cannot_be_discovered_is_refused(
    empty_api: Api, document: bytes, status: int
) -> None:
    empty_api.tenant.state.switches.turn("provider-discovery", "at-create")
    assert discovered(empty_api, document, status) == (400, 1)
    assert empty_api.get(PATH).json == {"data": []}


def test_a_provider_that_does_not_answer_is_refused(empty_api: Api) -> None:
    empty_api.tenant.state.switches.turn("provider-discovery", "at-create")
    with Server() as server:
        url = server.url("")
    assert problem(empty_api.post(PATH, PROVIDER | {"url": url})) == (400, "BadRequest", "url")
