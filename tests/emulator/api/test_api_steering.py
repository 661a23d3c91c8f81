"""/emulator/…: switches, faults and a new start, for programs on this machine."""

from typing import Any

import pytest

from hook.emulator.switches import SWITCHES
from tests.support.emulator_api import NOWHERE, Api, problem

SWITCHES_PATH, FAULTS_PATH, RESET = "/emulator/switches", "/emulator/faults", "/emulator/reset"

EACH = pytest.mark.parametrize(
    ("path", "method"), [(RESET, "POST"), (SWITCHES_PATH, "PUT"), (FAULTS_PATH, "PUT")]
)


@pytest.fixture(autouse=True)
def without_token(api: Api) -> None:
    """What is here needs no token."""
    api.headers = {}


def test_each_switch_is_shown_with_what_it_may_be_and_assumes(api: Api) -> None:
    shown = api.get(SWITCHES_PATH).json
    assert set(shown) == set(SWITCHES)
    assert shown["empty-put"] == {
        "choice": "keep",
        "choices": ["keep", "remove"],
        "default": "keep",
        "assumes": SWITCHES["empty-put"].assumes,
    }


def test_switches_are_turned_and_count_from_then_on(api: Api) -> None:
    answer = api.put(SWITCHES_PATH, {"empty-put": "remove", "empty-get": "not-found"})
    assert answer.status_code == 200
    assert answer.json["empty-put"]["choice"] == "remove"
    assert api.get(SWITCHES_PATH).json == answer.json
    assert api.tenant.state.switches["empty-get"] == "not-found"


@pytest.mark.parametrize("wrong", [{"empty-get": "perhaps"}, {"nothing": "x"}, {"empty-get": [1]}])
def test_of_switches_with_one_that_cannot_be_none_is_turned(api: Api, wrong: Any) -> None:
    answer = api.put(SWITCHES_PATH, {"empty-put": "remove"} | wrong)
    assert problem(answer)[:2] == (400, "BadRequest")
    assert api.tenant.state.switches["empty-put"] == "keep"


def test_faults_are_shown_and_set(api: Api) -> None:
    assert api.get(FAULTS_PATH).json["api_down"] is False
    answer = api.put(FAULTS_PATH, {"api_down": True, "clock_skew": -90})
    assert (answer.json["api_down"], answer.json["clock_skew"]) == (True, -90)
    assert api.get(FAULTS_PATH).json == answer.json
    assert api.get("/v1/users").status_code == 503


@pytest.mark.parametrize("wrong", [{"clock_skew": "1"}, {"api_down": 1}, {"nothing": True}])
def test_of_faults_with_one_that_cannot_be_none_is_set(api: Api, wrong: Any) -> None:
    assert problem(api.put(FAULTS_PATH, {"hook_disabled": True} | wrong))[:2] == (400, "BadRequest")
    assert api.tenant.state.faults.hook_disabled is False


def test_a_reset_forgets_all_and_starts_as_at_the_start(api: Api) -> None:
    before = [each.id for each in api.tenant.state.configurations.all()]
    old = api.tenant.state
    api.put(FAULTS_PATH, {"api_down": True})
    api.put(SWITCHES_PATH, {"empty-put": "remove"})
    api.tenant.state.users.put(NOWHERE, {"id": NOWHERE, "claims": {}})
    assert api.post(RESET, None, headers={"Content-Type": "application/json"}).status_code == 200
    state = api.tenant.state
    assert state is not old
    assert [each.id for each in state.configurations.all()] == before
    assert state.hook == old.hook
    assert state.users.all() == []
    assert state.api_tokens.all() == []
    assert state.switches["empty-put"] == "keep"
    assert state.faults.api_down is False


@EACH
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:9000"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://stranger.example"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_page_of_another_site_steers_the_tenant(
    api: Api, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    assert api.ask(method, path, {}, headers=headers).status_code == status


@EACH
def test_only_json_steers_the_tenant(api: Api, path: str, method: str) -> None:
    def status(kind: str, data: bytes) -> int:
        sent = api.ask(method, path, data=data, headers={"Content-Type": kind})
        return int(sent.status_code)

    assert status("application/json", b"{}") == 200
    assert status("text/plain", b"{}") == 415
    assert [status("application/json", wrong) for wrong in (b"[]", b"{")] == [400, 400]


def test_another_host_name_does_not_reach_it(api: Api) -> None:
    answer = api.client.put("http://rebound.example:9000" + FAULTS_PATH, json={"api_down": True})
    assert answer.status_code == 404
    assert api.tenant.state.faults.api_down is False
