"""The interaction hook's configuration: what it takes, and the secret that it gives."""

import base64
from typing import Any

import pytest

from hook.emulator.state import Json
from tests.support.crowd import Go
from tests.support.emulator_api import SECRET, Api, at_once, problem

PATH = "/v1/openid/configuration"
URL = "https://hook.kauri.nz/start"


def hook(**members: Any) -> Json:
    return {"interactionHook": {"url": URL, **members}}


def test_a_hook_is_configured_and_shown_with_a_secret_of_32_bytes(empty_api: Api) -> None:
    members = {"claims": ["name", "email"], "sessionTimeoutInSec": 600, "disabled": True}
    answer = empty_api.put(PATH, hook(**members))
    assert answer.status_code == 200
    shown = answer.json["interactionHook"]
    assert len(base64.b64decode(shown.pop("secret"), validate=True)) == 32
    assert shown == {"url": URL, **members}
    assert empty_api.get(PATH).json == answer.json


def test_claims_and_disabled_are_always_shown_and_the_timeout_only_when_set(api: Api) -> None:
    shown = api.put(PATH, hook()).json["interactionHook"]
    assert shown.pop("secret")
    assert shown == {"url": URL, "claims": [], "disabled": False}


def test_a_second_put_keeps_the_secret_unless_the_switch_says_rotate(api: Api) -> None:
    assert api.put(PATH, hook()).json["interactionHook"]["secret"] == SECRET
    api.tenant.state.switches.turn("secret-on-put", "rotate")
    assert api.put(PATH, hook()).json["interactionHook"]["secret"] != SECRET


def test_of_many_first_puts_at_once_all_show_one_secret(empty_api: Api) -> None:
    def put(api: Api, _: int, go: Go) -> str:
        client = api.app.test_client()
        go()
        answer = client.put("http://localhost:9000" + PATH, json=hook(), headers=api.headers)
        return str(answer.get_json()["interactionHook"]["secret"])

    assert len(set(at_once(empty_api, 20, put))) == 1


def test_an_empty_put_changes_nothing_unless_the_switch_says_remove(api: Api) -> None:
    before = api.get(PATH).json
    assert api.put(PATH, {}).json == before
    assert api.get(PATH).json == before
    api.tenant.state.switches.turn("empty-put", "remove")
    assert api.put(PATH, {}).json == {}
    assert api.get(PATH).json == {}


def test_without_a_hook_get_shows_nothing_or_not_found_as_the_switch_says(empty_api: Api) -> None:
    answer = empty_api.get(PATH)
    assert (answer.status_code, answer.json) == (200, {})
    empty_api.tenant.state.switches.turn("empty-get", "not-found")
    assert problem(empty_api.get(PATH)) == (404, "NotFound", "")


def test_a_query_in_the_url_is_refused_unless_the_switch_says_accept(api: Api) -> None:
    before = api.get(PATH).json
    asked = {"interactionHook": {"url": URL + "?x=1"}}
    assert problem(api.put(PATH, asked)) == (400, "BadRequest", "interactionHook.url")
    assert api.get(PATH).json == before
    api.tenant.state.switches.turn("hook-url-with-query", "accept")
    assert api.put(PATH, asked).status_code == 200


@pytest.mark.parametrize(
    ("member", "wrong", "right"),
    [
        ("url", "http://hook.kauri.nz/start", "https://hook.kauri.nz/start"),
        ("url", "https://203.0.113.7/start", "https://hook.kauri.nz/start"),
        ("url", 7, "https://hook.kauri.nz/start"),
        ("claims", "name", ["name"]),
        ("claims", {"name": True}, []),
        ("sessionTimeoutInSec", "600", 600),
        ("sessionTimeoutInSec", 0, 1),
        ("disabled", "false", False),
    ],
)
def test_a_wrong_member_is_named_and_the_right_one_taken(
    api: Api, member: str, wrong: Any, right: Any
) -> None:
    answer = api.put(PATH, hook(**{member: wrong}))
    assert problem(answer) == (400, "BadRequest", f"interactionHook.{member}")
    assert "value" not in answer.json["details"][0]
    answer = api.put(PATH, hook(**{member: right}))
    assert answer.json["interactionHook"][member] == right


def test_a_hook_without_a_url_is_refused(api: Api) -> None:
    answer = api.put(PATH, {"interactionHook": {"claims": []}})
    assert problem(answer) == (400, "BadRequest", "interactionHook.url")


def test_the_hooks_own_url_on_this_machine_is_taken(empty_api: Api) -> None:
    asked = {"interactionHook": {"url": "http://localhost:8000/kauri"}}
    assert empty_api.put(PATH, asked).status_code == 200
