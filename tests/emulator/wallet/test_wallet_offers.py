"""What the wallet takes for an offer."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from hook.emulator.wallet import offers
from hook.emulator.wallet.offers import BadOffer, TransactionCode

ISSUER = "https://kauri.vii.nz01.mattr.global"
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
OFFER: dict[str, Any] = {
    "credential_issuer": ISSUER,
    "credentials": ["0d1f"],
    "credential_configuration_ids": ["0d1f"],
}


def link(offer: object, scheme: str = "openid-credential-offer://") -> str:
    """An offer as a link."""
    return f"{scheme}?{urlencode({'credential_offer': json.dumps(offer)})}"


def pre_authorized(**grant: Any) -> dict[str, Any]:
    """An offer with a pre-authorized code."""
    return OFFER | {"grants": {GRANT: {"pre-authorized_code": "a+b/c="} | grant}}


@pytest.mark.parametrize(
    "text",
    [
        link(OFFER),
        link(OFFER, "https://wallet.example/offer"),
        json.dumps(OFFER),
        f"  {link(OFFER)}\n",
        link({"credential_issuer": ISSUER, "credentials": ["0d1f"]}),
        link({"credential_issuer": ISSUER + "/", "credential_configuration_ids": ["0d1f"]}),
        link(OFFER | {"grants": {"authorization_code": {}}}),
    ],
)
def test_an_offer_is_read_in_every_form_it_comes_in(text: str) -> None:
    offer = offers.read(text)
    assert (offer.issuer, offer.configurations) == (ISSUER, ("0d1f",))
    assert (offer.code, offer.asks, offer.parameters) == ("", None, {})


def test_what_was_read_can_be_read_again() -> None:
    offer = offers.read(link(OFFER | {"request_parameters": {"login_hint": "r@kauri.nz"}}))
    assert offers.read(offer.text) == offer
    assert offer.parameters == {"login_hint": "r@kauri.nz"}


def test_a_pre_authorized_offer_brings_its_code() -> None:
    assert offers.read(link(pre_authorized())).code == "a+b/c="
    assert offers.read(link(pre_authorized())).asks is None


def test_a_transaction_code_is_asked_for_as_the_offer_says() -> None:
    said = {"length": 6, "input_mode": "numeric", "description": "It came by text."}
    asked = offers.read(link(pre_authorized(tx_code=said))).asks
    assert asked == TransactionCode(numeric=True, length=6, description="It came by text.")
    bare = offers.read(link(pre_authorized(tx_code={}))).asks
    assert bare == TransactionCode(numeric=True, length=None, description="")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "no credential_offer"),
        ("openid-credential-offer://?credential_offer=hello", "not JSON"),
        ("openid-credential-offer://?credential_offer=%5B%5D", "not a JSON object"),
        ("openid-credential-offer://?credential_offer_uri=https://a.example", "another address"),
        ("http://[", "not a link"),
        (link({"credentials": ["0d1f"]}), "who the issuer is"),
        (link(OFFER | {"credential_issuer": "javascript:alert(1)"}), "who the issuer is"),
        (link({"credential_issuer": ISSUER}), "no credentials"),
        (link(OFFER | {"credential_configuration_ids": []}), "no credentials"),
        (link(OFFER | {"credential_configuration_ids": [1]}), "no credentials"),
        (link(OFFER | {"request_parameters": ["login_hint"]}), "request_parameters"),
        (link(OFFER | {"grants": {"password": {}}}), "does not know"),
        (link(OFFER | {"grants": {GRANT: {}}}), "does not know"),
        (link(OFFER | {"grants": ["authorization"]}), "does not know"),
    ],
)
def test_what_is_no_offer_is_refused_in_words(text: str, said: str) -> None:
    assert offers.read(link(OFFER))
    with pytest.raises(BadOffer, match=said):
        offers.read(text)


def test_the_code_of_an_offer_is_not_shown_by_accident() -> None:
    offer = offers.read(link(pre_authorized()))
    assert offer.code == "a+b/c="
    assert "a+b/c=" not in repr(offer)
