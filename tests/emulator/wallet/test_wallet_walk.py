"""From an offer to a card in the wallet, and what is told where there is none."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from hook.emulator.wallet.held import COOKIE
from hook.emulator.wallet.offers import PRE_AUTHORIZED
from tests.emulator.conftest import Serve
from tests.support.api import Api, says, sends
from tests.support.emulator_trip import query_of
from tests.support.emulator_wallet import Holder, shown

HOOK = {"preferred_name": "Māia", "pronouns": "she/her", "birth_date": "2001-02-03"}


def test_an_offer_is_shown_before_anything_happens(holder: Holder) -> None:
    page = holder.look(holder.offer("ldp_vc"))
    assert '<main data-page="offer">' in page.text
    assert "Student card" in page.text
    assert "You log in at localhost first." in page.text
    assert "Set-Cookie" not in page.headers
    assert holder.trip.tenant.state.journeys.all() == []


def test_a_link_from_the_issuers_page_opens_the_same_offer(holder: Holder) -> None:
    uri = holder.offer("ldp_vc")
    linked = holder.get("/?" + uri.partition("?")[2])
    assert linked.text == holder.look(uri).text


def test_yes_leads_to_the_login_with_a_challenge_of_its_own(holder: Holder) -> None:
    away = [query_of(holder.accept(holder.offer("ldp_vc")).location) for _ in range(2)]
    assert away[0]["redirect_uri"] == f"{holder.url}/cb"
    assert away[0]["scope"] == "ldp_vc:StudentCard"
    assert away[0]["code_challenge_method"] == "S256"
    for name in ("state", "code_challenge"):
        assert away[0][name] != away[1][name]


def test_request_parameters_of_the_offer_go_along_and_replace_nothing(holder: Holder) -> None:
    uri = holder.offer("ldp_vc", login_hint="hine@kauri.example", client_id="another")
    away = query_of(holder.accept(uri).location)
    assert away["login_hint"] == "hine@kauri.example"
    assert away["client_id"] == "pretend-wallet"


def test_the_card_shows_the_hooks_claims_in_words_and_where_each_came_from(holder: Holder) -> None:
    page = holder.walk(holder.offer("ldp_vc"), claims=HOOK).text
    assert '<main data-page="card" data-format="ldp_vc">' in page
    assert "Kauri Polytechnic" in page
    assert "3 February 2001" in page
    for claim, origin in (("preferred_name", "hook"), ("birth_date", "hook"), ("name", "login")):
        assert f'data-claim="{claim}" data-origin="{origin}"' in page
    subject = shown(page, "credential")["credentialSubject"]
    assert subject.items() >= HOOK.items()


def test_a_mobile_document_is_made_readable(holder: Holder) -> None:
    page = holder.walk(holder.offer("mso_mdoc"), claims=HOOK).text
    read = shown(page, "credential")
    assert read["docType"] == "nz.kauri.student.1"
    assert read["nameSpaces"]["nz.kauri.student.1"].items() >= HOOK.items()
    assert 'data-claim="pronouns" data-origin="hook"' in page
    assert re.search(r'<pre id="raw"[^>]*>[\w-]{500,}</pre>', page)


def test_two_cards_of_one_offer_are_both_in_the_wallet(holder: Holder) -> None:
    page = holder.walk(holder.offer(), claims=HOOK)
    assert page.request.path == "/"
    assert page.text.count('href="/cards/') == 2


@pytest.mark.parametrize(
    ("switch", "choice"),
    [
        ("metadata", "legacy"),
        ("authorization-server-metadata", "not-found"),
        ("request-shape", "format"),
        ("offer-grants", "authorization-code"),
    ],
)
@pytest.mark.parametrize("kind", ["ldp_vc", "mso_mdoc"])
def test_it_gets_along_with_every_kind_of_issuer(
    holder: Holder, switch: str, choice: str, kind: str
) -> None:
    holder.trip.tenant.state.switches.turn(switch, choice)
    assert '<main data-page="card"' in holder.walk(holder.offer(kind), claims=HOOK).text


def test_the_card_leads_to_the_inspector_of_its_journey(holder: Holder) -> None:
    page = holder.walk(holder.offer("ldp_vc")).text
    assert f"{holder.trip.settings.tenant_url}/journeys/{holder.trip.journey.id}" in page


def test_nothing_was_persisted_on_the_user(holder: Holder) -> None:
    holder.walk(holder.offer("ldp_vc"), claims=HOOK)
    (user,) = holder.trip.tenant.state.users.all()
    assert user["claims"] == {}


def test_a_refusal_is_told_with_the_hooks_message(holder: Holder) -> None:
    refusal: dict[str, Any] = {"claims": None, "error": {"message": "Identity <i>not</i> shown"}}
    page = holder.walk(holder.offer("ldp_vc"), **refusal).text
    assert '<main data-page="refused">' in page
    assert "Identity &lt;i&gt;not&lt;/i&gt; shown</blockquote>" in page
    link = re.search(r'href="([^"]*/journeys\?state=[^"]*)"', page)
    assert link
    assert holder.get(link[1]).location.endswith(f"/journeys/{holder.trip.journey.id}")


def test_a_person_who_cancels_the_login_gets_nothing(holder: Holder) -> None:
    login = holder.get(holder.accept(holder.offer("ldp_vc")).location).location
    back = holder.get(holder.trip.log_in(login, answer="cancel").location)
    assert "The person cancelled" in holder.get(back.location).text


def test_a_required_claim_without_a_value_is_told(holder: Holder) -> None:
    uri = holder.pre_authorized(claims={}, transactionCodeConfiguration=None)["uri"]
    back = holder.accept(uri)
    page = holder.get(back.location).text
    assert "The issuer does not issue the credential." in page
    assert "what the credential requires: name" in page
    assert f"{holder.trip.settings.tenant_url}/journeys/{holder.trip.journey.id}" in page


def test_the_way_back_counts_once_and_in_its_own_browser_only(holder: Holder) -> None:
    callback = holder.trip.answered(holder.log_in(holder.offer("ldp_vc"))).location
    cookie = holder.trip.browser.get_cookie(COOKIE, "127.0.0.1")
    assert cookie
    holder.trip.browser.delete_cookie(COOKIE, domain="127.0.0.1")
    assert holder.get(callback).status_code == 400
    holder.trip.browser.set_cookie(COOKIE, cookie.value, domain="127.0.0.1")
    assert holder.get(callback).status_code == 303
    assert holder.get(callback).status_code == 400


def test_a_state_that_the_wallet_did_not_send_is_refused(holder: Holder) -> None:
    callback = holder.trip.answered(holder.log_in(holder.offer("ldp_vc"))).location
    state = query_of(callback)["state"]
    assert holder.get(callback.replace(state, "another")).status_code == 400
    assert holder.get(callback).status_code == 303


def test_a_code_that_the_issuer_does_not_know_is_told(holder: Holder) -> None:
    callback = holder.trip.answered(holder.log_in(holder.offer("ldp_vc"))).location
    code = query_of(callback)["code"]
    page = holder.get(holder.get(callback.replace(code, "another")).location).text
    assert "The issuer gives no access." in page


def test_a_card_is_for_its_own_browser_and_can_be_thrown_away(holder: Holder) -> None:
    card = holder.walk(holder.offer("ldp_vc")).request.path
    cookie = holder.trip.browser.get_cookie(COOKIE, "127.0.0.1")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    holder.trip.browser.delete_cookie(COOKIE, domain="127.0.0.1")
    assert holder.get(card).status_code == 404
    holder.trip.browser.set_cookie(COOKIE, cookie.value, domain="127.0.0.1")
    assert holder.get(card).status_code == 200
    assert holder.post(f"{card}/remove").status_code == 303
    assert holder.get(card).status_code == 404


def test_a_tenant_that_forgets_everything_empties_the_wallet(holder: Holder) -> None:
    card = holder.walk(holder.offer("ldp_vc")).request.path
    assert holder.get(card).status_code == 200
    holder.trip.post("/reset", {})
    assert holder.get(card).status_code == 404
    assert "There is nothing in this wallet yet." in holder.get("/").text


@pytest.mark.parametrize(("formats", "word"), [((), "them"), (("ldp_vc",), "it")])
def test_one_card_is_it_and_two_are_them(
    holder: Holder, formats: tuple[str, ...], word: str
) -> None:
    page = holder.look(holder.offer(*formats)).text
    assert f"before you get {word}." in page
    assert f">Get {word}</button>" in page


def test_a_refusal_is_for_its_own_browser(holder: Holder) -> None:
    page = holder.walk(holder.offer("ldp_vc"), claims=None, error={"message": "no"})
    assert holder.get(page.request.path).status_code == 200
    holder.trip.browser.delete_cookie(COOKIE, domain="127.0.0.1")
    assert holder.get(page.request.path).status_code == 404


def test_a_wrong_transaction_code_can_be_corrected(holder: Holder) -> None:
    made = holder.pre_authorized()
    wrong = holder.accept(made["uri"], tx_code="000000")
    assert wrong.status_code == 400
    assert "The transaction code is wrong" in wrong.text
    right = holder.accept(made["uri"], tx_code=str(made["transactionCode"]))
    page = holder.get(right.location).text
    assert 'data-claim="name" data-origin="offer"' in page


def test_three_wrong_transaction_codes_end_the_offer(holder: Holder) -> None:
    made = holder.pre_authorized()
    for _ in range(2):
        assert 'name="tx_code"' in holder.accept(made["uri"], tx_code="000000").text
    for code, why in (("000000", "for the third time"), (made["transactionCode"], "used or over")):
        page = holder.get(holder.accept(made["uri"], tx_code=str(code)).location).text
        assert "This offer is over. Ask for another." in page
        assert why in page
        assert "tx_code" not in page


def test_an_offer_without_a_transaction_code_asks_for_none(holder: Holder) -> None:
    made = holder.pre_authorized(transactionCodeConfiguration=None)
    assert "tx_code" not in holder.look(made["uri"]).text
    assert holder.get(holder.accept(made["uri"]).location).status_code == 200


@pytest.mark.parametrize("path", ["/?offer=hello", "/?credential_offer=hello"])
def test_what_is_no_offer_is_said_in_words(holder: Holder, path: str) -> None:
    page = holder.get(path)
    assert page.status_code == 400
    assert "This is not a credential offer" in page.text
    assert "Pretend wallet" in page.text


def test_an_offer_of_what_the_issuer_does_not_have_is_not_taken(holder: Holder) -> None:
    uri = holder.offer("ldp_vc")
    holder.trip.tenant.state.configurations.clear()
    page = holder.look(uri)
    assert page.status_code == 400
    assert "its own list does not have" in page.text


def test_a_card_of_another_issuer_has_no_inspector(serve: Serve) -> None:
    ours, theirs = Holder(serve()), Holder(serve())
    for issuer, inspected in ((ours, True), (theirs, False)):
        made = issuer.pre_authorized()
        back = ours.accept(made["uri"], tx_code=str(made["transactionCode"]))
        page = ours.get(back.location).text
        assert "Ripeka Tamihana" in page
        assert ("inspector" in page) is inspected


@pytest.mark.parametrize(("depth", "held"), [(600, 0), (60, 1)])
def test_a_credential_that_cannot_be_read_is_told(holder: Holder, depth: int, held: int) -> None:
    with Api() as issuer:
        url = issuer.url("")
        endpoints = ("authorization_endpoint", "token_endpoint", "credential_endpoint")
        document: dict[str, Any] = {name: f"{url}/{name}" for name in endpoints}
        document["credential_configurations_supported"] = {"a": {"format": "ldp_vc"}}
        issuer.will("/.well-known/openid-credential-issuer", says(document))
        issuer.will("/token_endpoint", says({"access_token": "t0k"}))
        claim = "[" * depth + "]" * depth
        credential = f'{{"credential": {{"credentialSubject": {{"a": {claim}}}}}}}'
        issuer.will("/credential_endpoint", sends(credential.encode()))
        grant = {PRE_AUTHORIZED: {"pre-authorized_code": "c0de"}}
        offer = {"credential_issuer": url, "credential_configuration_ids": ["a"], "grants": grant}
        page = holder.get(holder.accept(json.dumps(offer)).location).text
    assert ("that this wallet cannot read" in page) is not held
    assert holder.get("/").text.count('href="/cards/') == held


OFFERED = ("credential_offer", "offer")


@pytest.mark.parametrize("name", OFFERED)
@pytest.mark.parametrize("wanted", ["image", "empty", "iframe", "script"])
def test_no_other_sites_page_makes_the_wallet_ask_an_issuer(
    holder: Holder, name: str, wanted: str
) -> None:
    with Api() as issuer:
        offer = {"credential_issuer": issuer.url(""), "credential_configuration_ids": ["a"]}
        address = f"{holder.url}/?{urlencode({name: json.dumps(offer)})}"
        made = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": wanted}
        assert holder.trip.browser.get(address, headers=made).status_code == 403
        assert issuer.asked("/.well-known/openid-credential-issuer") == []
        opened = made | {"Sec-Fetch-Dest": "document"}
        assert holder.trip.browser.get(address, headers=opened).status_code == 400
        assert len(issuer.asked("/.well-known/openid-credential-issuer")) == 1


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False)])
def test_the_cookie_of_a_wallet_at_an_https_address_is_for_https_only(
    serve: Serve, scheme: str, is_secure: bool
) -> None:
    holder = Holder(serve(wallet_url=f"{scheme}://wallet.test"))
    cookie = holder.accept(holder.offer("ldp_vc")).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert ("; Secure" in cookie) is is_secure


def test_the_empty_wallet_leads_to_the_issuer(holder: Holder) -> None:
    page = holder.get("/").text
    assert "There is nothing in this wallet yet." in page
    assert f'href="{holder.trip.settings.tenant_url}/"' in page
