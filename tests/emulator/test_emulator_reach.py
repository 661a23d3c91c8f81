"""Which machines get what: the hook's secret is for this one, and for the one API client."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.emulator_trip import REQUEST, SECRET, Trip

CLIENT = {
    "client_id": "cli-7",
    "client_secret": "s3",
    "audience": "http://localhost:9000",
    "grant_type": "client_credentials",
}
Place = dict[str, Any]


def at(address: str) -> Place:
    """Where a request comes from."""
    return {"environ_base": {"REMOTE_ADDR": address}}


def through_a_tunnel(header: str) -> Place:
    """Where a request seems to come from whose tunnel is on this machine."""
    return {"headers": {header: "127.0.0.1"}}


HERE = [at("127.0.0.1"), at("127.8.9.1"), at("::1"), at("::ffff:127.0.0.1")]
ELSEWHERE = [
    *map(at, ("192.168.1.7", "fe80::7%eth0", "::ffff:192.168.1.7", "")),
    *map(through_a_tunnel, ("X-Forwarded-For", "Forwarded")),
]

TENANT, WALLET = "http://localhost:9000", "http://127.0.0.1:9000"
CLOSED = [
    ("GET", f"{TENANT}/"),
    ("GET", f"{TENANT}/journeys"),
    ("GET", f"{TENANT}/journeys/1"),
    ("GET", f"{TENANT}/journeys/1.json"),
    ("GET", f"{TENANT}/journeys/mine.json"),
    ("GET", f"{TENANT}/visits"),
    ("POST", f"{TENANT}/visit"),
    ("POST", f"{TENANT}/offers"),
    ("POST", f"{TENANT}/reset"),
    ("POST", f"{TENANT}/switches"),
    ("POST", f"{TENANT}/faults"),
    ("GET", f"{TENANT}/emulator/switches"),
    ("PUT", f"{TENANT}/emulator/faults"),
    ("POST", f"{TENANT}/emulator/reset"),
    ("GET", f"{WALLET}/"),
    ("POST", f"{WALLET}/accept"),
]
OPEN = [
    ("GET", f"{TENANT}/.well-known/openid-credential-issuer"),
    ("GET", f"{TENANT}/v1/oauth/authorize"),
    ("POST", f"{TENANT}/v1/oauth/token"),
    ("GET", f"{TENANT}/core/v1/users"),
    ("GET", f"{TENANT}/idp/.well-known/openid-configuration"),
    ("GET", f"{TENANT}/static/emulator.css"),
]


@pytest.fixture
def shared_trip(new_trip: Callable[..., Trip]) -> Trip:
    """A tenant that others may use, with its API client."""
    return new_trip(api_client="cli-7:s3")


def ask(trip: Trip, method: str, url: str, place: Place, **more: Any) -> TestResponse:
    """Send a request from somewhere."""
    return trip.browser.open(url, method=method, **place, **more)


def status(trip: Trip, method: str, url: str, place: Place) -> int:
    """Send a request from somewhere; gives the status."""
    with ask(trip, method, url, place) as answer:
        return answer.status_code


def secret(trip: Trip, place: Place, **client: str) -> str:
    """Ask for the hook's secret, as an API client does; gives what the API answers."""
    asked = ask(trip, "POST", f"{TENANT}/oauth/token", place, json=CLIENT | client)
    if asked.status_code != 200:
        return asked.text
    headers = {"Authorization": f"Bearer {(asked.json or {})['access_token']}"}
    more = {**place, "headers": place.get("headers", {}) | headers}
    return ask(trip, "GET", f"{TENANT}/v1/openid/configuration", more).text


@pytest.mark.parametrize("place", HERE)
def test_this_machine_gets_all(trip: Trip, place: Place) -> None:
    assert SECRET in secret(trip, place)
    for method, url in CLOSED + OPEN:
        assert status(trip, method, url, place) != 403


@pytest.mark.parametrize("place", ELSEWHERE)
def test_without_an_api_client_another_machine_gets_nothing(trip: Trip, place: Place) -> None:
    assert "EMULATOR_API_CLIENT" in secret(trip, place)
    for method, url in CLOSED + OPEN:
        assert status(trip, method, url, place) == 403


@pytest.mark.parametrize("place", ELSEWHERE)
def test_with_an_api_client_another_machine_gets_what_wallets_and_that_client_need(
    shared_trip: Trip, place: Place
) -> None:
    assert SECRET in secret(shared_trip, place)
    assert SECRET not in secret(shared_trip, place, client_secret="s4")
    for method, url in OPEN:
        assert status(shared_trip, method, url, place) != 403
    for method, url in CLOSED:
        assert status(shared_trip, method, url, place) == 403
        assert status(shared_trip, method, url, HERE[0]) != 403


def test_with_an_api_client_people_elsewhere_can_log_in(shared_trip: Trip) -> None:
    query = {
        "client_id": "tenant",
        "response_type": "code",
        "scope": "openid profile email",
        "redirect_uri": f"{TENANT}/v1/oauth/authentication/callback",
        "state": REQUEST["state"],
    }
    typed = {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"}
    url = f"{TENANT}/idp/authorize"
    back = ask(shared_trip, "POST", url, at("192.168.1.7"), query_string=query, data=typed)
    assert back.status_code == 303
    assert "code=" in back.location


def test_programs_are_told_in_json_and_people_on_a_page(trip: Trip) -> None:
    place = ELSEWHERE[0]
    for_programs = ask(trip, "GET", f"{TENANT}/v1/users", place)
    assert (for_programs.json or {})["code"] == "Forbidden"
    for_people = ask(trip, "GET", f"{TENANT}/", place)
    assert '<main data-page="error">' in for_people.text
