"""The tenant's own login provider: what it says of itself, and its ID tokens."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
import pytest
from werkzeug.test import TestResponse

from tests.support.emulator_trip import NOON, Trip, changed, query_of

IDP = "http://localhost:9000/idp"
CALLBACK = "http://localhost:9000/v1/oauth/authentication/callback"


def log_in(trip: Trip, scope: str = "openid profile email", **typed: str) -> str:
    """Log in and return the code."""
    asked = {
        "client_id": "tenant", "response_type": "code", "redirect_uri": CALLBACK,
        "nonce": "n1", "scope": scope,
    }  # fmt: skip
    form = {"name": "Ripeka", "email": "Ripeka@kauri.example", "answer": "login"} | typed
    response = trip.browser.post(f"{IDP}/authorize?{urlencode(asked)}", data=form)
    return query_of(response.location)["code"]


def exchange(
    trip: Trip, code: str, header: tuple[str, str] | None = None, /, **changes: object
) -> TestResponse:
    """Exchange a code; the client authenticates in the form, or with a header if there is one."""
    form: dict[str, Any] = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
    }  # fmt: skip
    headers = {}
    if header:
        pair = ":".join(map(quote_plus, header))
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": "tenant", "client_secret": "s3"}
    return trip.browser.post(f"{IDP}/token", data=changed(form, changes), headers=headers)


def claims(trip: Trip, code: str) -> dict[str, Any]:
    """What the ID token for a code says, verified with the provider's own key by PyJWT."""
    token = (exchange(trip, code).json or {})["id_token"]
    (jwk,) = (trip.browser.get(f"{IDP}/jwks").json or {})["keys"]
    assert jwt.get_unverified_header(token)["kid"] == jwk["kid"]
    return jwt.decode(
        token,
        jwt.PyJWK(jwk).key,
        algorithms=["ES256"],
        audience="tenant",
        issuer=IDP,
        options={"verify_exp": False, "verify_iat": False},
    )


def test_the_discovery_document_leads_to_all_the_rest(trip: Trip) -> None:
    document = trip.browser.get(f"{IDP}/.well-known/openid-configuration").json or {}
    assert document["issuer"] == IDP
    assert document["authorization_endpoint"] == f"{IDP}/authorize"
    assert document["token_endpoint"] == f"{IDP}/token"
    assert document["jwks_uri"] == f"{IDP}/jwks"
    assert "openid" in document["scopes_supported"]
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]


def test_an_id_token_says_who_logged_in_to_whom_and_when(trip: Trip) -> None:
    said = claims(trip, log_in(trip, name="Wīremu"))
    assert said.pop("sub")
    assert said == {
        "iss": IDP,
        "aud": "tenant",
        "iat": NOON,
        "exp": NOON + 300,
        "nonce": "n1",
        "name": "Wīremu",
        "email": "Ripeka@kauri.example",
        "email_verified": True,
    }


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid profile", {"name", "campus"}),
        ("openid email", {"email", "email_verified"}),
    ],
)
def test_an_id_token_has_the_claims_of_its_scopes(
    new_trip: Callable[..., Trip], scope: str, names: set[str]
) -> None:
    person = {"name": "Rip", "email": "r@kauri.nz", "campus": "north", "sub": "no"}
    trip = new_trip(person=person)
    said = claims(trip, log_in(trip, scope))
    assert said.keys() == {"iss", "aud", "iat", "exp", "nonce", "sub"} | names
    assert said["sub"] != "no"


def test_the_same_address_is_the_same_person(trip: Trip) -> None:
    first = claims(trip, log_in(trip))["sub"]
    assert claims(trip, log_in(trip, name="Rip", email="ripeka@KAURI.example"))["sub"] == first
    assert claims(trip, log_in(trip, email="wiremu@kauri.example"))["sub"] != first


def test_a_client_authenticates_in_the_form_or_in_the_header(trip: Trip) -> None:
    assert exchange(trip, log_in(trip), ("tenant", "s3: +%")).status_code == 200
    form = {"client_id": "tenant", "client_secret": "s3: +%"}
    assert exchange(trip, log_in(trip), **form).status_code == 200


def test_the_first_secret_of_a_client_is_its_secret(trip: Trip) -> None:
    assert exchange(trip, log_in(trip)).status_code == 200
    code = log_in(trip)
    refused = exchange(trip, code, client_secret="s4")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Basic"
    assert refused.json is not None
    assert refused.json["error"] == "invalid_client"
    assert exchange(trip, code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"client_secret": None}, "invalid_client", 401),
        ({"client_id": None}, "invalid_client", 401),
        ({"client_id": "another"}, "invalid_grant", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"code": "guessed"}, "invalid_grant", 400),
        ({"code": None}, "invalid_grant", 400),
        ({"redirect_uri": "http://localhost:9000/cb"}, "invalid_grant", 400),
    ],
)
def test_a_request_with_one_wrong_parameter_is_refused(
    trip: Trip, changes: dict[str, Any], error: str, status: int
) -> None:
    assert exchange(trip, log_in(trip)).status_code == 200
    response = exchange(trip, log_in(trip), **changes)
    assert response.status_code == status
    assert (response.json or {})["error"] == error


def test_a_client_authenticates_in_one_way_at_a_time(trip: Trip) -> None:
    both = exchange(trip, log_in(trip), ("tenant", "s3"), client_id="tenant", client_secret="s3")
    assert both.status_code == 400
    assert (both.json or {})["error"] == "invalid_request"


def test_a_code_is_good_once_and_for_a_minute(trip: Trip) -> None:
    code = log_in(trip)
    assert exchange(trip, code).status_code == 200
    assert exchange(trip, code).status_code == 400
    in_time, late = log_in(trip), log_in(trip)
    trip.time = NOON + 59
    assert exchange(trip, in_time).status_code == 200
    trip.time = NOON + 60
    assert exchange(trip, late).status_code == 400
