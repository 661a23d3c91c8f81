"""Offers: by value, with the members that wallets of the platform get."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hook.emulator.state import Json
from tests.support.emulator_api import (
    JSON_CARD,
    JSON_PATH,
    MOBILE_CARD,
    MOBILE_PATH,
    NOWHERE,
    Api,
    problem,
)

OFFERS = "/v1/openid/offers"
PRE_AUTHORIZED = "/v1/openid/offers/pre-authorized"
TX_CODE = "transactionCodeConfiguration"
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def inside(uri: str) -> Json:
    """The offer in a URI."""
    assert uri.startswith("openid-credential-offer://?credential_offer=")
    (text,) = parse_qs(urlsplit(uri).query)["credential_offer"]
    # Wallets read it with a query parser or by taking the text after the sign.
    assert unquote(uri.split("credential_offer=")[1]) == text
    offer: Json = json.loads(text)
    return offer


def test_an_offer_names_its_credentials_twice_and_has_no_grants(api: Api) -> None:
    ids = [api.made(JSON_PATH, JSON_CARD)["id"], api.made(MOBILE_PATH, MOBILE_CARD)["id"]]
    answer = api.post(OFFERS, {"credentials": ids})
    assert answer.status_code == 200
    assert set(answer.json) == {"uri"}
    assert inside(answer.json["uri"]) == {
        "credential_issuer": "http://localhost:9000",
        "credentials": ids,
        "credential_configuration_ids": ids,
    }


def test_an_offer_carries_its_request_parameters_to_the_letter(api: Api) -> None:
    parameters = {"login_hint": "r+1@kauri.nz & co", "prompt": "login"}
    card = api.made(JSON_PATH, JSON_CARD)
    made = api.made(OFFERS, {"credentials": [card["id"]], "request_parameters": parameters})
    assert inside(made["uri"])["request_parameters"] == parameters


def test_an_offer_has_grants_where_the_switch_says_so(api: Api) -> None:
    card = api.made(JSON_PATH, JSON_CARD)
    api.tenant.state.switches.turn("offer-grants", "authorization-code")
    made = api.made(OFFERS, {"credentials": [card["id"]]})
    assert inside(made["uri"])["grants"] == {"authorization_code": {}}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "credentials"),
        ({"credentials": []}, "credentials"),
        ({"credentials": "x"}, "credentials"),
        ({"credentials": [7]}, "credentials[0]"),
        ({"credentials": [NOWHERE]}, "credentials[0]"),
    ],
)
@pytest.mark.parametrize("path", [OFFERS, PRE_AUTHORIZED])
def test_an_offer_of_nothing_is_refused(api: Api, path: str, body: Json, param: str) -> None:
    assert problem(api.post(path, body)) == (400, "BadRequest", param)


def pre_authorized(api: Api, **members: Any) -> Json:
    """Make an offer of an mDoc."""
    card = api.made(MOBILE_PATH, MOBILE_CARD)
    return api.made(PRE_AUTHORIZED, {"credentials": [card["id"]], **members})


def test_a_pre_authorized_offer_has_its_code_and_says_who_and_until_when(api: Api) -> None:
    made = pre_authorized(api)
    assert set(made) == {"id", "userId", "uri", "expiresAt"}
    assert made["expiresAt"] == "2026-11-18T11:11:40.000Z"  # 300 s after NOON
    assert api.get(f"/v1/users/{made['userId']}").json == {"id": made["userId"], "claims": {}}
    (grant,) = inside(made["uri"])["grants"].items()
    assert grant[0] == GRANT
    assert set(grant[1]) == {"pre-authorized_code"}
    assert len(base64.b64decode(grant[1]["pre-authorized_code"], validate=True)) == 32


def test_codes_are_fit_for_urls_where_the_switch_says_so(api: Api) -> None:
    api.tenant.state.switches.turn("pre-authorized-code", "url-safe")
    codes = {
        inside(pre_authorized(api)["uri"])["grants"][GRANT]["pre-authorized_code"]
        for _ in range(20)
    }
    assert len(codes) == 20
    assert not set("".join(codes)) & set("+/=")


def test_a_transaction_code_is_six_digits_and_never_in_the_offer(api: Api) -> None:
    asked = {"inputMode": "numeric", "description": "sent by text"}
    made = pre_authorized(api, transactionCodeConfiguration=asked)
    assert isinstance(made["transactionCode"], int)
    assert 100_000 <= made["transactionCode"] <= 999_999
    assert str(made["transactionCode"]) not in made["uri"]
    tx_code = inside(made["uri"])["grants"][GRANT]["tx_code"]
    assert tx_code == {"length": 6, "input_mode": "numeric", "description": "sent by text"}


def test_a_transaction_code_is_a_text_where_the_switch_says_so(api: Api) -> None:
    api.tenant.state.switches.turn("transaction-code", "string")
    made = pre_authorized(api, transactionCodeConfiguration={})
    assert isinstance(made["transactionCode"], str)
    assert len(made["transactionCode"]) == 6


def test_a_json_credential_cannot_be_pre_authorized(api: Api) -> None:
    ids = [api.made(MOBILE_PATH, MOBILE_CARD)["id"], api.made(JSON_PATH, JSON_CARD)["id"]]
    answer = api.post(PRE_AUTHORIZED, {"credentials": ids})
    assert problem(answer) == (400, "BadRequest", "credentials[1]")
    assert api.post(PRE_AUTHORIZED, {"credentials": ids[:1]}).status_code == 200


@pytest.mark.parametrize(
    ("period", "until"),
    [
        ({"minutes": 10}, "2026-11-18T11:16:40.000Z"),
        ({"minutes": 9, "seconds": 60}, "2026-11-18T11:16:40.000Z"),
        ({"seconds": 1}, "2026-11-18T11:06:41.000Z"),
    ],
)
def test_an_offer_is_good_for_as_long_as_it_is_asked_to(api: Api, period: Json, until: str) -> None:
    assert pre_authorized(api, expiresIn=period)["expiresAt"] == until


@pytest.mark.parametrize(
    ("member", "wrong", "param"),
    [
        ("expiresIn", {"minutes": 11}, "expiresIn"),
        ("expiresIn", {"minutes": 10, "seconds": 1}, "expiresIn"),
        ("expiresIn", {"minutes": 0, "seconds": 0}, "expiresIn"),
        ("expiresIn", {"seconds": -5}, "expiresIn.seconds"),
        ("expiresIn", {"seconds": 4.5}, "expiresIn.seconds"),
        ("userId", NOWHERE, "userId"),
        (TX_CODE, {"inputMode": "text"}, f"{TX_CODE}.inputMode"),
        ("claims", ["name"], "claims"),
        ("claimsToPersist", ["email"], "claimsToPersist"),
    ],
)  # fmt: skip
def test_a_wrong_member_of_a_pre_authorized_offer_is_named(
    api: Api, member: str, wrong: Any, param: str
) -> None:
    card = api.made(MOBILE_PATH, MOBILE_CARD)
    body = {"credentials": [card["id"]], "claims": {"name": "Ripeka"}, member: wrong}
    assert problem(api.post(PRE_AUTHORIZED, body)) == (400, "BadRequest", param)
    assert api.tenant.state.offers.all() == []
    del body[member]
    assert api.post(PRE_AUTHORIZED, body).status_code == 200


def test_only_the_named_claims_of_an_offer_are_stored(api: Api) -> None:
    claims = {"name": "Ripeka", "email": "r@kauri.nz"}
    made = pre_authorized(api, claims=claims, claimsToPersist=["email"])
    user = api.get(f"/v1/users/{made['userId']}").json
    assert user["claims"] == {"email": "r@kauri.nz"}
    made = pre_authorized(api, claims=claims)
    assert api.get(f"/v1/users/{made['userId']}").json["claims"] == {}


def test_an_offer_for_a_user_stores_beside_what_is_stored(api: Api) -> None:
    user = api.made("/v1/users", {"claims": {"name": "Ripeka", "level": 1}})
    made = pre_authorized(api, userId=user["id"], claims={"level": 2}, claimsToPersist=["level"])
    assert made["userId"] == user["id"]
    assert api.get(f"/v1/users/{user['id']}").json["claims"] == {"name": "Ripeka", "level": 2}


def test_an_offer_is_deleted_once(api: Api) -> None:
    path = f"{PRE_AUTHORIZED}/{pre_authorized(api)['id']}"
    answer = api.delete(path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert problem(api.delete(path)) == (404, "NotFound", "id")


def test_an_id_that_is_none_is_400(api: Api) -> None:
    answer = api.delete(f"{PRE_AUTHORIZED}/abc")
    assert problem(answer) == (400, "BadRequest", "id")
    assert answer.json["details"][0]["location"] == "params"


def test_offers_are_told_under_the_platforms_names(api: Api) -> None:
    made = pre_authorized(api)
    api.delete(f"{PRE_AUTHORIZED}/{made['id']}")
    api.post(OFFERS, {"credentials": [NOWHERE]})
    offers = [name for name in api.told() if "OFFER" in name]
    assert offers == [
        "OPENID_PRE_AUTHORIZED_OFFER_CREATE_START",
        "OPENID_PRE_AUTHORIZED_OFFER_CREATE_SUCCESS",
        "OPENID_PRE_AUTHORIZED_OFFER_DELETE_START",
        "OPENID_PRE_AUTHORIZED_OFFER_DELETE_SUCCESS",
        "OPENID_OFFER_CREATE_START",
        "OPENID_OFFER_CREATE_FAIL",
    ]
