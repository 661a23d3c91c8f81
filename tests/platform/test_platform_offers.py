"""Offers: what is sent for one, what must not be asked for, and how a wallet is given it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hook.platform.errors import PlatformError
from hook.platform.offers import WALLETS, Asked, for_wallet, make
from hook.policies import NONE, POLICIES
from tests.calls.servers import Script
from tests.platform.played import Played, said

DCIP = POLICIES["nz-dcip"]
URI = "openid-credential-offer://?credential_offer=%7B%22credential_issuer%22%3A%22a%2Bb%22%7D"
CODE = {"inputMode": "numeric"}


def pre_authorized(**options: Any) -> Asked:
    return Asked(("77aa",), pre_authorized=True, **options)


def test_an_offer_with_a_login_names_its_configurations() -> None:
    assert Asked(("0d1f", "77aa")).body() == {"credentials": ["0d1f", "77aa"]}


def test_parameters_go_along_to_the_login() -> None:
    asked = Asked(("0d1f",), params=(("login_hint", "r@kauri.nz"), ("prompt", "login")))
    assert asked.body() == {
        "credentials": ["0d1f"],
        "request_parameters": {"login_hint": "r@kauri.nz", "prompt": "login"},
    }


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {}),
        ({"claims": (("name", "Ripeka"),)}, {"claims": {"name": "Ripeka"}}),
        (
            {"claims": (("address.city", "Ōtaki"), ("address.code", "5512"))},
            {"claims": {"address": {"city": "Ōtaki", "code": "5512"}}},
        ),
        (
            {"claims": (("name", "Ripeka"),), "persist": ("name",)},
            {"claims": {"name": "Ripeka"}, "claimsToPersist": ["name"]},
        ),
        ({"transaction_code": ""}, {"transactionCodeConfiguration": CODE}),
        (
            {"transaction_code": "sent by text"},
            {"transactionCodeConfiguration": CODE | {"description": "sent by text"}},
        ),
        ({"minutes": 10}, {"expiresIn": {"minutes": 10}}),
    ],
)
def test_a_pre_authorized_offer_is_sent_as_documented(options: Any, sent: Any) -> None:
    asked = pre_authorized(**options)
    assert asked.body() == {"credentials": ["77aa"]} | sent
    assert asked.objection(NONE) == ""


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"claims": (("name", "R"),)}, "--claim"),
        ({"persist": ("name",)}, "--persist"),
        ({"transaction_code": ""}, "--transaction-code"),
        ({"minutes": 5}, "--minutes"),
    ],
)
def test_what_means_nothing_with_a_login_is_refused(options: Any, named: str) -> None:
    assert (
        Asked(("0d1f",), **options).objection(NONE) == f"{named} goes with --pre-authorized only."
    )


def test_what_means_nothing_without_a_login_is_refused() -> None:
    assert "--param" in pre_authorized(params=(("login_hint", "r"),)).objection(NONE)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"claims": (("name", "a"), ("name", "b"))}, "The claim name is given twice"),
        ({"claims": (("address.city", "a"), ("address", "b"))}, "The claim address.city is given"),
        ({"claims": (("name", "a"),), "persist": ("email",)}, "--persist names email"),
    ],
)
def test_claims_that_do_not_go_together_are_refused(options: Any, said: str) -> None:
    assert pre_authorized(**options).objection(NONE).startswith(said)


def test_a_policy_lets_no_offer_persist_anything() -> None:
    fine: dict[str, Any] = {"claims": (("name", "a"),), "transaction_code": "sent by text"}
    assert pre_authorized(**fine).objection(DCIP) == ""
    kept = pre_authorized(**fine, persist=("name",))
    assert kept.objection(NONE) == ""
    assert "nz-dcip forbids that anything is persisted" in kept.objection(DCIP)


def test_a_policy_lets_no_offer_go_without_a_transaction_code() -> None:
    assert pre_authorized().objection(NONE) == ""
    assert "--transaction-code" in pre_authorized().objection(DCIP)
    assert Asked(("0d1f",)).objection(DCIP) == ""


def test_what_a_person_is_like_is_not_printed_of_what_was_asked_for() -> None:
    asked = pre_authorized(claims=(("name", "Ripeka"),), params=(("login_hint", "r@kauri.nz"),))
    assert [word for word in ("Ripeka", "r@kauri.nz") if word in repr(asked)] == []


@pytest.mark.parametrize("wallet", ["govtnz", "govtnz-sandbox"])
def test_a_wallet_at_a_web_address_is_given_the_very_same_query(wallet: str) -> None:
    host = "sandbox.m.app.govt.nz" if "sandbox" in wallet else "m.app.govt.nz"
    parts = urlsplit(for_wallet(URI, wallet))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", host, "/openid-credential-offer")
    assert parts.query == urlsplit(URI).query
    assert parse_qs(parts.query) == parse_qs(urlsplit(URI).query)


def test_any_other_wallet_is_given_the_uri_as_it_is() -> None:
    assert for_wallet(URI, "generic") == URI


@pytest.mark.parametrize("wallet", WALLETS)
@pytest.mark.parametrize(
    "uri", ["https://evil.example/?credential_offer=x", "", URI.partition("?")[0]]
)
def test_what_is_no_offer_is_not_handed_on(uri: str, wallet: str) -> None:
    with pytest.raises(PlatformError, match="no offer"):
        for_wallet(uri, wallet)


def test_an_offer_that_is_refused_says_that_new_configurations_take_a_moment() -> None:
    no = said(400, code="BadRequest", message="Invalid credentials")
    with (
        Played({"POST /v1/openid/offers": no}) as tenant,
        pytest.raises(PlatformError, match=r"Invalid credentials.*can take a minute"),
    ):
        make(tenant.client(), Asked(("0d1f",)))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (said(500), r"refuses this \(500\)\.$"),
        (said(400, code="BadRequest", message="Invalid value"), r"BadRequest, Invalid value\)\.$"),
    ],
)
def test_any_other_refusal_says_nothing_of_the_kind(answer: Script, words: str) -> None:
    with (
        Played({"POST /v1/openid/offers": answer}) as tenant,
        pytest.raises(PlatformError, match=words),
    ):
        make(tenant.client(), Asked(("0d1f",)))
