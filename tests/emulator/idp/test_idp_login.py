"""The tenant's own login provider: its page, and the way back to the tenant."""

from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from hook.testing.html import Html
from tests.support.emulator_trip import Trip, changed, query_of

CALLBACK = "http://localhost:9000/v1/oauth/authentication/callback"
REQUEST = {
    "client_id": "tenant",
    "response_type": "code",
    "scope": "openid profile email",
    "redirect_uri": CALLBACK,
    "state": "s1",
    "nonce": "n1",
}


def address(**changes: object) -> str:
    return f"http://localhost:9000/idp/authorize?{urlencode(changed(REQUEST, changes))}"


def send(trip: Trip, url: str, **form: str) -> TestResponse:
    person = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example", "answer": "login"}
    return trip.browser.post(url, data=person | form)


def test_the_page_has_one_form_filled_in_with_the_demo_person(trip: Trip) -> None:
    response = trip.get(address())
    page = Html(response.text)
    assert response.status_code == 200
    assert len(page.all("form")) == 1
    assert {each["name"]: each["value"] for each in page.controls} == {
        "name": "Ripeka Tamihana", "email": "ripeka@kauri.example"
    }  # fmt: skip
    assert all(page.labels_of(control) == 1 for control in page.controls)
    assert [button["value"] for button in page.all("button")] == ["login", "cancel"]


def test_a_login_hint_is_filled_in_and_shown_as_text_only(trip: Trip) -> None:
    assert 'value="wi@kauri.nz"' in trip.get(address(login_hint="wi@kauri.nz")).text
    assert "<b>" not in trip.get(address(login_hint='"><b>')).text


def test_who_logs_in_goes_back_with_a_code_and_the_state(trip: Trip) -> None:
    response = send(trip, address())
    assert response.status_code == 303
    assert response.location.startswith(f"{CALLBACK}?")
    params = query_of(response.location)
    assert params.pop("code")
    assert params == {"state": "s1"}


def test_who_cancels_goes_back_with_an_error(trip: Trip) -> None:
    params = query_of(send(trip, address(), answer="cancel").location)
    assert (params["error"], params["state"]) == ("access_denied", "s1")
    assert trip.tenant.state.logins.all() == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": ""}, "email"),
        ({"email": "ripeka"}, "email"),
        ({"email": "@kauri.example"}, "email"),
        ({"email": "ri peka@kauri.example"}, "email"),
    ],
)
def test_what_cannot_be_is_asked_again_beside_its_field(
    trip: Trip, typed: dict[str, str], field: str
) -> None:
    response = send(trip, address(), **typed)
    page = Html(response.text)
    assert response.status_code == 422
    assert f"{field}-error" in page.ids
    (control,) = (each for each in page.controls if "aria-invalid" in each)
    assert (control["name"], control["aria-describedby"]) == (field, f"{field}-error")
    assert "<title>Error: " in response.text
    assert trip.tenant.state.logins.all() == []
    assert send(trip, address()).status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://stranger.example/cb"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": None},
        {"client_id": None},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_tenants(
    trip: Trip, changes: dict[str, Any]
) -> None:
    for response in (trip.get(address(**changes)), send(trip, address(**changes))):
        assert response.status_code == 400
        assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_tenant(
    trip: Trip, changes: dict[str, Any], error: str
) -> None:
    assert trip.get(address()).status_code == 200
    for response in (trip.get(address(**changes)), send(trip, address(**changes))):
        params = query_of(response.location)
        assert (params["error"], params["state"]) == (error, "s1")


def test_everybody_logs_in_anew_each_time(trip: Trip) -> None:
    send(trip, address())
    assert trip.get(address()).status_code == 200
    assert trip.get(address(prompt="login")).status_code == 200


def test_the_tenants_older_callback_is_known_too(trip: Trip) -> None:
    older = CALLBACK.replace("/v1/", "/core/v1/")
    assert send(trip, address(redirect_uri=older)).location.startswith(f"{older}?")
