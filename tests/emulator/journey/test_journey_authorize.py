"""The wallet's request for authorization, up to the login."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.support.emulator_trip import REQUEST, ServedTrip, Trip, query_of

Serve = Callable[..., ServedTrip]


def accepted(response: TestResponse) -> bool:
    return response.status_code == 302 and "/login?" in response.location


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"response_type": None}, "response_type"),
        ({"response_type": "token"}, "response_type"),
        ({"client_id": None}, "client_id"),
        ({"client_id": ""}, "client_id"),
        ({"redirect_uri": None}, "redirect_uri"),
        ({"redirect_uri": "/cb"}, "redirect_uri"),
        ({"redirect_uri": "https://wallet.example/cb#top"}, "redirect_uri"),
        ({"redirect_uri": "https://[wallet"}, "redirect_uri"),
        ({"redirect_uri": "https:"}, "redirect_uri"),
        ({"redirect_uri": "nz.kauri.wallet://cb\r\nX: 1"}, "redirect_uri"),
        ({"scope": None}, "scope"),
        ({"scope": ""}, "scope"),
        ({"scope": "ldp_vc:LibraryCard"}, "scope"),
        ({"code_challenge": None}, "code_challenge"),
        ({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"}, "code_challenge"),
        ({"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="}, "code_challenge"),
        ({"code_challenge_method": None}, "code_challenge_method"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
    ],
)
def test_a_request_with_one_wrong_parameter_is_refused_by_name(
    elsewhere: Trip, changes: dict[str, Any], param: str
) -> None:
    assert accepted(elsewhere.authorize())
    response = elsewhere.authorize(**changes)
    assert response.status_code == 400
    assert response.json is not None
    assert (response.json["code"], response.json["message"]) == ("BadRequest", "Validation Error")
    (detail,) = response.json["details"]
    assert (detail["param"], detail["location"]) == (param, "query")


def test_a_parameter_that_is_there_twice_is_refused(elsewhere: Trip) -> None:
    address = f"/v1/oauth/authorize?{urlencode(REQUEST)}"
    assert accepted(elsewhere.get(address))
    response = elsewhere.get(f"{address}&client_id=demo-wallet")
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["details"][0]["param"] == "client_id"


@pytest.mark.parametrize(
    "redirect_uri",
    ["nz.kauri.wallet://cb", "nz.kauri.wallet:/cb", "app:///cb", "https://wallet.example/cb?a=1"],
)
def test_a_wallet_may_be_at_any_address(elsewhere: Trip, redirect_uri: str) -> None:
    assert accepted(elsewhere.authorize(redirect_uri=redirect_uri))


def test_the_older_path_is_answered_too(elsewhere: Trip) -> None:
    assert accepted(elsewhere.get(f"/core/v1/oauth/authorize?{urlencode(REQUEST)}"))


def test_a_scope_stands_for_credential_configurations(elsewhere: Trip) -> None:
    elsewhere.authorize()
    one = elsewhere.journey.configurations
    elsewhere.authorize(scope="openid mso_mdoc:nz.kauri.student.1 ldp_vc:StudentCard")
    both = elsewhere.journey.configurations
    shelf = elsewhere.tenant.state.configurations
    assert [shelf.get(each).type for each in one if shelf.get(each)] == ["StudentCard"]  # type: ignore[union-attr]
    assert set(one) < set(both)
    assert len(both) == 2


def test_any_wallet_is_known_unless_they_are_listed(serve: Serve) -> None:
    is_open = serve()
    assert is_open.authorize(client_id="demo-wallet").status_code == 302
    listed = serve(assume={"client-check": "listed"}, clients=("kauri-wallet",))
    assert listed.authorize(client_id="kauri-wallet").status_code == 302
    refused = listed.authorize(client_id="demo-wallet")
    assert (refused.status_code, refused.text) == (401, "Unauthorized")
    assert refused.content_type.startswith("text/plain")
    assert listed.post("/v1/oauth/token", {"client_id": "demo-wallet"}).status_code == 401
    assert listed.post("/v1/oauth/token", {"client_id": "kauri-wallet"}).status_code == 400


def test_a_refused_request_is_no_journey_but_is_told(elsewhere: Trip) -> None:
    elsewhere.authorize(scope=None)
    assert elsewhere.tenant.state.journeys.all() == []
    assert elsewhere.tenant.state.events.names() == [
        "OPENID_AUTHORIZE_START", "OPENID_AUTHORIZE_FAIL"
    ]  # fmt: skip


def test_what_the_wallet_adds_reaches_the_login_page(served: ServedTrip) -> None:
    login = served.authorize(login_hint="r@kauri.nz").location
    assert query_of(login)["login_hint"] == "r@kauri.nz"
    assert 'value="r@kauri.nz"' in served.get(login).text


def test_a_browser_that_was_here_logs_in_again(served: ServedTrip) -> None:
    served.to_hook()
    assert "/idp/authorize?" in served.authorize().location


def test_a_known_browser_may_skip_the_login(serve: Serve) -> None:
    served = serve(assume={"existing-session": "skip-login"})
    first = served.to_hook()
    arrival = served.arrived(served.authorize().location)
    assert arrival["claims"] == first["claims"]
    assert served.journey.summary == {"existingSession": True, "existingUser": True}
    assert query_of(served.answered(arrival).location).keys() == {"code", "state"}


def test_a_known_browser_may_skip_the_hook_as_well(serve: Serve) -> None:
    served = serve(assume={"existing-session": "skip-hook"})
    served.to_hook()
    assert query_of(served.authorize().location).keys() == {"code", "state"}
    assert served.journey.hook_claims == {}
    assert served.journey.login_claims["email"] == "ripeka@kauri.example"


@pytest.mark.parametrize("without", ["cookie", "user"])
def test_a_browser_is_known_by_its_cookie_and_while_its_user_is_there(
    serve: Serve, without: str
) -> None:
    served = serve(assume={"existing-session": "skip-login"})
    served.to_hook()
    assert "/kauri?" in served.authorize().location
    if without == "cookie":
        served.browser.delete_cookie("emulator_session")
    else:
        served.tenant.state.users.clear()
    assert "/idp/authorize?" in served.authorize().location
