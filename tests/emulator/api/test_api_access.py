"""Who may use the management API, and what its events say."""

from collections.abc import Callable

import pytest

from tests.support.emulator_api import CLIENT, Api, problem

HOOK = "/v1/openid/configuration"


def test_a_client_gets_a_token_that_opens_the_api(api: Api) -> None:
    answer = api.post("/oauth/token", CLIENT)
    assert answer.status_code == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 14_400
    api.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert api.get(HOOK).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer made-up", "Basic Y2xpLTc6czM="])
def test_without_a_good_token_the_api_stays_shut(api: Api, header: str) -> None:
    answer = api.get(HOOK, headers={"Authorization": header})
    assert problem(answer) == (401, "Unauthorized", "")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_good_for_as_long_as_it_says(api: Api) -> None:
    api.clock.time += 14_399
    assert api.get(HOOK).status_code == 200
    api.clock.time += 1
    assert api.get(HOOK).status_code == 401


def test_only_the_one_client_gets_a_token_when_there_is_one(new_api: Callable[..., Api]) -> None:
    api = new_api(api_client="cli-7:s3")
    assert api.post("/oauth/token", CLIENT).status_code == 200
    for wrong in ({"client_secret": "s4"}, {"client_id": "cli-8"}):
        answer = api.post("/oauth/token", CLIENT | wrong)
        assert answer.status_code == 401
        assert answer.json == {"error": "access_denied", "error_description": "Unauthorized"}


def test_a_token_for_another_audience_is_given_unless_the_switch_says_exact(api: Api) -> None:
    other = CLIENT | {"audience": "localhost:9000"}
    assert api.post("/oauth/token", other).status_code == 200
    api.tenant.state.switches.turn("api-audience", "exact")
    assert api.post("/oauth/token", other).status_code == 401
    assert api.post("/oauth/token", CLIENT).status_code == 200


@pytest.mark.parametrize("name", sorted(CLIENT))
def test_a_token_needs_each_member_and_the_refusal_names_it(api: Api, name: str) -> None:
    answer = api.post("/oauth/token", {key: CLIENT[key] for key in CLIENT if key != name})
    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert name in answer.json["error_description"]


def test_the_token_endpoint_takes_json_and_no_form(api: Api) -> None:
    answer = api.ask("POST", "/oauth/token", data=CLIENT)
    assert answer.status_code == 415
    assert answer.json["error"] == "invalid_request"


def test_while_the_api_is_down_it_answers_503_and_then_200_again(api: Api) -> None:
    api.tenant.state.faults.api_down = True
    assert problem(api.get(HOOK)) == (503, "ServiceUnavailable", "")
    api.tenant.state.faults.api_down = False
    assert api.get(HOOK).status_code == 200


def test_each_request_is_told_under_the_platforms_names(api: Api) -> None:
    api.get(HOOK)
    api.put(HOOK, {"interactionHook": {"url": "https://1.2.3.4/"}})
    start = "CREDENTIAL_PROVIDER_OPENID_CONFIGURATION"
    assert api.told() == [
        f"{start}_RETRIEVE_START",
        f"{start}_RETRIEVE_SUCCESS",
        f"{start}_UPDATE_START",
        f"{start}_UPDATE_FAIL",
    ]


def test_no_event_holds_the_hooks_secret(api: Api) -> None:
    secret = api.get(HOOK).json["interactionHook"]["secret"]
    api.put(HOOK, {"interactionHook": {"url": "https://hook.kauri.nz/start"}})
    (event,) = [e for e in api.tenant.state.events.of("") if e.name.endswith("UPDATE_SUCCESS")]
    assert event.data["url"] == "https://hook.kauri.nz/start"
    assert secret not in str(event.data)
