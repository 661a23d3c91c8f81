"""The login at somebody else's provider: what is asked, and which ID tokens are believed."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from hook.emulator.journey.sessions import COOKIE
from tests.support.emulator_trip import NOON, Trip, query_of
from tests.support.login_provider import (
    CLIENT,
    EC_KEY,
    OTHER_KEY,
    RSA_KEY,
    SECRET,
    SHORT_KEY,
    LoginProvider,
    basic,
    jwk,
)
from tests.support.serving import deaf_port

CALLBACK = "/v1/oauth/authentication/callback"


def come_back(trip: Trip, **params: str) -> TestResponse:
    """Log in, and return to the tenant as the provider sends the browser."""
    asked = query_of(trip.authorize().location)
    query = {"state": asked["state"], "code": asked["nonce"]} | params
    return trip.browser.get(trip.settings.tenant_url + CALLBACK, query_string=query)


def accepted(response: TestResponse) -> bool:
    return response.status_code == 302 and "/kauri?session_token=" in response.location


def refused(trip: Trip, response: TestResponse, reason: str) -> bool:
    """Whether the wallet is told that the login failed, and the inspector why."""
    told = query_of(response.location)
    failed = next(hop for hop in trip.journey.hops if hop.title == "Login provider fails")
    at_wallet = response.location.startswith("nz.kauri.wallet://cb?error=")
    return at_wallet and told["state"] == "w1" and reason in failed.carried["reason"]


def test_the_browser_goes_to_the_provider_with_what_the_tenant_was_told(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    response = elsewhere.authorize()
    assert response.status_code == 302
    assert response.location.startswith(f"{provider.url}/login?theme=dark&")
    asked = query_of(response.location)
    assert len(asked.pop("state")) >= 21
    assert len(asked.pop("nonce")) >= 21
    assert asked == {
        "theme": "dark",
        "client_id": CLIENT,
        "response_type": "code",
        "scope": "openid email",
        "redirect_uri": "http://localhost:9000/v1/oauth/authentication/callback",
    }


def test_only_listed_parameters_of_the_wallet_reach_the_provider_beside_the_fixed_ones(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    more = {
        "staticRequestParameters": {"prompt": "login", "max_age": 0, "client_id": "other"},
        "forwardedRequestParameters": ["login_hint", "ui_locales", "prompt", "state"],
    }
    elsewhere.tenant.state.providers.put("one", provider.settings(**more))
    wallet = {"login_hint": "r@kauri.nz", "prompt": "none", "campus": "north"}
    asked = query_of(elsewhere.authorize(**wallet).location)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert asked["login_hint"] == "r@kauri.nz"
    assert asked["client_id"] == CLIENT
    assert asked["state"] != "w1"
    assert not {"campus", "ui_locales"} & asked.keys()


def test_the_tenant_authenticates_at_the_provider_in_the_header(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    assert accepted(come_back(elsewhere))
    ((headers, form),) = provider.asked
    assert basic(headers) == "vii:p%40ss%3A+word%2B%25"
    assert form.keys() == {"grant_type", "code", "redirect_uri"}


def test_the_tenant_authenticates_at_the_provider_in_the_form_if_told_so(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    told = provider.settings(tokenEndpointAuthMethod="client_secret_post")
    elsewhere.tenant.state.providers.put("one", told)
    assert accepted(come_back(elsewhere))
    ((headers, form),) = provider.asked
    assert "Authorization" not in headers
    assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)


def test_the_claims_of_the_id_token_are_those_of_the_login(elsewhere: Trip) -> None:
    assert accepted(come_back(elsewhere))
    assert elsewhere.journey.login_claims == {"sub": "k|17", "email": "ripeka@kauri.example"}
    token = elsewhere.journey.hops[2].carried["id_token"]
    assert token["payload"]["sub"] == "k|17"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "http://localhost:1"}, "iss is"),
        ({"iss": None}, "iss is"),
        ({"aud": "somebody"}, "aud is"),
        ({"aud": ["somebody"]}, "aud is"),
        ({"aud": None}, "aud is"),
        ({"azp": "somebody"}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": NOON - 60}, "expired"),
        ({"exp": None}, "numbers"),
        ({"iat": NOON + 61}, "future"),
        ({"iat": None}, "numbers"),
        ({"iat": True}, "numbers"),
        ({"nbf": NOON + 61}, "not good yet"),
        ({"nbf": "soon"}, "numbers"),
        ({"sub": ""}, "sub"),
        ({"sub": None}, "sub"),
    ],
)
def test_an_id_token_with_one_wrong_claim_is_not_believed(
    elsewhere: Trip, provider: LoginProvider, changes: dict[str, Any], reason: str
) -> None:
    assert accepted(come_back(elsewhere))
    provider.changes = changes
    assert refused(elsewhere, come_back(elsewhere), reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOON - 59},
        {"iat": NOON + 60},
        {"nbf": NOON + 60},
        {"aud": [CLIENT]},
        {"aud": ["somebody", CLIENT], "azp": CLIENT},
        {"exp": NOON + 0.5},
    ],
)
def test_an_id_token_at_the_edge_of_what_is_allowed_is_believed(
    elsewhere: Trip, provider: LoginProvider, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    assert accepted(come_back(elsewhere))


def test_rs256_is_believed_too(elsewhere: Trip, provider: LoginProvider) -> None:
    provider.key, provider.algorithm = RSA_KEY, "RS256"
    provider.keys = [jwk(RSA_KEY, kid="one")]
    assert accepted(come_back(elsewhere))


def test_the_key_is_chosen_by_kid_or_is_the_only_one_of_its_kind(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    provider.keys = [jwk(OTHER_KEY, kid="zero"), jwk(EC_KEY, kid="one"), jwk(RSA_KEY, kid="two")]
    assert accepted(come_back(elsewhere))
    provider.kid = None
    assert refused(elsewhere, come_back(elsewhere), "2 of the provider's keys")
    provider.keys = provider.keys[1:]
    assert accepted(come_back(elsewhere))


def _other_key(provider: LoginProvider) -> None:
    provider.key = OTHER_KEY


def _unknown_kid(provider: LoginProvider) -> None:
    provider.kid = "none of mine"


def _no_signature(provider: LoginProvider) -> None:
    provider.key, provider.algorithm = None, "none"


def _client_secret_as_key(provider: LoginProvider) -> None:
    provider.key, provider.algorithm = SECRET.ljust(32, "!"), "HS256"


def _short_rsa_key(provider: LoginProvider) -> None:
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode({}, SHORT_KEY, "RS256", headers={"kid": "one"})
    provider.answers["/token"] = (200, f'{{"id_token": "{token}"}}'.encode())
    provider.keys = [jwk(SHORT_KEY, kid="one")]


def _key_for_encryption(provider: LoginProvider) -> None:
    provider.keys = [jwk(EC_KEY, kid="one") | {"use": "enc"}]


def _key_of_another_curve(provider: LoginProvider) -> None:
    provider.keys = [jwk(ec.generate_private_key(ec.SECP384R1()), kid="one")]


def _key_off_its_curve(provider: LoginProvider) -> None:
    provider.keys = [jwk(EC_KEY, kid="one") | {"x": "A" * 43}]


def _key_without_numbers(provider: LoginProvider) -> None:
    provider.keys = [{"kty": "RSA", "kid": "one"}]
    provider.key, provider.algorithm = RSA_KEY, "RS256"


def _no_keys(provider: LoginProvider) -> None:
    provider.answers["/keys"] = (200, b'{"keys": null}')


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (_other_key, "signature"),
        (_unknown_kid, "0 of the provider's keys"),
        (_no_signature, "alg is 'none'"),
        (_client_secret_as_key, "alg is 'HS256'"),
        (_short_rsa_key, "2048 bits"),
        (_key_for_encryption, "0 of the provider's keys"),
        (_key_of_another_curve, "P-256"),
        (_key_off_its_curve, "no point"),
        (_key_without_numbers, "no RSA key"),
        (_no_keys, "no keys"),
    ],
)
def test_an_id_token_that_nobody_known_signed_is_not_believed(
    elsewhere: Trip, provider: LoginProvider, turn: Callable[[LoginProvider], None], reason: str
) -> None:
    assert accepted(come_back(elsewhere))
    turn(provider)
    assert refused(elsewhere, come_back(elsewhere), reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((400, b'{"error": "invalid_grant"}'), "status 400"),
        ((200, b"<html>"), "JSON"),
        ((200, b"[]"), "JSON object"),
        ((200, b"{}"), "no id_token"),
        ((200, b'{"id_token": "a.b"}'), "not a token"),
    ],
)
def test_a_provider_that_gives_no_id_token_ends_the_login(
    elsewhere: Trip, provider: LoginProvider, answer: tuple[int, bytes], reason: str
) -> None:
    provider.answers["/token"] = answer
    response = come_back(elsewhere)
    assert refused(elsewhere, response, reason)
    assert query_of(response.location)["error"] == "server_error"


@pytest.mark.parametrize(
    ("discovery", "reason"),
    [
        ({"issuer": "https://login.example"}, "another issuer"),
        ({"issuer": None}, "no issuer"),
        ({"jwks_uri": None}, "no jwks_uri"),
        ({"token_endpoint": 7}, "no token_endpoint"),
    ],
)
def test_without_a_proper_discovery_document_the_wallet_may_try_later(
    elsewhere: Trip, provider: LoginProvider, discovery: dict[str, Any], reason: str
) -> None:
    provider.discovery = discovery
    response = elsewhere.authorize()
    assert refused(elsewhere, response, reason)
    assert query_of(response.location)["error"] == "temporarily_unavailable"


def test_the_issuer_of_a_provider_may_end_with_a_slash(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    provider.discovery = {"issuer": f"{provider.url}/"}
    provider.changes = {"iss": f"{provider.url}/"}
    assert accepted(come_back(elsewhere))


def test_a_provider_that_does_not_answer_is_told_to_the_wallet(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    with deaf_port() as port:
        nobody = provider.settings(url=f"http://127.0.0.1:{port}")
        elsewhere.tenant.state.providers.put("one", nobody)
        response = elsewhere.authorize()
    assert refused(elsewhere, response, "cannot be reached")
    assert query_of(response.location)["error"] == "temporarily_unavailable"
    assert elsewhere.events[-2:] == [
        "OPENID_AUTHENTICATION_PROVIDER_AUTHORIZE_FAIL", "OPENID_AUTHORIZE_FAIL"
    ]  # fmt: skip


def test_without_a_provider_nobody_can_log_in(trip: Trip) -> None:
    trip.tenant.state.providers.clear()
    response = trip.authorize()
    assert query_of(response.location)["error"] == "server_error"


def test_a_provider_that_is_deleted_during_the_login_ends_it(elsewhere: Trip) -> None:
    asked = query_of(elsewhere.authorize().location)
    elsewhere.tenant.state.providers.clear()
    response = elsewhere.get(f"{CALLBACK}?code=1&state={asked['state']}")
    assert refused(elsewhere, response, "not configured any more")


@pytest.mark.parametrize(
    ("error", "told"),
    [("access_denied", "access_denied"), ("login_required", "server_error")],
)
def test_what_the_provider_refuses_is_told_to_the_wallet(
    elsewhere: Trip, error: str, told: str
) -> None:
    asked = query_of(elsewhere.authorize().location)
    response = elsewhere.get(f"{CALLBACK}?error={error}&state={asked['state']}")
    params = query_of(response.location)
    assert (params["error"], params["state"]) == (told, "w1")
    assert error in params["error_description"]


def test_a_login_counts_once(elsewhere: Trip) -> None:
    asked = query_of(elsewhere.authorize().location)
    address = f"{CALLBACK}?code={asked['nonce']}&state={asked['state']}"
    assert accepted(elsewhere.get(address))
    again = elsewhere.get(address)
    assert again.status_code == 400
    assert "not under way" in again.text
    assert f'href="{elsewhere.settings.wallet_url}/">Start again in the wallet' in again.text


def test_the_state_of_a_hooks_visit_is_no_login(elsewhere: Trip) -> None:
    arrival = elsewhere.arrival()
    assert elsewhere.get(f"{CALLBACK}?code=1&state={arrival['state']}").status_code == 400
    accepted = elsewhere.come_back(arrival, elsewhere.sign(elsewhere.answer(arrival)))
    assert accepted.status_code == 302


def test_the_state_of_a_login_is_no_visit_to_the_hook(elsewhere: Trip) -> None:
    asked = query_of(elsewhere.authorize().location)
    arrival = elsewhere.arrival() | {"state": asked["state"]}
    response = elsewhere.come_back(arrival, elsewhere.sign(elsewhere.answer(arrival)))
    assert response.status_code == 400
    assert "belongs to no visit" in response.text


def test_the_older_path_of_the_callback_is_answered_too(elsewhere: Trip) -> None:
    asked = query_of(elsewhere.authorize().location)
    address = f"/core{CALLBACK}?code={asked['nonce']}&state={asked['state']}"
    assert accepted(elsewhere.get(address))


def test_who_logs_in_twice_is_one_user(elsewhere: Trip, provider: LoginProvider) -> None:
    come_back(elsewhere)
    first = elsewhere.journey
    come_back(elsewhere)
    second = elsewhere.journey
    provider.changes = {"sub": "k|18"}
    come_back(elsewhere)
    assert first.user_id == second.user_id != elsewhere.journey.user_id
    assert [first.summary["existingUser"], second.summary["existingUser"]] == [False, True]


def test_only_the_claims_that_the_provider_lists_are_persisted(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    come_back(elsewhere)
    assert [user["claims"] for user in elsewhere.tenant.state.users.all()] == [{}]
    told = provider.settings(claimsToPersist=["email", "phone"])
    elsewhere.tenant.state.providers.put("one", told)
    come_back(elsewhere)
    (user,) = elsewhere.tenant.state.users.all()
    assert user["claims"] == {"email": "ripeka@kauri.example"}
    assert elsewhere.journey.persisted == ("email",)


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False)])
def test_the_cookie_of_a_login_at_an_https_address_is_for_https_only(
    new_trip: Callable[..., Trip], provider: LoginProvider, scheme: str, is_secure: bool
) -> None:
    trip = new_trip(tenant_url=f"{scheme}://localhost:9000")
    trip.tenant.state.providers.put("one", provider.settings())
    trip.tenant.state.providers.take(trip.tenant.state.providers.all()[0]["id"])
    cookie = come_back(trip).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert ("; Secure" in cookie) is is_secure


def test_a_skewed_clock_shifts_what_the_tenant_says_and_believes(
    elsewhere: Trip, provider: LoginProvider
) -> None:
    elsewhere.tenant.state.faults.set({"clock_skew": 301})
    assert accepted(come_back(elsewhere))
    elsewhere.tenant.state.faults.set({"clock_skew": 360})
    assert refused(elsewhere, come_back(elsewhere), "expired")
    assert provider.asked
